package host

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Address is where a machine is reached.
type Address struct {
	User string // "" is not said
	Name string // host name or IP address, without brackets
	Port string // "22" where it is not said
}

// ParseAddress parses "[user@]host[:port]"; an IPv6 address is in brackets.
func ParseAddress(text string) (Address, error) {
	a := Address{Port: "22"}
	rest := text
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		a.User, rest = rest[:i], rest[i+1:]
		if !PlainWord(a.User) {
			return a, fmt.Errorf("address %q: bad user name", text)
		}
	}
	if inner, ok := strings.CutPrefix(rest, "["); ok {
		ip, after, ok := strings.Cut(inner, "]")
		if p, err := netip.ParseAddr(ip); !ok || err != nil || p.Zone() != "" && !PlainWord(p.Zone()) {
			return a, fmt.Errorf("address %q: no IP address in the brackets", text)
		}
		a.Name, rest = ip, after
	} else {
		if strings.Count(rest, ":") > 1 {
			return a, fmt.Errorf("address %q: too many colons; hint: write an IPv6 address in brackets", text)
		}
		i := strings.IndexByte(rest+":", ':')
		a.Name, rest = rest[:i], rest[i:]
		if !PlainWord(a.Name) {
			return a, fmt.Errorf("address %q: bad host name", text)
		}
	}
	if rest == "" {
		return a, nil
	}
	port, ok := strings.CutPrefix(rest, ":")
	if n, err := strconv.ParseUint(port, 10, 16); !ok || err != nil || n == 0 {
		return a, fmt.Errorf("address %q: bad port", text)
	}
	a.Port = port
	return a, nil
}

// PlainWord reports whether s can be a user or a host name: printable ASCII,
// not an option in disguise, and nothing in it that a shell or the SSH
// configuration sees as more than itself, for a ProxyCommand is a shell's.
func PlainWord(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("@:/[]'\"\\`$;&|<>(){}*?!#,%", s[i]) >= 0 {
			return false
		}
	}
	return s != "" && s[0] != '-'
}
