package audit

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// normal makes texts of one key equal: an SSH key's comment is no part of it,
// nor is the case of a fingerprint.
func normal(k vars.Key) vars.Key {
	if k.Type == "pgp" {
		k.Public = strings.ToUpper(k.Public)
	}
	if strings.Contains(k.Public, "ssh-") {
		if words := strings.Fields(k.Public); len(words) > 2 && strings.HasPrefix(words[0], "ssh-") {
			k.Public = words[0] + " " + words[1]
		}
	}
	return k
}

// keyOf is a key of .sops.yaml as tier 1 writes it; false for kinds that tier
// 1 does not have.
func keyOf(kind policy.Kind, public string) (vars.Key, bool) {
	if kind != policy.Age && kind != policy.PGP {
		return vars.Key{}, false
	}
	return normal(vars.Key{Type: string(kind), Public: public}), true
}

func place(p policy.Place) fleet.Pos { return fleet.Pos{File: p.File, Line: p.Line} }

// ledger knows who holds which key.
type ledger struct {
	in      *Input
	holders map[vars.Key][]Holder
	anchors []anchor
}

// anchor is a name that .sops.yaml gives a key.
type anchor struct {
	policy.Key
	key vars.Key
	in  int // of Input.Rules
}

func newLedger(in *Input) *ledger {
	l := &ledger{in: in, holders: map[vars.Key][]Holder{}}
	for _, m := range in.Members {
		if m.Kind == "group" {
			continue
		}
		for _, k := range m.Keys {
			l.add(k, Holder{m.Kind, m.Name, fleet.Pos{File: m.Path}})
		}
	}
	for i, p := range in.Rules {
		for _, k := range p.Config.Keys {
			key, ok := keyOf(k.Kind, k.Public)
			if !ok {
				continue
			}
			l.anchors = append(l.anchors, anchor{k, key, i})
			kind := "key"
			if slices.Contains(in.Fleet, k.Name) {
				kind = "machine"
			}
			l.add(key, Holder{kind, k.Name, place(k.At)})
		}
	}
	return l
}

func (l *ledger) add(k vars.Key, h Holder) {
	k = normal(k)
	for _, have := range l.holders[k] {
		if have.Kind == h.Kind && have.Name == h.Name {
			return
		}
	}
	l.holders[k] = append(l.holders[k], h)
}

// Who names a key: its users and machines, else its name in .sops.yaml, else
// the key itself, shortened.
func (a *Access) Who() string { return who(a.Key, a.Holders) }

func who(key vars.Key, holders []Holder) string {
	var names []string
	for _, kinds := range [][]string{{"user", "machine"}, {"key"}} {
		for _, h := range holders {
			if slices.Contains(kinds, h.Kind) {
				names = append(names, h.String())
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			return strings.Join(names, " = ")
		}
	}
	return Short(key)
}

// Short is a key that nobody is known to hold, as short as it can still be
// told from others.
func Short(k vars.Key) string { return k.Type + " key " + Abbreviated(k.Public) }

// Abbreviated is the beginning and the end of a long public key.
func Abbreviated(public string) string {
	if len(public) > 24 {
		return public[:14] + "..." + public[len(public)-6:]
	}
	return public
}

// merge makes the table of one secret's keys: those that should read it, and
// those that can.
func (l *ledger) merge(should map[vars.Key][]Grant, can []vars.Key) []Access {
	at := map[vars.Key]int{}
	var out []Access
	row := func(k vars.Key) *Access {
		k = normal(k)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Access{Key: k, Holders: l.holders[k]})
		}
		return &out[i]
	}
	for k, grants := range should {
		a := row(k)
		a.Should = true
		a.Through = append(a.Through, grants...)
	}
	for _, k := range can {
		row(k).Can = true
	}
	for i := range out {
		slices.SortFunc(out[i].Through, func(a, b Grant) int { return cmp.Or(strings.Compare(a.What, b.What), fleet.ComparePos(a.At, b.At)) })
	}
	slices.SortFunc(out, func(a, b Access) int {
		return cmp.Or(strings.Compare(a.Who(), b.Who()), strings.Compare(a.Key.Public, b.Key.Public))
	})
	return out
}

// linked are the grants of tier 1's links.
func linked(c *vars.Claim) map[vars.Key][]Grant {
	out := map[vars.Key][]Grant{}
	for _, r := range c.Readers {
		g := Grant{"link " + r.Kind + "s/" + r.Name, fleet.Pos{File: path.Join(c.Dir, r.Kind+"s", r.Name)}}
		if r.Via != "" {
			g = Grant{"group " + r.Via, fleet.Pos{File: path.Join(c.Dir, "groups", r.Via)}}
		}
		for _, k := range r.Keys {
			out[normal(k)] = append(out[normal(k)], g)
		}
	}
	return out
}

// ruled are the grants of a rule.
func ruled(rule *policy.Rule) map[vars.Key][]Grant {
	out := map[vars.Key][]Grant{}
	for _, g := range rule.Groups {
		for _, r := range g.Keys {
			k, ok := keyOf(r.Kind, r.Public)
			if !ok {
				continue
			}
			name := "rule"
			if r.Name != "" {
				name += ", as " + r.Name
			}
			out[k] = append(out[k], Grant{name, place(r.At)})
		}
	}
	return out
}

// differ says in words how those that can read differ from those that should.
func differ(access []Access) string {
	var lack, extra []string
	for i := range access {
		switch a := &access[i]; {
		case a.Should && !a.Can:
			lack = append(lack, a.Who())
		case a.Can && !a.Should:
			extra = append(extra, a.Who())
		}
	}
	var parts []string
	if len(lack) > 0 {
		parts = append(parts, fmt.Sprintf("cannot read but should: %s", strings.Join(lack, ", ")))
	}
	if len(extra) > 0 {
		parts = append(parts, fmt.Sprintf("can read but should not: %s", strings.Join(extra, ", ")))
	}
	return strings.Join(parts, "; ")
}
