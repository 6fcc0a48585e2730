package compose

import (
	"cmp"
	"maps"
	"slices"

	"assay/fleet"
)

// ScopeDiff is how one scope of a machine differs from that of another.
type ScopeDiff struct {
	User     string // "" for the machine
	Aspects  []Difference
	Foreign  []Difference // modules from outside of the tree
	Options  []Difference
	Packages []Difference
}

// Difference is one thing that two machines do not share. Left is what the
// first machine has, Right the second; "" where it has nothing. The places are
// those of what decides.
type Difference struct {
	Name    string
	Left    string
	Right   string
	LeftAt  fleet.Pos
	RightAt fleet.Pos
}

// Empty reports whether the scopes are the same in all that is compared.
func (d *ScopeDiff) Empty() bool {
	return len(d.Aspects)+len(d.Foreign)+len(d.Options)+len(d.Packages) == 0
}

// Diff compares two machines' compositions: aspects, foreign modules, options
// and packages, the machine's own and those of every home. A scope that only
// one has is compared with nothing. Scopes without a difference are left out.
func Diff(a, b Composition) []ScopeDiff {
	left, right := scopesByUser(a), scopesByUser(b)
	users := map[string]bool{}
	for user := range left {
		users[user] = true
	}
	for user := range right {
		users[user] = true
	}
	var out []ScopeDiff
	for _, user := range slices.Sorted(maps.Keys(users)) {
		l, r := left[user], right[user]
		d := ScopeDiff{
			User:     user,
			Aspects:  differences(aspectFacts(l), aspectFacts(r)),
			Foreign:  differences(foreignFacts(l), foreignFacts(r)),
			Options:  differences(optionFacts(l), optionFacts(r)),
			Packages: differences(packageFacts(l), packageFacts(r)),
		}
		if !d.Empty() {
			out = append(out, d)
		}
	}
	return out
}

func scopesByUser(c Composition) map[string]*Scope {
	out := map[string]*Scope{"": &c.Scope}
	for i := range c.Homes {
		out[c.Homes[i].User] = &c.Homes[i]
	}
	return out
}

// told is what a scope says of one name.
type told struct {
	text string
	at   fleet.Pos
}

// differences are the names of which the two sides do not say the same.
func differences(l, r map[string]told) []Difference {
	var out []Difference
	for name, a := range l {
		if b := r[name]; a.text != b.text {
			out = append(out, Difference{Name: name, Left: a.text, Right: b.text, LeftAt: a.at, RightAt: b.at})
		}
	}
	for name, b := range r {
		if _, both := l[name]; !both {
			out = append(out, Difference{Name: name, Right: b.text, RightAt: b.at})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func aspectFacts(s *Scope) map[string]told {
	out := map[string]told{}
	if s == nil {
		return out
	}
	for _, a := range s.Aspects {
		out[string(a.Class)+"."+a.Name] = told{"has it", a.Way[len(a.Way)-1].At}
	}
	return out
}

func foreignFacts(s *Scope) map[string]told {
	out := map[string]told{}
	if s == nil {
		return out
	}
	for _, f := range s.Foreign {
		out[f.Ref] = told{"has it", f.At}
	}
	return out
}

func packageFacts(s *Scope) map[string]told {
	out := map[string]told{}
	if s == nil {
		return out
	}
	for _, p := range s.Packages {
		out[p.Name] = told{"has it", p.At}
	}
	return out
}

// optionFacts has the value of an option where it is known, and its
// definitions as written where not.
func optionFacts(s *Scope) map[string]told {
	out := map[string]told{}
	if s == nil {
		return out
	}
	for _, o := range s.Options {
		t := told{text: o.Merged.Value.Text}
		if o.Merged.State != Known {
			t.text = string(o.Merged.State)
			for _, d := range o.Definitions {
				t.text += "; " + d.Value.Text
				if d.Condition != "" {
					t.text += " if " + d.Condition
				}
			}
		}
		if i := max(o.Merged.Winner, 0); i < len(o.Definitions) {
			t.at = o.Definitions[i].At
		}
		out[o.Path] = t
	}
	return out
}
