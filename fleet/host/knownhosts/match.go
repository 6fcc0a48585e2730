package knownhosts

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strings"
)

// Name returns how known_hosts writes a host: "name" for port 22 or "",
// else "[name]:port".
func Name(host, port string) string {
	host = strings.ToLower(host)
	if port == "" || port == "22" {
		return host
	}
	return "[" + host + "]:" + port
}

// matches reports whether the entry is about name, which is in lower case. A
// negated pattern that matches rules the whole entry out. A hashed name stands
// alone.
func (e *Entry) matches(name string) bool {
	if len(e.Patterns) > 0 && strings.HasPrefix(e.Patterns[0], "|") {
		return len(e.Patterns) == 1 && matchHash(e.Patterns[0], name)
	}
	found := false
	for _, p := range e.Patterns {
		p, negated := strings.CutPrefix(p, "!")
		if !wildcard(strings.ToLower(p), name) {
			continue
		}
		if negated {
			return false
		}
		found = true
	}
	return found
}

// matchHash compares with a hashed name: "|1|salt|HMAC-SHA1 of the name
// under the salt", both in base 64.
func matchHash(pattern, name string) bool {
	fields := strings.Split(pattern, "|")
	if len(fields) != 4 || fields[1] != "1" {
		return false
	}
	salt, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil {
		return false
	}
	want, err := base64.StdEncoding.DecodeString(fields[3])
	if err != nil {
		return false
	}
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(name))
	return hmac.Equal(mac.Sum(nil), want)
}

// wildcard matches * and ? as ssh_config(5) has them; brackets are plain
// characters. It takes time proportional to the product of the lengths.
func wildcard(pattern, name string) bool {
	p, n, star, back := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, back = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p, n = p+1, n+1
		case star >= 0:
			back++
			p, n = star+1, back
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
