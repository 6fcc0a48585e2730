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

func plainWord(s string) bool { return host.PlainWord(s) }
