package sshconfig

import (
	"context"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// few is how many hosts ssh is asked about each by itself, whatever its
// configuration has. Starting ssh takes several times the CPU time of all
// that a connection takes here, which counts among hundreds of hosts.
const few = 4

// alike finds hosts that are the same to the configuration. What ssh says of
// two of them, and is the same but for their names, it says of all: they match
// the same of the patterns in the files that ssh itself says it reads. Where
// something else than such patterns can tell hosts apart, all are asked about.
type alike struct {
	once     sync.Once
	patterns []*regexp.Regexp
	able     bool // only the patterns tell hosts apart

	mu    sync.Mutex
	kinds map[kind]*said
}

// kind is what is the same of hosts that are alike.
type kind struct {
	user, port string
	number     bool   // an address, which ssh writes in its own way
	matches    string // one letter for each pattern
}

// said is what ssh prints of the hosts of a kind, without their names.
type said struct {
	mu     sync.Mutex
	text   string
	hosts  int // of which it was said, up to two
	differ bool
}

// ask asks about a host, or takes what ssh said of others that are alike.
func (a *alike) ask(ctx context.Context, r *Reader, q question) (string, error) {
	number, plain := form(q.host)
	first := "" // what was said of this host with the names of the files
	if plain {
		a.once.Do(func() { a.patterns, a.able, first = r.patterns(ctx, q) })
	}
	if !plain || !a.able {
		return r.print(ctx, q)
	}
	s := a.said(kind{q.user, q.port, number, a.matches(q.host)})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.differ {
		s.mu.Unlock() // the others need not wait for this one
		defer s.mu.Lock()
		return r.print(ctx, q)
	}
	if s.hosts == 2 {
		return named(q.host) + s.text, nil
	}
	text := first
	if text == "" {
		var err error
		if text, err = r.print(ctx, q); err != nil {
			return "", err
		}
	}
	rest, ok := nameless(text, q.host)
	s.differ = !ok || s.hosts > 0 && rest != s.text
	s.text, s.hosts = rest, s.hosts+1
	return text, nil
}

// named is what ssh says of a host's name.
func named(host string) string { return "host " + host + "\nhostname " + host + "\n" }

// nameless is what ssh prints of a host without its name, and whether that is
// also where the host is. How much ssh says is left out: that is otherwise where
// it was told to say more.
func nameless(text, host string) (rest string, same bool) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		switch line {
		case "host " + host + "\n":
		case "hostname " + host + "\n":
			same = true
		default:
			if !strings.HasPrefix(line, "loglevel ") {
				b.WriteString(line)
			}
		}
	}
	return b.String(), same
}

func (a *alike) said(k kind) *said {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kinds == nil {
		a.kinds = map[kind]*said{}
	}
	if a.kinds[k] == nil {
		a.kinds[k] = &said{}
	}
	return a.kinds[k]
}

func (a *alike) matches(host string) string {
	letters := make([]byte, len(a.patterns))
	for i, p := range a.patterns {
		letters[i] = '-'
		if p.MatchString(host) {
			letters[i] = '+'
		}
	}
	return string(letters)
}

// form reports whether ssh takes the host as it is written, and whether it is
// an address. What begins with a digit may be one in some old form.
func form(host string) (number, plain bool) {
	if a, err := netip.ParseAddr(host); err == nil {
		return true, a.Zone() == "" && a.String() == host
	}
	letter := host != "" && host[0] >= 'a' && host[0] <= 'z'
	return false, letter && strings.ToLower(host) == host && !strings.ContainsAny(host, ":@/%")
}

// patterns returns those of the Host lines in all files that ssh reads, and
// whether nothing else there depends on the host. ssh is asked which they are,
// and prints what it says of the host as well.
func (r *Reader) patterns(ctx context.Context, q question) (patterns []*regexp.Regexp, able bool, text string) {
	text, log, err := r.run(ctx, q, "-v")
	if err != nil {
		return nil, false, ""
	}
	for line := range strings.Lines(log) {
		_, file, reads := strings.Cut(line, "debug1: Reading configuration data ")
		if !reads {
			continue
		}
		said, err := os.ReadFile(strings.TrimSpace(file))
		if err != nil {
			return nil, false, ""
		}
		more, only := hostPatterns(string(said))
		if !only {
			return nil, false, ""
		}
		patterns, able = append(patterns, more...), true
	}
	return patterns, able, text
}

// hostPatterns returns the patterns of the Host lines of a file, and whether
// nothing else in it depends on the host. See ssh_config(5).
func hostPatterns(text string) (patterns []*regexp.Regexp, only bool) {
	if !utf8.ValidString(text) {
		return nil, false
	}
	for line := range strings.Lines(text) {
		words := strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(" \t\r\n\f=", c) })
		if len(words) == 0 {
			continue
		}
		switch key := strings.ToLower(words[0]); {
		case key == "match" && !slices.Equal(words[1:], []string{"all"}),
			strings.HasPrefix(key, "canonical"),
			key == "include" && strings.Contains(line, "%"),
			strings.ContainsAny(key, `"'\`),
			key == "host" && strings.ContainsAny(line, `"'\`):
			return nil, false
		case key == "host":
			for _, p := range words[1:] {
				patterns = append(patterns, pattern(strings.TrimPrefix(p, "!")))
			}
		}
	}
	return patterns, true
}

// pattern is a pattern of a Host line. It takes small and capital letters for
// the same, as some versions of ssh do: what tells more hosts apart than ssh
// does no harm.
func pattern(p string) *regexp.Regexp {
	p = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(p))
	return regexp.MustCompile("^(?is:" + p + ")$")
}
