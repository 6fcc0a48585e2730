package sops

import (
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// CheckRecipient reports with an error wrapping ErrRecipient why text cannot
// be encrypted to. A well-formed recipient of a plugin is an error that wraps
// ErrPlugin too: whether it can be used depends on what is allowed.
func CheckRecipient(text string) error {
	_, err := parseRecipient(text, Plugins{})
	return err
}

// parseRecipient reads a native (age1…), post-quantum (age1pq1…) or SSH
// recipient, or that of a plugin that is allowed.
func parseRecipient(text string, plugins Plugins) (age.Recipient, error) {
	var (
		r   age.Recipient
		err error
	)
	if !looksLikeRecipient(text) {
		return nil, fmt.Errorf("%w %s: neither an age1 key nor an ssh-ed25519 or ssh-rsa one", ErrRecipient, quote(safe(text)))
	}
	switch {
	case strings.HasPrefix(text, "age1pq1"):
		r, err = age.ParseHybridRecipient(text)
	case strings.HasPrefix(text, "age1"):
		if name := pluginOf(text); name != "" {
			return plugins.recipient(text, name)
		}
		r, err = age.ParseX25519Recipient(text)
	default:
		r, err = agessh.ParseRecipient(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrRecipient, quote(text), err)
	}
	return r, nil
}

// pluginOf returns the plugin's name in a recipient "age1NAME1…": the part
// before the last "1", which separates it in bech32.
func pluginOf(text string) string {
	prefix, _, _ := cutLast(text, "1")
	name, ok := strings.CutPrefix(prefix, "age1")
	if !ok {
		return ""
	}
	return name
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// safe hides a text that is a private key put where a public one belongs.
func safe(text string) string {
	if upper := strings.ToUpper(text); strings.Contains(upper, "SECRET") || strings.Contains(upper, "PRIVATE") {
		return "(a private key)"
	}
	return text
}

// bare is a recipient without the comment that an SSH key may have.
func bare(recipient string) string {
	if words := strings.Fields(recipient); len(words) > 2 && strings.HasPrefix(recipient, "ssh-") {
		return words[0] + " " + words[1]
	}
	return recipient
}
