package fleet

import (
	"fmt"
	"slices"
	"strings"
)

// Selection is what a selector found.
type Selection struct {
	Machines  []string    // that match, in the order of the subjects
	Unknown   []string    // of which it is not known whether they match
	Unmatched []Unmatched // terms that no machine matches, or may match
}

// Unmatched is a term that matched nothing.
type Unmatched struct {
	Term
	Nearest string // the valid name it may be a misspelling of; "" is none
}

// String says it in a phrase.
func (u Unmatched) String() string {
	s := fmt.Sprintf("%s (column %d) matches no machine", u.Term, u.Column)
	if u.Nearest != "" {
		s += fmt.Sprintf(", did you mean %q?", u.Nearest)
	}
	return s
}

// EmptyError says that a selector selected nothing, and why.
type EmptyError struct {
	Selector  string
	Machines  int         // how many there were to choose from
	Unknown   int         // of how many it is not known
	Unmatched []Unmatched // the terms at fault; empty when each term alone matches some machine
}

func (e *EmptyError) Error() string {
	s := fmt.Sprintf("selector %q selects nothing", clip(e.Selector))
	switch {
	case e.Machines == 0:
		return s + ": the fleet has no machines"
	case len(e.Unmatched) > 0:
		var terms []string
		for _, u := range e.Unmatched {
			terms = append(terms, u.String())
		}
		s += ": " + strings.Join(terms, "; ")
	case e.Unknown == 0:
		s += ": each of its terms matches some machine, but no machine matches them together"
	}
	if e.Unknown > 0 {
		s += fmt.Sprintf(": a fact is not known of %d of %d machines", e.Unknown, e.Machines)
	} else if len(e.Unmatched) == 0 {
		s += "; hint: a space means and, a comma means or"
	}
	return s
}

// Select returns the machines that the selector matches. The error is an
// *EmptyError when there is none; the Selection is complete also then.
func (s Selector) Select(subjects []Subject) (Selection, error) {
	var sel Selection
	for i := range subjects {
		switch s.Match(subjects[i]) {
		case True:
			sel.Machines = append(sel.Machines, subjects[i].Machine.Name)
		case Unknown:
			sel.Unknown = append(sel.Unknown, subjects[i].Machine.Name)
		}
	}
	sel.Unmatched = s.unmatched(subjects)
	if len(sel.Machines) > 0 {
		return sel, nil
	}
	return sel, &EmptyError{s.String(), len(subjects), len(sel.Unknown), sel.Unmatched}
}

// unmatched returns the terms that are false of every subject.
func (s Selector) unmatched(subjects []Subject) []Unmatched {
	var us []Unmatched
	for n := range s.root.leaves() {
		hit := func(sub Subject) bool { return n.matchTerm(&sub) != False }
		if !slices.ContainsFunc(subjects, hit) {
			us = append(us, Unmatched{n.term, n.nearest(subjects)})
		}
	}
	return us
}

// nearest suggests a name for a term that matches nothing.
func (n *node) nearest(subjects []Subject) string {
	if !n.term.Exact() {
		return ""
	}
	var names []string
	for _, sub := range subjects {
		names = append(names, n.names(sub)...)
	}
	slices.Sort(names)
	return Nearest(n.term.Value, slices.Compact(names))
}

// names are the values that a term of n's kind could have for a subject.
func (n *node) names(sub Subject) []string {
	m := sub.Machine
	switch n.term.Kind {
	case KindName:
		return []string{m.Name}
	case KindTag:
		return append(m.AllTags(), TagAll, string(m.Class))
	case KindSystem:
		return []string{m.System}
	case KindUser:
		users := []string{m.User}
		for _, h := range m.Home {
			users = append(users, h.User)
		}
		return users
	case KindAspect:
		return sub.Aspects
	case KindRole:
		roles := slices.Clone(sub.Roles)
		for _, r := range sub.Roles {
			instance, _, _ := strings.Cut(r, "/")
			roles = append(roles, instance)
		}
		return roles
	}
	return nil
}
