package clan

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// Read resolves an inventory with the evaluator that made its values. Whatever
// is wrong or not known is in the result; nothing makes it fail.
func Read(ev *symbolic.Evaluator, s Sources) *Inventory {
	r := &reader{ev: ev, out: &Inventory{}, said: map[string]bool{}, inputs: s, declared: map[string]*service{}}
	ev.Begin()
	top := r.attributes(r.submodule(r.top(), symbolic.MachineModuleArgs(symbolic.Place{}, "")))
	for _, d := range top.open {
		r.out.MoreInstances = orElse(r.out.MoreInstances, r.unread(d, "what is defined of clan is not known", &r.out.More))
	}
	inventory := top.by["inventory"]
	if s.JSON != nil {
		if v, err := fromJSON(s.JSONName, s.JSON); err != nil {
			r.problem(fleet.Error, fleet.Pos{File: s.JSONName}, "", "%s", err)
		} else {
			d := plain(v, v.Where())
			d.from = FromJSON
			inventory = append(inventory, d) // clan's own definition comes after those of the flake
			r.removed(v)
		}
	}
	inv := r.attributes(r.named(inventory))
	for _, d := range inv.open {
		r.out.MoreInstances = orElse(r.out.MoreInstances, r.unread(d, "what is defined of clan.inventory is not known", &r.out.More))
	}
	for _, d := range inv.by["services"] {
		r.problem(fleet.Warning, d.pos(), "say it with clan.inventory.instances", "clan has removed inventory.services; it is not read")
	}
	r.meta(append(top.by["meta"], inv.by["meta"]...))
	r.machines(inv, top.by["machines"])
	r.tags(inv)
	r.ownModules(top.by["modules"])
	r.instances(inv)
	r.check()
	fleet.SortProblems(r.out.Problems)
	return r.out
}

// top are the definitions of clan without properties, in the order of import.
func (r *reader) top() []def {
	var out []def
	for _, given := range r.inputs.Definitions {
		v := argument(given.Value)
		d := plain(v, v.Where())
		d.from, d.cond = FromInventory, given.Condition
		if given.Priority != 0 {
			d.priority = given.Priority
		}
		out = append(out, r.discharge(d)...)
	}
	return strongest(out)
}

// argument is what lib.clan is called with, of a call of it that nobody has
// evaluated; anything else is as it is.
func argument(v symbolic.Value) symbolic.Value {
	c, ok := v.(*symbolic.Call)
	if !ok {
		return v
	}
	f, ok := c.Fn.(*symbolic.Ref)
	if !ok || len(f.Path) < 2 {
		return v
	}
	set, name := f.Path[len(f.Path)-2], f.Path[len(f.Path)-1]
	if (set == "lib" || set == "clanLib") && (name == "clan" || name == "buildClan") {
		return c.Arg.Force()
	}
	return v
}

// named opens the definitions of an option whose submodule takes no arguments
// of its own.
func (r *reader) named(defs []def) []def {
	return r.submodule(defs, symbolic.MachineModuleArgs(symbolic.Place{}, ""))
}

// unread notes definitions that are not known: anything may be in them. It
// sets *more if that is empty, and returns the reason.
func (r *reader) unread(d def, what string, more *string) string {
	why := r.more(d, what)
	*more = orElse(*more, why)
	text := what + ": " + orElse(symbolic.Why(d.v), "it is not a set")
	severity := fleet.Warning
	if u, ok := d.v.(*symbolic.Unknown); ok && u.Fault && d.cond == "" {
		severity = fleet.Error
	}
	r.problem(severity, d.pos(), "", "%s", text)
	return why
}

// removed reports what older clans wrote into inventory.json. An empty set of
// services is nothing.
func (r *reader) removed(v symbolic.Value) {
	set, ok := v.(*symbolic.Attrs)
	if !ok {
		return
	}
	if a := set.Attr("services"); a != nil {
		if services, ok := a.V.Force().(*symbolic.Attrs); ok && services.Len() == 0 {
			r.said[fleet.Problem{At: a.At.Pos(), Severity: fleet.Warning, Hint: "say it with clan.inventory.instances",
				Text: "clan has removed inventory.services; it is not read"}.Error()] = true
		}
	}
}

// meta reads the clan's name, description and domain. clan.meta and
// clan.inventory.meta are one option.
func (r *reader) meta(defs []def) {
	set := r.attributes(r.named(defs))
	m := &r.out.Meta
	m.Name = r.textOf(set, "name", "the clan's name")
	m.Description = r.textOf(set, "description", "the clan's description")
	m.Domain = r.textOf(set, "domain", "the clan's domain")
	if m.Domain == (Text{}) {
		m.Domain = r.textOf(set, "tld", "the clan's domain")
	}
	if m.Domain == (Text{}) {
		m.Domain.Text = "clan"
	}
	if m.Name.Text != "" && !clanName(m.Name.Text) {
		r.problem(fleet.Error, m.Name.At, "use letters, digits, _ and -", "the clan's name %q has other characters than clan allows", m.Name.Text)
	}
	if !domainName(m.Domain.Text) && m.Domain.Why == "" {
		r.problem(fleet.Error, m.Domain.At, "use lower-case letters, digits and - in parts between dots", "the clan's domain %q is not one that clan allows", m.Domain.Text)
	}
}

// clanName is clan's rule for meta.name.
func clanName(s string) bool {
	for _, c := range []byte(s) {
		if !letter(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// domainName is clan's rule for meta.domain: parts of at most 63 characters
// that begin and end with a letter or a digit.
func domainName(s string) bool {
	part := 0
	for i := range len(s) + 1 {
		if i == len(s) || s[i] == '.' {
			if part == 0 || part > 63 || s[i-1] == '-' {
				return false
			}
			part = 0
			continue
		}
		lower := letter(s[i]) && (s[i] < 'A' || s[i] > 'Z')
		if !lower && (s[i] != '-' || part == 0) {
			return false
		}
		part++
	}
	return true
}
