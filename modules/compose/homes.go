package compose

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
	"assay/modules/symbolic"
)

// attached is a module, or with all set a list of modules, that the machine's
// own options give to homes: home-manager.users.<user> and
// home-manager.sharedModules.
type attached struct {
	given
	user string
	all  bool
}

// attach is a definition whose value is a module.
func attach(g given) (attached, bool) {
	names, err := splitPath(g.path)
	if err != nil {
		return attached{}, false
	}
	a := attached{given: g, all: len(names) == 2}
	if !a.all {
		a.user = strings.ReplaceAll(names[len(names)-1], `\${`, "${") // a name that is not known stands as it is written
	}
	return a, true
}

// homes composes the homes of a machine: those that the registry gives aspects
// and those that the machine's configuration defines.
func (w *walker) homes(c *Composition, types table, m *fleet.Machine, start Step) {
	users := map[string]fleet.Home{}
	for _, h := range m.Home {
		users[h.User] = h
	}
	w.nameUsers()
	for _, a := range w.attached {
		if _, ok := users[a.user]; !ok && !a.all {
			users[a.user] = fleet.Home{User: a.user, At: a.at}
		}
	}
	slices.SortStableFunc(w.attached, func(a, b attached) int { return turn(a) - turn(b) })
	for _, user := range slices.Sorted(maps.Keys(users)) {
		h := users[user]
		scope := Scope{User: user, At: h.At}
		in := newWalker(w.tree, types, fleet.HomeManager, m.System, &scope)
		in.lenient, in.only = w.lenient, w.only
		home := Step{Kind: "home", Name: user, At: h.At}
		for _, a := range h.Aspects {
			in.aspect(fleet.HomeManager, a.Name, []Step{start, home, {Kind: "aspect", Name: a.Name, At: a.At}}, "")
		}
		for _, a := range w.attached {
			if a.all || a.user == user {
				in.enter(a, append(w.wayTo(a.aspect, start), Step{Kind: "home", Name: user, At: a.at}))
			}
		}
		in.finish(c)
		c.Homes = append(c.Homes, scope)
	}
}

// nameUsers finds the names of users that are read from options of the machine
// itself. One that is not known stays as it is written.
func (w *walker) nameUsers() {
	for i := range w.attached {
		a := &w.attached[i]
		if a.reads == "" {
			continue
		}
		if o, ok := w.scope.Option(a.reads); ok {
			if name, ok := sureText(o); ok {
				a.user = name
			}
		}
	}
}

// sureText is the text that all definitions of an option agree on: whatever
// its type is, that is what it comes to.
func sureText(o Option) (string, bool) {
	text := ""
	for i, d := range o.Definitions {
		s, ok := d.Value.Data.(string)
		if !ok || !d.Value.Known || d.Condition != "" || i > 0 && s != text {
			return "", false
		}
		text = s
	}
	return text, text != ""
}

// turn puts shared modules first, as home-manager has them.
func turn(a attached) int {
	if a.all {
		return 0
	}
	return 1
}

// openedAs is the key under which a tree keeps the unit of an attached module.
type openedAs struct {
	module symbolic.Value
	at     fleet.Pos
	all    bool
	root   *entry
	system string
}

// enter queues an attached module.
func (w *walker) enter(a attached, way []Step) {
	u := w.tree.Once(openedAs{a.module, a.at, a.all, w.root, w.system}, func() any {
		with := modules.Arguments{System: w.system}
		if a.all {
			return makeUnit(w.tree.OpenImports(a.module, a.at, with), w.root)
		}
		return makeUnit(w.tree.OpenModule(a.module, with), w.root)
	}).(*unit)
	w.queue = append(w.queue, item{unit: u, name: a.aspect, way: way, condition: a.condition})
}

// wayTo is the way to an aspect of the scope that is reached; start where it
// is not one.
func (w *walker) wayTo(aspect string, start Step) []Step {
	for _, r := range w.scope.Aspects {
		if r.Name == aspect {
			return slices.Clip(r.Way)
		}
	}
	return []Step{start}
}

// hostUnit is the key under which a tree keeps the unit of a host.
type hostUnit struct {
	host *modules.Host
	root *entry
}

// host enters what the flake's own configuration of the machine imports.
func (w *walker) host(h *modules.Host, m *fleet.Machine, start Step) {
	start.At = cmp.Or(start.At, h.At)
	w.owner, w.special = h, h.SpecialKey()
	u := w.tree.Once(hostUnit{h, w.root}, func() any { return makeUnit(w.tree.OpenHost(h), w.root) }).(*unit)
	w.queue = append(w.queue, item{unit: u, name: MachineAspect(m), way: []Step{start}})
}
