package modules

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/modules/clan"
	"assay/modules/symbolic"
)

// Tree is a dendritic tree as read.
type Tree struct {
	Root     string          // the directory of the tree, relative to the fleet's
	Files    []string        // the modules' files in the order in which the module system meets them, relative to the fleet's directory
	Aspects  []*Aspect       // by class and name
	Problems []fleet.Problem // by place
	Lost     []fleet.Problem // those among them that hide definitions: what the tree holds is not all

	Registries []Registry      // by path
	Hosts      []*Host         // by class and name
	Loaders    []Loader        // in the order in which they were met
	Clan       *clan.Inventory // nil where the flake has none
	// MoreHosts says of a class why there may be other hosts than these.
	MoreHosts map[fleet.Class]string

	byName map[string]map[string]*Aspect // by class, then name
	byPath map[string]*Aspect
	store  *store
	users  map[*Aspect][]User

	general map[*Aspect][]general // by contributor, while the tree is read

	*evaluation
}

// evaluation is what evaluating writes to. Trees that differ in their aspects
// only share it.
type evaluation struct {
	mu   sync.Mutex
	ev   *symbolic.Evaluator
	memo map[any]any
	src  *sources

	adapters []adapter // of loaders

	limited bool // while the tree is being read: too much work ends in unknown values
	spent   int  // budgets that were used up since then
}

// maxSpent bounds how many expressions of one flake may use up their budget
// while it is read. What comes after them gets a small one.
const maxSpent = 4

// begin starts a new budget of work.
func (e *evaluation) begin() {
	if e.limited && e.ev.Spent() {
		e.spent++
	}
	if e.limited && e.spent > maxSpent {
		e.ev.BeginSmall()
		return
	}
	e.ev.Begin()
}

// Aspect is one member of a registry: of flake.modules, or of another option
// that holds modules under names.
type Aspect struct {
	Class        fleet.Class   // "" where the path does not say it
	Name         string        // unique in its class: what flake.modules calls it, or its path
	Path         []string      // its identity: flake.modules.nixos.web
	Key          string        // that its option gives it, so that it applies once however often it is reached; "" for none
	Contributors []Contributor // in the order in which Nix merges them
	Imports      []Import      // of all contributors, as far as they are known without a machine
}

// Contributor is one definition of an aspect.
type Contributor struct {
	At       fleet.Pos
	File     int // index in Tree.Files
	value    symbolic.Value
	class    fleet.Class
	declared bool // with the option, by whoever declares it
	// Condition is why it may not apply; "" if it surely does.
	Condition string
}

// At is where the aspect is first defined.
func (a *Aspect) At() fleet.Pos {
	i := slices.IndexFunc(a.Contributors, func(c Contributor) bool { return !c.declared })
	return a.Contributors[max(i, 0)].At
}

// User is an aspect that imports another one.
type User struct {
	Aspect *Aspect
	At     fleet.Pos
}

func failure(at fleet.Pos, text, hint string) fleet.Problem {
	return fleet.Problem{Severity: fleet.Error, Text: text, At: at, Hint: hint}
}

func warning(at fleet.Pos, text, hint string) fleet.Problem {
	return fleet.Problem{Severity: fleet.Warning, Text: text, At: at, Hint: hint}
}

// Aspect returns the aspect of that class and name, or nil.
func (t *Tree) Aspect(class fleet.Class, name string) *Aspect {
	return t.byName[string(class)][name]
}

// Names returns the names of a class's aspects, sorted.
func (t *Tree) Names(class fleet.Class) []string {
	var names []string
	for _, a := range t.Aspects {
		if a.Class == class {
			names = append(names, a.Name)
		}
	}
	return names
}

// UsedBy returns the aspects that import a, with the places, in the order of
// Aspects.
func (t *Tree) UsedBy(a *Aspect) []User { return t.users[a] }

// Once returns what compute returns for key, which it calls at most once in a
// tree's life. It runs while no other evaluation of the tree does. The result
// must not change afterwards. compute must not call Once or Alone.
func (t *Tree) Once(key any, compute func() any) any {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.memo[key]; ok {
		return v
	}
	v := compute()
	t.memo[key] = v
	return v
}

// Alone runs f while no other evaluation of the tree runs. f must not call
// Once or Alone.
func (t *Tree) Alone(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// Member returns the aspect at a path such as flake.modules.nixos.web, or nil.
func (t *Tree) Member(path []string) *Aspect { return t.byPath[pathKey(path)] }

func pathKey(path []string) string { return strings.Join(path, "\x00") }

func (t *Tree) add(a *Aspect) {
	class := string(a.Class)
	if t.byName[class] == nil {
		t.byName[class] = map[string]*Aspect{}
	}
	t.byName[class][a.Name] = a
	t.byPath[pathKey(a.Path)] = a
	t.Aspects = append(t.Aspects, a)
}

// Without returns the tree as it would be if one aspect were not defined. It
// shares the parsed files, and is for asking what the aspect is good for.
func (t *Tree) Without(gone *Aspect) *Tree {
	out := &Tree{Root: t.Root, Files: t.Files, Lost: t.Lost, evaluation: t.evaluation, store: t.store,
		Registries: t.Registries, Hosts: t.Hosts, Loaders: t.Loaders,
		byName: map[string]map[string]*Aspect{}, byPath: map[string]*Aspect{}}
	for _, a := range t.Aspects {
		if a == gone {
			continue
		}
		out.add(a)
	}
	out.index()
	return out
}

// index builds what follows from the aspects.
func (t *Tree) index() {
	slices.SortFunc(t.Aspects, func(a, b *Aspect) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Name, b.Name))
	})
	t.users = map[*Aspect][]User{}
	for _, a := range t.Aspects {
		for _, i := range a.Imports {
			if used := t.Aspect(fleet.Class(i.Class), i.Name); i.Name != "" && used != nil {
				t.users[used] = append(t.users[used], User{Aspect: a, At: i.At})
			}
		}
	}
}
