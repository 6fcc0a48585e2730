package fleetfile

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/fleet"
)

// form checks a string: it returns what was expected instead, and a hint, or
// "" and "".
type form func(s string) (expected, hint string)

// formOf returns the check of a Key's Form, or of a name in angle brackets.
func formOf(name string) form {
	switch name {
	case "fleet name":
		return words("a name of letters, digits, - and _", "-_")
	case "<machine>", "machine":
		return machineName
	case "<tag>", "tag":
		return tagName
	case "<user>", "user":
		return words("a user's name", "-_.$@")
	case "<channel>", "<instance>", "<role>", "name":
		return words("a name of letters, digits, -, _ and .", "-_.")
	case "aspect":
		return words("an aspect's name", "-_./+@'")
	case "package":
		return packageName
	case "system":
		return system
	case "system glob":
		return systemGlob
	case "domain":
		return words("a domain such as zt or example.org", "-.")
	case "path":
		return relative
	case "address":
		return address
	case "date":
		return date
	case "SRI hash":
		return sri
	}
	return func(string) (string, string) { return "", "" }
}

// words accepts letters, digits and the marks; not a mark first, but _.
func words(expected, marks string) form {
	return func(s string) (string, string) {
		for i, r := range s {
			letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
			if !letter && (i == 0 || !strings.ContainsRune(marks, r)) || r == '_' && !strings.Contains(marks, "_") {
				return expected, ""
			}
		}
		if s == "" {
			return expected, ""
		}
		return "", ""
	}
}

func machineName(s string) (string, string) {
	const expected = "a host name of letters, digits and inner dashes, at most 63"
	if e, _ := words(expected, "-")(s); e != "" || len(s) > 63 || strings.HasSuffix(s, "-") {
		return expected, ""
	}
	if fleet.Reserved(s) {
		return "another name", fmt.Sprintf("%q means something else in selectors", s)
	}
	return "", ""
}

func tagName(s string) (string, string) {
	if fleet.ReservedTag(s) {
		return "another tag", fmt.Sprintf("@%s is computed", s)
	}
	return words("a tag of letters, digits, -, _ and .", "-_.")(s)
}

func packageName(s string) (string, string) {
	if set, _, dotted := strings.Cut(s, "."); dotted {
		return "a name without dots", fmt.Sprintf("layers replace whole attributes of pkgs: a nested package would replace all of %s", set)
	}
	return words("a package's name", "-_+'")(s)
}

// systems are the Linux and Darwin systems of nixpkgs' lib.systems.flakeExposed.
var systems = []string{
	"x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin", "i686-linux", "armv6l-linux", "armv7l-linux",
	"powerpc64le-linux", "riscv64-linux",
}

func system(s string) (string, string) {
	if slices.Contains(systems, s) {
		return "", ""
	}
	return "a Linux or Darwin system such as x86_64-linux or aarch64-darwin", meant(s, systems)
}

func systemGlob(s string) (string, string) {
	if err := fleet.CheckGlob(s); err != nil {
		return strings.TrimPrefix(err.Error(), "expected "), ""
	}
	if !slices.ContainsFunc(systems, func(sys string) bool { return fleet.MatchAny([]string{s}, sys) }) {
		return "a system or a glob that matches some, such as *-linux", meant(s, systems)
	}
	return "", ""
}

func relative(s string) (string, string) {
	if s == "" || path.IsAbs(s) || path.Clean(s) != s || s == ".." || strings.HasPrefix(s, "../") || strings.ContainsAny(s, "\\\x00") {
		return "a path below this file's directory, with slashes and without . and ..", ""
	}
	return "", ""
}

func date(s string) (string, string) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return `a date such as "2025-10-14"`, ""
	}
	return "", ""
}

func sri(s string) (string, string) {
	algo, sum, _ := strings.Cut(s, "-")
	if !slices.Contains([]string{"sha256", "sha512"}, algo) || sum == "" {
		return `a hash such as "sha256-..."`, ""
	}
	return "", ""
}

func address(s string) (string, string) {
	if _, ok := parseAddress(s); !ok {
		return "an address [user@]host[:port]", "an IPv6 address stands in brackets: root@[2001:db8::1]:22"
	}
	return "", ""
}

// parseAddress returns the host and port of an address as "host:port", in
// lower case, with 22 for a port that is not written: what two machines must
// not share.
func parseAddress(s string) (string, bool) {
	user, host, ok := strings.Cut(s, "@")
	if !ok {
		user, host = "_", s
	}
	port := "22"
	if rest, ok := strings.CutPrefix(host, "["); ok {
		inner, after, closed := strings.Cut(rest, "]")
		ip, err := netip.ParseAddr(inner)
		if !closed || err != nil || !ip.Is6() || after != "" && after[0] != ':' {
			return "", false
		}
		if after != "" {
			port = after[1:]
		}
		host = "[" + ip.String() + "]"
	} else {
		var ported bool
		if host, port, ported = strings.Cut(host, ":"); !ported {
			port = "22"
		}
		if e, _ := words("-", "-_.")(host); e != "" {
			return "", false
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if e, _ := formOf("user")(user); e != "" || err != nil || n == 0 {
		return "", false
	}
	return strings.ToLower(host) + ":" + strconv.FormatUint(n, 10), true
}

// meant is the hint that suggests a name, or "".
func meant(name string, candidates []string) string {
	if n := fleet.Nearest(name, candidates); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}
