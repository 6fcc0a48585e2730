package repo

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
)

// machinesOf makes a fleet of what a flake's files say. Standalone homes are
// no machines.
func machinesOf(tree *modules.Tree, dir string) *fleet.Fleet {
	f := &fleet.Fleet{Name: Name(filepath.Base(dir))}
	if c := tree.Clan; c != nil {
		f.Services = c.Services()
		if c.Meta.Name.Text != "" {
			f.Name = Name(c.Meta.Name.Text)
		}
	}
	for _, h := range tree.Hosts {
		if h.Class == fleet.HomeManager || f.Machine(h.Name) != nil {
			continue
		}
		m := fleet.Machine{
			Name: h.Name, Class: h.Class, System: h.System, User: h.User.Name, Type: h.Kind,
			Source: fleet.SourceRead, At: h.At, Deploy: fleet.Deploy{At: h.Address.At, Jump: h.Address.Jump, Why: h.Address.Why},
		}
		for _, tag := range h.Tags {
			m.Tags = append(m.Tags, tag.Name)
		}
		if h.Address.Target != "" {
			m.Deploy.Targets = []string{h.Address.Target}
		}
		f.Machines = append(f.Machines, m)
	}
	slices.SortFunc(f.Machines, func(a, b fleet.Machine) int { return strings.Compare(a.Name, b.Name) })
	return f
}

// Name makes a directory's name one that a fleet can have.
func Name(dir string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, dir)
	return cmp.Or(strings.Trim(name, "-_"), "fleet")
}

// disagreements are the differences between what was read and what Nix says.
// What was not read is none.
func disagreements(read, told *fleet.Fleet) []fleet.Problem {
	var out []fleet.Problem
	note := func(at fleet.Pos, format string, args ...any) {
		out = append(out, fleet.Problem{Severity: fleet.Warning, At: at, Text: fmt.Sprintf(format, args...), Hint: "Nix is right; what the files say was read wrongly, or only Nix can know it"})
	}
	for i := range read.Machines {
		r := &read.Machines[i]
		t := told.Machine(r.Name)
		if t == nil {
			note(r.At, "machine %s was read from the files, and Nix knows none of that name", r.Name)
			continue
		}
		for _, fact := range []struct{ what, read, told string }{
			{"class", string(r.Class), string(t.Class)},
			{"system", r.System, t.System},
			{"user", r.User, t.User},
			{"target", strings.Join(r.Deploy.Targets, ", "), strings.Join(t.Deploy.Targets, ", ")},
		} {
			if fact.read != "" && fact.told != "" && fact.read != fact.told {
				note(r.At, "machine %s: its %s was read as %s, and Nix says %s", r.Name, fact.what, fact.read, fact.told)
			}
		}
	}
	for _, t := range told.Machines {
		if read.Machine(t.Name) == nil {
			note(fleet.Pos{File: "flake.nix"}, "machine %s is known to Nix, and was not found in the files", t.Name)
		}
	}
	return out
}

// corrected is told with what only the files say: places, and what Nix left
// out.
func corrected(read, told *fleet.Fleet) *fleet.Fleet {
	f := *told
	f.Name, f.Services = read.Name, read.Services
	f.Machines = slices.Clone(told.Machines)
	for i := range f.Machines {
		m := &f.Machines[i]
		r := read.Machine(m.Name)
		if r == nil {
			continue
		}
		m.At, m.Type = r.At, cmp.Or(m.Type, r.Type)
		m.System, m.User = cmp.Or(m.System, r.System), cmp.Or(m.User, r.User)
		m.Deploy.At = r.Deploy.At
		if slices.Equal(m.Deploy.Targets, r.Deploy.Targets) && len(m.Deploy.Jump) == 0 {
			m.Deploy.Jump = r.Deploy.Jump
		}
	}
	return &f
}
