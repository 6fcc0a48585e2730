package sshconfig

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Parse reads the "key value" lines that ssh -G prints. Tokens in file names
// stay as they are. Keys that mean nothing to Config are skipped.
func Parse(text string) (Config, error) {
	var c Config
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		key, value = strings.ToLower(key), strings.TrimSpace(value)
		if err := c.set(key, value); err != nil {
			return Config{}, err
		}
		if ignored(key, value) {
			c.Ignored = append(c.Ignored, key)
		}
	}
	if c.HostName == "" || c.User == "" || c.Port == "" {
		return Config{}, fmt.Errorf("no hostname, user and port in what ssh printed")
	}
	return c, nil
}

func (c *Config) set(key, value string) error {
	switch key {
	case "host":
		c.Name = value
	case "hostname":
		c.HostName = value
	case "user":
		c.User = value
	case "port":
		if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("port %q is none", value)
		}
		c.Port = value
	case "identityfile":
		c.IdentityFiles = append(c.IdentityFiles, value)
	case "certificatefile":
		c.CertificateFiles = append(c.CertificateFiles, value)
	case "identityagent":
		c.IdentityAgent = value
	case "identitiesonly":
		c.IdentitiesOnly = yes(value)
	case "proxyjump":
		if value != "none" {
			c.ProxyJump = strings.Split(value, ",")
		}
	case "proxycommand":
		if value != "none" {
			c.ProxyCommand = value
		}
	case "hostkeyalias":
		c.HostKeyAlias = value
	case "userknownhostsfile":
		c.UserKnownHosts = files(value)
	case "globalknownhostsfile":
		c.GlobalKnownHosts = files(value)
	case "connecttimeout":
		c.ConnectTimeout = seconds(value)
	case "addressfamily":
		c.AddressFamily = value
	case "bindaddress":
		c.BindAddress = value
	case "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes":
		c.PublicKeyAlgorithms = strings.Split(value, ",")
	}
	return nil
}

func yes(value string) bool { return value == "yes" || value == "true" }

// seconds reads ConnectTimeout; "none" is 0.
func seconds(value string) time.Duration {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// files splits a list of file names. ssh prints them without quotes, so that
// a word that starts no path is taken for the rest of the name before it.
func files(value string) []string {
	var list []string
	for word := range strings.FieldsSeq(value) {
		switch {
		case word == "none":
		case len(list) > 0 && word[0] != '/' && word[0] != '~' && word[0] != '$' && word[0] != '%':
			list[len(list)-1] += " " + word
		default:
			list = append(list, word)
		}
	}
	return list
}

// unknown lists options that ssh obeys and assay does not, with the value by
// which they do nothing. What a distribution sets for everybody and what
// changes nothing for commands without a terminal is not in it.
var unknown = map[string]string{
	"controlpath":           "none",
	"dynamicforward":        "",
	"forwardagent":          "no",
	"forwardx11":            "no",
	"knownhostscommand":     "none",
	"localcommand":          "",
	"localforward":          "",
	"pkcs11provider":        "none",
	"remotecommand":         "none",
	"remoteforward":         "",
	"revokedhostkeys":       "none",
	"setenv":                "",
	"tunnel":                "false",
	"verifyhostkeydns":      "false",
	"proxyusefdpass":        "no",
	"stricthostkeychecking": "ask",
}

// ignored reports whether an option is set that has no effect here.
func ignored(key, value string) bool {
	idle, listed := unknown[key]
	switch {
	case !listed || value == idle:
		return false
	case key == "stricthostkeychecking": // it stays strict
		return !yes(value)
	}
	return true
}
