package secrets

import (
	"cmp"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/vars"
)

// The states of a var beside those of a host key.
const (
	Outdated   State = "outdated" // made under another validation than is declared
	Orphaned   State = "orphaned" // no declared generator makes it
	Stale      State = "stale"    // of a machine that the fleet does not have
	Dangling   State = "dangling" // a link of it leads nowhere
	UnknownVar State = "unknown"  // what is declared is not known well enough to say
)

// VarFinding is the state of one var: declared, on disk, or both.
type VarFinding struct {
	vars.ID
	State    State
	Secret   bool // declared so; else as it lies there
	Public   bool // a public value lies there
	Deploy   bool
	Declared bool
	Machines []string  // that declare it
	Groups   []string  // that read every secret of these
	At       fleet.Pos // where it is declared; zero where it is not
	Detail   string    // what is wrong
	Remedy   string
	Service  string // the clan service that declares it
	// Source says who declares it: Nix, or the files that were read.
	Source fleet.Source
	// Certainty says how sure the declaration is.
	Certainty fleet.Certainty
	// Hash is that of the generator's declared validation; "" for none, or where
	// that is not known.
	Hash    string
	Readers []vars.Reader
	Notes   []string // oddities that break nothing
}

// Wrong reports whether the finding is something to mend.
func (f VarFinding) Wrong() bool {
	return f.State != OK && f.State != UnknownVar && f.State != Stale && f.State != Orphaned
}

// Scan says what to compare.
type Scan struct {
	// Declarations are those of the machines to look at.
	Declarations []fleet.Declaration
	// Lying are the vars in the store, as Store.ListOf tells those of Only, or
	// List all; nil: they are listed.
	Lying []vars.Var
	// Machines are all machines of the fleet; MachinesWhy is why there may be
	// others.
	Machines    []string
	MachinesWhy string
	// Only is the one machine that is looked at; "" is the whole fleet. Then
	// nothing of other machines is read, and a shared secret is judged by
	// whether this machine and the users can read it.
	Only string
	// Elsewhere is why the fleet's secrets may lie outside of its directory;
	// "" if they do not.
	Elsewhere string
}

// CheckVars compares what generators declare with what lies in the store, by
// path. It decrypts nothing.
func CheckVars(store *vars.Store, scan Scan) ([]VarFinding, error) {
	c := &checker{store: store, scan: scan, disk: map[vars.Generator]map[string]vars.Var{}, wants: map[vars.Generator]*want{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	for i := range scan.Declarations {
		c.declared(&scan.Declarations[i])
	}
	for _, w := range c.wants {
		if err := c.compare(w); err != nil {
			return nil, err
		}
	}
	c.rest()
	slices.SortStableFunc(c.out, func(a, b VarFinding) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return c.out, nil
}

// want is one generator in its place, with everybody who declares it.
type want struct {
	place vars.Generator
	by    []*fleet.Generator // one for each machine
}

type checker struct {
	store *vars.Store
	scan  Scan
	disk  map[vars.Generator]map[string]vars.Var // by file
	wants map[vars.Generator]*want
	out   []VarFinding
}

// read lists what lies in the store, as far as the scan reaches.
func (c *checker) read() (err error) {
	found := c.scan.Lying
	switch {
	case found != nil:
	case c.scan.Only == "":
		found, err = c.store.List()
	default:
		found, err = c.store.ListOf(vars.PerMachine, c.scan.Only)
	}
	for _, v := range found {
		c.note(v)
	}
	return err
}

func (c *checker) note(v vars.Var) {
	if c.disk[v.Generator] == nil {
		c.disk[v.Generator] = map[string]vars.Var{}
	}
	c.disk[v.Generator][v.File] = v
}

// declared notes what a machine declares.
func (c *checker) declared(d *fleet.Declaration) {
	for i := range d.Generators {
		g := &d.Generators[i]
		place := vars.Place(g)
		if g.Share.Why != "" && c.store.HasGenerator(vars.Shared(g.Name)) {
			place = vars.Shared(g.Name) // where it is says what is not known
		}
		w := c.wants[place]
		if w == nil {
			w = &want{place: place}
			c.wants[place] = w
		}
		w.by = append(w.by, g)
	}
}

// compare looks at the files of one generator.
func (c *checker) compare(w *want) error {
	if c.scan.Only != "" && w.place.Scope == vars.SharedOnce {
		for _, g := range w.by {
			for _, f := range g.Files {
				v, err := c.store.Inspect(w.place.Var(f.Name))
				if err == nil && (v.Public || v.Secret) {
					c.note(v)
				}
			}
		}
	}
	on := c.disk[w.place]
	outdated, unread := c.outdated(w)
	names := map[string]bool{}
	for _, g := range w.by {
		for _, f := range g.Files {
			names[f.Name] = true
		}
	}
	there := 0
	for name := range names {
		if v := on[name]; v.Public || v.Secret {
			there++
		}
	}
	for name := range names {
		f := c.file(w, name, on[name])
		if f.State == Missing && there > 0 && f.Certainty == fleet.Exact {
			f.State, f.Detail = Half, f.Detail+"; other files of the generator are there"
		}
		switch {
		case f.State != OK:
		case unread != nil:
			f.State, f.Detail, f.Remedy = Unreadable, unread.Error(), "restore it from version control"
		case outdated != "":
			f.State, f.Detail, f.Remedy = Outdated, outdated, regenerate(w)
		}
		c.out = append(c.out, f)
	}
	for name, v := range on {
		if !names[name] {
			c.out = append(c.out, c.undeclared(v, w))
		}
	}
	delete(c.disk, w.place)
	return nil
}

// outdated says why the generator's files are of another validation; "" if
// they are not, or nobody knows. What is stored of it may be no hash.
func (c *checker) outdated(w *want) (why string, err error) {
	for _, g := range w.by {
		if g.ValidationWhy != "" || g.Certainty != fleet.Exact {
			continue
		}
		wanted, err := vars.Hash(g.Validation)
		if err != nil {
			continue
		}
		stored, err := c.store.StoredHash(w.place)
		switch {
		case err != nil:
			return "", err
		case stored == wanted:
			return "", nil
		case wanted == "":
			return "it was made under a validation, and none is declared any more", nil
		case stored == "":
			return "it was made before its validation was declared", nil
		}
		return "its validation has changed since it was made", nil
	}
	return "", nil
}

func regenerate(w *want) string {
	machine := w.place.Owner
	if machine == "" {
		machine = w.by[0].Machine
	}
	return "assay vars generate " + machine + " --regenerate " + w.place.Name
}

// declaration are the file's declarations, and the surest of their generators.
func (w *want) declaration(file string) (best *fleet.Generator, of *fleet.VarFile, machines []string) {
	for _, g := range w.by {
		f := g.File(file)
		if f == nil {
			continue
		}
		machines = append(machines, g.Machine)
		if best == nil || best.Certainty != fleet.Exact && g.Certainty == fleet.Exact {
			best, of = g, f
		}
	}
	slices.Sort(machines)
	return best, of, slices.Compact(machines)
}

// unsure is why a declared file may not be declared after all.
func unsure(g *fleet.Generator, f *fleet.VarFile) string {
	if g.Certainty != fleet.Exact {
		return cmp.Or(g.Why, "not known")
	}
	return cmp.Or(f.Condition, f.Secret.Why, g.Share.Why)
}
