package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// KnownHost is an entry of programs.ssh.knownHosts, as it is written. Nobody
// trusts it before Nix says the same.
type KnownHost struct {
	Name      string   // of the entry; "" for entries whose names are not known
	Hosts     []string // the names that its key is for
	PublicKey string   // in authorized_keys form
	KeyFile   string   // in its place: a file of the tree
	Authority bool
	At        fleet.Pos
	Why       string // why it is not all known, or not surely there; "" if it is
}

const knownHostsPath = "programs.ssh.knownHosts"

// knownHostsOf are the host keys that the modules declare, by name.
func knownHostsOf(s *Scope) []KnownHost {
	var names []string
	at := map[string]fleet.Pos{}
	for _, o := range s.Below(knownHostsPath) {
		path, err := splitPath(o.Path)
		if err != nil || len(path) < 4 {
			continue
		}
		name := path[3]
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if p := o.Definitions[0].At; at[name].IsZero() || p.File == at[name].File && p.Line < at[name].Line {
			at[name] = p
		}
	}
	out := make([]KnownHost, 0, len(names))
	for _, name := range names {
		k := s.knownHost(name)
		k.At = at[name]
		out = append(out, k)
	}
	if why, gap := s.gap(knownHostsPath + ".*"); why != "" {
		out = append(out, KnownHost{At: gap, Why: why})
	}
	slices.SortStableFunc(out, func(a, b KnownHost) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (s *Scope) knownHost(name string) KnownHost {
	path := func(option string) string { return pathText([]string{"programs", "ssh", "knownHosts", name, option}) }
	key, file, authority := s.fact(path("publicKey")), s.fact(path("publicKeyFile")), s.fact(path("certAuthority"))
	k := KnownHost{Name: name, PublicKey: strings.TrimSpace(key.Value), KeyFile: file.Value, Authority: authority.Value == "true"}
	hosts, said, why := s.texts(path("hostNames"))
	if !said { // what the option comes to then
		more, _, whyMore := s.texts(path("extraHostNames"))
		hosts, why = append([]string{name}, more...), cmp.Or(why, whyMore)
	}
	k.Hosts = hosts
	k.Why = cmp.Or(key.Why, file.Why, authority.Why, why)
	if k.Why == "" && k.PublicKey == "" && k.KeyFile == "" {
		k.Why = "no key is written in the tree"
	}
	return k
}

// texts is a list of texts, in the order in which they are written. said
// reports whether something defines it.
func (s *Scope) texts(path string) (out []string, said bool, why string) {
	o, ok := s.Option(path)
	if !ok {
		return nil, false, ""
	}
	best := o.Definitions[0].Priority
	for _, d := range o.Definitions {
		best = min(best, d.Priority)
	}
	for _, d := range o.Definitions {
		if d.Priority > best {
			continue
		}
		list, ok := d.Value.Data.([]any)
		if d.Condition != "" {
			why = cmp.Or(why, "only if "+d.Condition)
		}
		if !d.Value.Known || !ok {
			why = cmp.Or(why, orElse(d.Value.Why, fmt.Sprintf("%s: it is no list", d.At)))
		}
		for _, e := range list {
			if text, ok := e.(string); ok {
				out = append(out, text)
			}
		}
	}
	return out, true, why
}
