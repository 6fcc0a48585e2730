package fleet

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The computed tags, beside those of [tags]: every machine, and every machine
// of a class.
const (
	TagAll    = "all"
	TagNixOS  = string(NixOS)
	TagDarwin = string(Darwin)
)

// ReservedTag reports whether the tag is computed or has a meaning of its own
// in selectors, so that nobody can declare it.
func ReservedTag(tag string) bool {
	return slices.Contains([]string{TagAll, TagNixOS, TagDarwin}, tag) || Reserved(tag)
}

// Resolve works out what follows from the declaration: each machine's
// computed tags and each role's members. It sorts machines, channels, services
// and roles by name, and may be called again after a change. The problems are
// names that refer to nothing, selectors of [tags] that do not parse, depend
// on what only a live host or the composition knows, or depend on each other
// in a circle. What they do not touch is resolved nevertheless.
func (f *Fleet) Resolve() []Problem {
	slices.SortStableFunc(f.Machines, func(a, b Machine) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(f.Services, func(a, b Service) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(f.Channels, func(a, b Channel) int { return strings.Compare(a.Name, b.Name) })
	r := resolver{fleet: f, rules: make(map[string]*tagRule)}
	r.parseRules()
	r.giveTags()
	for i := range f.Services {
		s := &f.Services[i]
		slices.SortStableFunc(s.Roles, func(a, b Role) int { return strings.Compare(a.Name, b.Name) })
		for j := range s.Roles {
			r.members(s, &s.Roles[j])
		}
	}
	SortProblems(r.problems)
	return r.problems
}

// RolesOf returns the roles of a machine as "instance/role", sorted. Resolve
// must have been called.
func (f *Fleet) RolesOf(machine string) []string {
	var roles []string
	for _, s := range f.Services {
		for _, r := range s.Roles {
			_, member := slices.BinarySearchFunc(r.Members, machine, func(m Member, machine string) int { return strings.Compare(m.Machine, machine) })
			if member {
				roles = append(roles, s.Name+"/"+r.Name)
			}
		}
	}
	slices.Sort(roles)
	return roles
}

// Subjects returns one Subject per machine with what the declaration alone
// tells: the machine and its roles. Resolve must have been called.
func (f *Fleet) Subjects() []Subject {
	subs := make([]Subject, len(f.Machines))
	byName := make(map[string]*Subject, len(subs))
	for i := range f.Machines {
		subs[i].Machine = &f.Machines[i]
		byName[f.Machines[i].Name] = &subs[i]
	}
	for _, s := range f.Services {
		for _, r := range s.Roles {
			for _, m := range r.Members {
				if sub := byName[m.Machine]; sub != nil {
					sub.Roles = append(sub.Roles, s.Name+"/"+r.Name)
				}
			}
		}
	}
	return subs
}

type resolver struct {
	fleet    *Fleet
	rules    map[string]*tagRule
	problems []Problem
}

// tagRule is a rule of [tags] with its members, once known.
type tagRule struct {
	TagRule
	sel     Selector
	members map[string]bool // by machine; nil is not worked out yet
	asked   bool            // its members are being worked out
}

func (r *resolver) problem(at Pos, hint, format string, args ...any) {
	r.problems = append(r.problems, Problem{At: at, Severity: Error, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (r *resolver) parseRules() {
	for _, rule := range r.fleet.Tags {
		sel, err := ParseSelector(rule.Selector)
		if bad, ok := errors.AsType[*SyntaxError](err); ok {
			r.problem(rule.At, bad.Hint, "tag %q: column %d of its selector %q: expected %s, found %s",
				rule.Name, bad.Column, clip(rule.Selector), bad.Expected, bad.Found)
			continue
		}
		if t, ok := notStatic(sel); ok {
			r.problem(rule.At, "use names, tags, class:, system: and user:",
				"tag %q: its selector asks %s, which only %s", rule.Name, t, knownBy[t.Kind])
			continue
		}
		r.rules[rule.Name] = &tagRule{TagRule: rule, sel: sel}
	}
}

// knownBy says of the kinds that a selector of [tags] cannot ask about who
// knows them.
var knownBy = map[Kind]string{
	KindFailed: "the last run knows",
	KindState:  "the live host knows",
	KindDrift:  "the live host knows",
	KindReboot: "the live host knows",
	KindAspect: "the composition knows, and that follows from tags",
	KindRole:   "the services know, and their members follow from tags",
}

func notStatic(s Selector) (Term, bool) {
	for _, t := range s.Terms() {
		if knownBy[t.Kind] != "" {
			return t, true
		}
	}
	return Term{}, false
}

// giveTags sets every machine's Computed: the rules in order of name, then
// "all" and the class.
func (r *resolver) giveTags() {
	ms := r.fleet.Machines
	for i := range ms {
		ms[i].Computed = nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.rules)) {
		r.evaluate(r.rules[name], nil)
	}
	for i := range ms {
		m := &ms[i]
		m.Computed = nil
		for _, name := range slices.Sorted(maps.Keys(r.rules)) {
			if r.rules[name].members[m.Name] && !slices.Contains(m.Tags, name) {
				m.Computed = append(m.Computed, name)
			}
		}
		m.Computed = append(m.Computed, TagAll)
		if m.Class != "" {
			m.Computed = append(m.Computed, string(m.Class))
		}
	}
}

// evaluate works out a rule's members, those of the rules that it names
// first. The way holds the rules that asked for it.
func (r *resolver) evaluate(rule *tagRule, way []string) {
	if rule.members != nil {
		return
	}
	way = append(way, rule.Name)
	if rule.asked {
		way = way[slices.Index(way, rule.Name):]
		r.problem(rule.At, "", "tags depend on each other in a circle: %s", strings.Join(way, " -> "))
		rule.members = map[string]bool{}
		return
	}
	rule.asked = true
	for n := range rule.sel.root.leaves() {
		if n.term.Kind == KindTag {
			r.needTag(rule, n, way)
		}
		if n.term.Kind == KindName && n.term.Exact() && r.fleet.Machine(n.term.Value) == nil {
			r.problem(rule.At, meant(n.term.Value, r.machineNames()), "tag %q: no machine is called %q", rule.Name, n.term.Value)
		}
	}
	if rule.members != nil { // it was part of a circle
		return
	}
	rule.members = make(map[string]bool)
	for i := range r.fleet.Machines {
		m := r.withRules(&r.fleet.Machines[i])
		if rule.sel.Match(Subject{Machine: &m}) == True {
			rule.members[m.Name] = true
		}
	}
}

// needTag evaluates the rules that a tag term of a rule names.
func (r *resolver) needTag(rule *tagRule, n *node, way []string) {
	found := false
	for _, name := range slices.Sorted(maps.Keys(r.rules)) {
		if n.glob.match(name) && (name != rule.Name || n.term.Exact()) {
			found = true
			r.evaluate(r.rules[name], way)
		}
	}
	if !found && n.term.Exact() && !r.isTag(n.term.Value) {
		r.problem(rule.At, meant(n.term.Value, r.tagNames()), "tag %q: no machine has the tag %q", rule.Name, n.term.Value)
	}
}

// withRules is the machine with the tags of the rules worked out so far.
func (r *resolver) withRules(m *Machine) Machine {
	c := *m
	for name, rule := range r.rules {
		if rule.members[m.Name] {
			c.Computed = append(c.Computed, name)
		}
	}
	return c
}

// isTag reports whether a tag is computed, declared in [tags], also wrongly,
// or carried by some machine.
func (r *resolver) isTag(tag string) bool { return slices.Contains(r.tagNames(), tag) }

func (r *resolver) tagNames() []string {
	tags := []string{TagAll, TagNixOS, TagDarwin}
	for _, t := range r.fleet.Tags {
		tags = append(tags, t.Name)
	}
	for _, m := range r.fleet.Machines {
		tags = append(tags, m.Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

func (r *resolver) machineNames() []string {
	var names []string
	for _, m := range r.fleet.Machines {
		names = append(names, m.Name)
	}
	return names
}

// members sets a role's Members: the machines it names, then those of its
// tags in the order of the role's list. The first way to a machine stands.
func (r *resolver) members(s *Service, role *Role) {
	role.Members = nil
	seen := make(map[string]bool)
	add := func(m Member) {
		if !seen[m.Machine] {
			seen[m.Machine] = true
			role.Members = append(role.Members, m)
		}
	}
	for _, n := range role.Machines {
		if r.fleet.Machine(n.Name) == nil {
			r.problem(n.At, meant(n.Name, r.machineNames()), "role %s/%s: no machine is called %q", s.Name, role.Name, n.Name)
			continue
		}
		add(Member{Machine: n.Name, Via: "machine", At: n.At})
	}
	for _, n := range role.Tags {
		if !r.isTag(n.Name) {
			r.problem(n.At, meant(n.Name, r.tagNames()), "role %s/%s: no machine has the tag %q", s.Name, role.Name, n.Name)
			continue
		}
		for _, m := range r.fleet.Machines {
			if slices.Contains(m.Tags, n.Name) || slices.Contains(m.Computed, n.Name) {
				add(Member{Machine: m.Name, Via: "tag " + n.Name, At: n.At})
			}
		}
	}
	slices.SortFunc(role.Members, func(a, b Member) int { return strings.Compare(a.Machine, b.Machine) })
}
