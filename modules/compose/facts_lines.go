package compose

import (
	"strings"

	"assay/fleet"
)

// FactLine is one line of a machine's facts for people.
type FactLine struct {
	Label string // "target", "known host"
	Text  string // "unknown" where nothing is known
	Why   string // why it is not known, or not surely so
	Depth int    // of a part of what stands above
	At    fleet.Pos
}

// FactLines writes facts as lines, by kind. What nothing says has no line.
func FactLines(f SourceFacts) []FactLine {
	var out []FactLine
	add := func(label, text, why string, at fleet.Pos) {
		out = append(out, FactLine{Label: label, Text: orElse(text, "unknown"), Why: why, At: at})
	}
	one := func(label string, fact Fact) {
		if fact.Said() {
			add(label, fact.Value, fact.Why, fact.At)
		}
	}
	for _, t := range f.Targets {
		text := orElse(t.Target, "unknown")
		if len(t.Jump) > 0 {
			text += " through " + strings.Join(t.Jump, ", ")
		}
		add("target", strings.TrimSpace(text+"  "+t.From), t.Why, t.At)
	}
	one("user", f.User)
	for _, u := range f.Users {
		userLines(u, add)
	}
	one("system", f.System)
	one("host name", f.HostName)
	one("state version", f.StateVersion)
	one("boot loader", f.BootLoader)
	for _, d := range f.Disks {
		add("disk", d.Text, d.Why, d.At)
		out[len(out)-1].Depth = d.Depth
	}
	for _, k := range f.KnownHosts {
		add("known host", k.String(), k.Why, k.At)
	}
	for _, at := range f.Files {
		add("file", at.File, "", at)
	}
	return out
}

func userLines(u User, add func(label, text, why string, at fleet.Pos)) {
	switch {
	case u.Normal.Said() && u.Home.IsZero():
		add("login", u.Name+", a normal user", u.Normal.Why, u.Normal.At)
	case u.Normal.Said():
		add("login", u.Name+", a normal user with a home", u.Normal.Why, u.Normal.At)
	default:
		add("login", u.Name+", with a home", "", u.Home)
	}
}

// String is an entry as a line: its hosts and its key.
func (k KnownHost) String() string {
	key := orElse(k.PublicKey, orElse(k.KeyFile, "a key that is not known"))
	if k.Authority {
		key = "authority " + key
	}
	return words(strings.Join(k.Hosts, " "), key)
}
