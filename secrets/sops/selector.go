package sops

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// DefaultUnencryptedSuffix selects when a file names no selector.
const DefaultUnencryptedSuffix = "_unencrypted"

// ErrSelector is a selector that cannot be used.
var ErrSelector = errors.New("unusable selector")

// Selector says which values of a JSON or YAML file are encrypted: at most
// one of the six patterns, or none, which stands for the default suffix. The
// binary store encrypts its one value whatever a selector says.
//
// A suffix and a regex are compared with every name on the way to a value, a
// comment regex with the comments above it. Regexes are those of Go, not
// anchored.
type Selector struct {
	UnencryptedSuffix       string
	EncryptedSuffix         string
	UnencryptedRegex        string
	EncryptedRegex          string
	UnencryptedCommentRegex string
	EncryptedCommentRegex   string

	// MACOnlyEncrypted leaves what is not encrypted out of the MAC, so that it
	// may change unnoticed.
	MACOnlyEncrypted bool
}

// fields lists the patterns with their names in files.
func (s *Selector) fields() []struct {
	Name string
	Into *string
} {
	return []struct {
		Name string
		Into *string
	}{
		{"unencrypted_suffix", &s.UnencryptedSuffix},
		{"encrypted_suffix", &s.EncryptedSuffix},
		{"unencrypted_regex", &s.UnencryptedRegex},
		{"encrypted_regex", &s.EncryptedRegex},
		{"unencrypted_comment_regex", &s.UnencryptedCommentRegex},
		{"encrypted_comment_regex", &s.EncryptedCommentRegex},
	}
}

// Set gives the pattern of the named field, as files call it. It reports
// whether there is such a field.
func (s *Selector) Set(name, pattern string) bool {
	for _, f := range s.fields() {
		if f.Name == name {
			*f.Into = pattern
			return true
		}
	}
	return false
}

// Active returns the name and the pattern of what selects, which is the
// default suffix when nothing was given.
func (s Selector) Active() (name, pattern string) {
	for _, f := range s.fields() {
		if *f.Into != "" {
			return f.Name, *f.Into
		}
	}
	return "unencrypted_suffix", DefaultUnencryptedSuffix
}

// Check reports with an error wrapping ErrSelector why s cannot be used.
func (s Selector) Check() error {
	_, err := s.compile()
	return err
}

// selection is a Selector ready for use.
type selection struct {
	name    string
	suffix  string
	regex   *regexp.Regexp
	macOnly bool
	known   map[string]bool // texts that the regex was asked about
}

// matches asks the regex, about each text once.
func (s selection) matches(text string) bool {
	is, asked := s.known[text]
	if !asked {
		is = s.regex.MatchString(text)
		s.known[text] = is
	}
	return is
}

func (s Selector) compile() (selection, error) {
	var given []string
	for _, f := range s.fields() {
		if *f.Into != "" {
			given = append(given, f.Name)
		}
	}
	if len(given) > 1 {
		return selection{}, fmt.Errorf("%w: %s together; only one may stand there", ErrSelector, strings.Join(given, " and "))
	}
	name, pattern := s.Active()
	out := selection{name: name, macOnly: s.MACOnlyEncrypted}
	if strings.HasSuffix(name, "_suffix") {
		out.suffix = pattern
		return out, nil
	}
	var err error
	if out.regex, err = CompileRegexp(pattern); err != nil {
		return selection{}, fmt.Errorf("%w: %s is no regular expression that can be used", ErrSelector, name)
	}
	out.known = map[string]bool{}
	return out, nil
}

// encrypts decides for the value at path. Comments are those that apply to it;
// of a comment itself they end with that comment. Of one walk one selection
// decides.
func (s selection) encrypts(path []string, comments *remark, isComment bool) bool {
	switch s.name {
	case "unencrypted_suffix":
		return !s.anyName(path)
	case "encrypted_suffix":
		return s.anyName(path)
	case "unencrypted_regex":
		return !s.anyName(path)
	case "encrypted_regex":
		return s.anyName(path)
	case "unencrypted_comment_regex":
		return !s.anyComment(comments)
	default:
		if isComment && comments != nil { // that asks for encryption is not encrypted itself
			comments = comments.before
		}
		return s.anyComment(comments)
	}
}

func (s selection) anyName(path []string) bool {
	for _, name := range path {
		if s.regex == nil && strings.HasSuffix(name, s.suffix) || s.regex != nil && s.matches(name) {
			return true
		}
	}
	return false
}

// anyComment reports whether the regex matches one of the comments. Each is
// looked at once, however many values it applies to.
func (s selection) anyComment(last *remark) bool {
	var unasked []*remark
	at := last
	for ; at != nil && !at.asked; at = at.before {
		unasked = append(unasked, at)
	}
	is := at != nil && at.matches
	for _, r := range slices.Backward(unasked) {
		is = is || s.matches(r.text)
		r.asked, r.matches = true, is
	}
	return is
}
