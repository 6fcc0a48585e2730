package remote

import (
	"strings"

	"assay/fleet/host"
)

// address is a parsed "[user@]host[:port]"; what is not given is "".
type address struct {
	user, host, port string
}

func parseAddress(text string) (address, error) {
	a, err := host.ParseAddress(text)
	if !strings.HasSuffix(text, ":"+a.Port) { // it is the usual one
		a.Port = ""
	}
	return address{a.User, a.Name, a.Port}, err
}

// named reports whether what is called a machine is no more than its address,
// as jump hosts may be.
func named(machine, text string) bool {
	a, err := parseAddress(text)
	return machine == text || err == nil && machine == a.host
}

func plainWord(s string) bool { return host.PlainWord(s) }

// plainHost reports whether s is a host name, or an IP address without
// brackets.
func plainHost(s string) bool {
	_, err := host.ParseAddress("[" + s + "]")
	return err == nil || plainWord(s)
}
