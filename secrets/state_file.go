package secrets

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/vars"
)

// file is the finding about one declared file; v is what lies there.
func (c *checker) file(w *want, name string, v vars.Var) VarFinding {
	g, decl, machines := w.declaration(name)
	f := VarFinding{
		ID: w.place.Var(name), State: OK, Secret: decl.Secret.Value, Public: v.Public, Deploy: decl.Deploy.Value, Declared: true,
		Machines: machines, At: decl.At, Service: g.Service, Source: cmp.Or(g.Source, fleet.SourceRead), Certainty: g.Certainty, Readers: v.Readers,
	}
	if g.ValidationWhy == "" {
		f.Hash, _ = vars.Hash(g.Validation) // one that is no JSON is not known
	}
	why := unsure(g, decl)
	if why != "" && f.Certainty == fleet.Exact {
		f.Certainty = fleet.Conditional
	}
	if f.At.IsZero() {
		f.At = g.At
	}
	for i := range c.scan.Declarations {
		if d := &c.scan.Declarations[i]; slices.Contains(machines, d.Machine) {
			f.Groups = append(f.Groups, d.Groups...)
		}
	}
	slices.Sort(f.Groups)
	f.Groups = slices.Compact(f.Groups)
	fail := func(state State, remedy, format string, args ...any) VarFinding {
		f.State, f.Detail, f.Remedy = state, fmt.Sprintf(format, args...), remedy
		return f
	}
	generate := "assay vars generate " + machines[0]
	there := v.Secret
	if !decl.Secret.Value {
		there = v.Public
	}
	switch {
	case !there && decl.Secret.Why != "" && (v.Public || v.Secret):
		f.Secret = v.Secret
	case !there && decl.Secret.Value && c.scan.Elsewhere != "":
		return fail(UnknownVar, "", "%s", c.scan.Elsewhere)
	case !there && why != "":
		return fail(UnknownVar, "", "it is not there, and whether it should be is not known: %s", why)
	case !there && c.oldZerotier(g, machines):
		return fail(UnknownVar, "", "zerotier is kept in an older layout, per-machine/%s/zerotier; clan moves it when it generates next", machines[0])
	case !there && v.Public:
		return fail(Missing, generate, "it is declared secret, and what lies there is public")
	case !there && v.Secret:
		return fail(Missing, generate, "it is declared public, and what lies there is a secret")
	case !there:
		return fail(Missing, generate, "not generated yet")
	}
	if v.State == vars.Unreadable {
		return fail(Unreadable, "restore it from version control", "%s", strings.Join(v.Faults, "; "))
	}
	c.access(&f, v)
	return f
}

// oldZerotier reports whether a file is one of zerotier's, which older versions
// of clan kept with each machine.
func (c *checker) oldZerotier(g *fleet.Generator, machines []string) bool {
	return g.Service == "zerotier" && slices.ContainsFunc(machines, func(m string) bool {
		return c.store.HasGenerator(vars.Machine(m, "zerotier"))
	})
}

// access judges who can read a secret that is there.
func (c *checker) access(f *VarFinding, v vars.Var) {
	f.Notes = c.faults(v)
	if !v.Secret {
		return
	}
	if detail := c.drift(*f, v); detail != "" {
		f.State, f.Detail, f.Remedy = Drifted, detail, "assay vars fix"+c.of(*f)
		return
	}
	for _, note := range f.Notes {
		if strings.Contains(note, "does not exist") {
			f.State, f.Detail = Dangling, note
			f.Remedy = "register who is meant, or remove the link from version control"
			return
		}
	}
}

// of names the machine that a remedy is for. What machines share is mended for
// all of them, unless only one is looked at.
func (c *checker) of(f VarFinding) string {
	switch {
	case f.Owner != "":
		return " " + f.Owner
	case c.scan.Only != "":
		return " " + c.scan.Only
	}
	return ""
}

// faults are what is odd about a var, without what concerns other machines
// than the one that is looked at.
func (c *checker) faults(v vars.Var) []string {
	if c.scan.Only == "" {
		return v.Faults
	}
	return slices.DeleteFunc(slices.Clone(v.Faults), func(fault string) bool {
		_, name, ok := strings.Cut(fault, "sops/machines/")
		name, _, _ = strings.Cut(name, "/")
		name, _, _ = strings.Cut(name, ",")
		return ok && name != c.scan.Only
	})
}

// drift says who can read a secret and should not, and the other way round.
func (c *checker) drift(f VarFinding, v vars.Var) string {
	if c.scan.Only != "" && v.Owner == "" {
		v.Lacking = slices.DeleteFunc(slices.Clone(v.Lacking), func(k vars.Key) bool { return c.others(v.Readers, k) })
		if len(f.Notes) < len(v.Faults) { // of another machine, whose keys are not known: they may be these
			v.Surplus = nil
		}
	}
	parts := []string{}
	if text := describeDrift(v); text != "" {
		parts = append(parts, text)
	}
	if !f.Declared || f.Certainty != fleet.Exact {
		return strings.Join(parts, "; ")
	}
	for _, m := range f.Machines {
		reads := slices.ContainsFunc(v.Readers, func(r vars.Reader) bool { return r.Kind == "machine" && r.Name == m })
		direct := slices.ContainsFunc(v.Readers, func(r vars.Reader) bool { return r.Kind == "machine" && r.Name == m && r.Via == "" })
		switch {
		case f.Deploy && !reads:
			parts = append(parts, "machine "+m+" is to have it, and is not linked")
		case !f.Deploy && direct:
			parts = append(parts, "machine "+m+" is linked, and the file is not to be deployed")
		}
	}
	return strings.Join(parts, "; ")
}

// others reports whether a key is of other machines only.
func (c *checker) others(readers []vars.Reader, key vars.Key) bool {
	other := false
	for _, r := range readers {
		if !slices.Contains(r.Keys, key) {
			continue
		}
		if r.Kind != "machine" || r.Name == c.scan.Only {
			return false
		}
		other = true
	}
	return other
}

// rest are the findings about what lies in the store and no generator that was
// read declares.
func (c *checker) rest() {
	for _, files := range c.disk {
		for _, v := range files {
			c.out = append(c.out, c.undeclared(v, nil))
		}
	}
}

// undeclared is the finding about a file that is there and not declared; w is
// its generator where that is declared.
func (c *checker) undeclared(v vars.Var, w *want) VarFinding {
	f := VarFinding{ID: v.ID, State: OK, Secret: v.Secret, Public: v.Public, Readers: v.Readers}
	f.Certainty = fleet.Exact
	switch {
	case v.State == vars.Unreadable:
		f.State, f.Detail, f.Remedy = Unreadable, strings.Join(v.Faults, "; "), "restore it from version control"
		return f
	case v.State == vars.Missing:
		f.State, f.Detail = Orphaned, "a directory without a value and without a secret"
		f.Remedy = "git rm -r " + v.ID.Dir()
	}
	c.access(&f, v)
	if f.State == Drifted || f.State == Dangling {
		return f
	}
	f.State, f.Detail, f.Remedy = c.orphan(v, w)
	switch {
	case f.State == UnknownVar:
		f.Certainty = fleet.Undecided
	case f.State == Orphaned && c.mayDeclare(v.Owner) != "":
		f.Certainty = fleet.Conditional
	}
	return f
}

// orphan decides whether an undeclared file is an orphan.
func (c *checker) orphan(v vars.Var, w *want) (state State, detail, remedy string) {
	remove := "git rm -r " + v.ID.Dir()
	switch {
	case v.Scope == vars.PerMachine && !slices.Contains(c.scan.Machines, v.Owner) && c.scan.MachinesWhy != "":
		return UnknownVar, "no machine " + v.Owner + " was found: " + c.scan.MachinesWhy, ""
	case v.Scope == vars.PerMachine && !slices.Contains(c.scan.Machines, v.Owner):
		return Stale, "the fleet has no machine " + v.Owner, "git rm -r " + path.Join("vars", string(vars.PerMachine), v.Owner)
	case v.Scope == vars.PerExport:
		return UnknownVar, "generators of exports are not read", ""
	}
	if w != nil {
		for _, g := range w.by {
			if g.FilesWhy != "" {
				return UnknownVar, "the generator may have other files: " + g.FilesWhy, ""
			}
		}
		return Orphaned, "the generator " + w.place.Name + " does not declare this file", remove
	}
	if who := c.mayDeclare(v.Owner); who != "" {
		return UnknownVar, "no generator that was read makes it; " + who, ""
	}
	return Orphaned, "no generator makes it", remove
}

// mayDeclare names what may declare generators of the owner, of anybody for
// "", and was not read; "" if all was read.
func (c *checker) mayDeclare(owner string) string {
	var surely, maybe []string
	for _, d := range c.scan.Declarations {
		if owner != "" && d.Machine != owner {
			continue
		}
		for _, o := range d.Open {
			list := &surely
			if o.Any {
				list = &maybe
			}
			if !slices.Contains(*list, o.What) {
				*list = append(*list, o.What)
			}
		}
	}
	const most = 3
	who := append(surely, maybe...)
	if len(who) == 0 {
		return ""
	}
	more := ""
	if len(who) > most {
		more = fmt.Sprintf(" and %d more", len(who)-most)
	}
	return cmp.Or(strings.Join(who[:min(most, len(who))], ", ")) + more + " may"
}
