package dialog

import (
	"slices"
	"strings"

	"assay/ui/action"
	"assay/ui/view"
)

// actionKind is the kind of entries that Actions makes.
const actionKind = "action"

// Entry is something that the palette offers: an action or a place.
type Entry struct {
	Text string // its name; what is after a colon is said about it
	Note string // at the right: a key, where it is
	Kind string // a word: "action", "machine"
	Why  string // why it does nothing now; "" when it does
	// Intent is what it does; Link, where it has none, where it leads.
	Intent action.Intent
	Link   view.Link
}

func (e *Entry) result() Result {
	if e.Intent.ID != "" {
		return Result{Close: true, Intent: e.Intent}
	}
	return Result{Close: true, Go: e.Link}
}

// same reports whether both do the same.
func (e *Entry) same(o *Entry) bool { return e.Intent == o.Intent && e.Link == o.Link }

// Recent is what was chosen in the palette before, the last one first. Its
// zero value is empty.
type Recent struct{ entries []Entry }

const recentMost = 20

func (r *Recent) add(e Entry) {
	if r == nil {
		return
	}
	r.entries = slices.DeleteFunc(r.entries, func(o Entry) bool { return o.same(&e) })
	r.entries = slices.Insert(r.entries, 0, e)
	r.entries = r.entries[:min(len(r.entries), recentMost)]
}

// Actions makes entries of all actions that can be named: those of the chain
// first, with the reason where disabled has one, then those of other places.
// What is only for keys, such as moving, is left out.
func Actions(keys *action.Keys, chain []action.Scope, disabled func(action.Action) string) []Entry {
	var out []Entry
	here := keys.In(chain)
	for _, a := range here {
		if named(a) {
			out = append(out, entry(keys, a, disabled(a)))
		}
	}
	for _, a := range action.All() {
		a, ok := keys.Action(a.ID)
		if ok && named(a) && !slices.ContainsFunc(here, func(o action.Action) bool { return o.ID == a.ID }) {
			out = append(out, entry(keys, a, "only in "+scopeNames(a)))
		}
	}
	return out
}

// named reports whether the palette has the action: not if it is for keys
// only, nor if it belongs to dialogs.
func named(a action.Action) bool {
	if strings.HasPrefix(string(a.ID), "move.") || a.ID == action.Palette {
		return false
	}
	return !slices.ContainsFunc(a.Scopes, modal) || slices.Contains(a.Scopes, action.Global)
}

func modal(s action.Scope) bool {
	return s == action.Input || s == action.List || s == action.Confirm
}

func entry(keys *action.Keys, a action.Action, why string) Entry {
	e := Entry{Text: a.Short + ": " + a.Help, Kind: actionKind, Why: why, Intent: action.Intent{ID: a.ID}}
	if len(a.Keys) > 0 {
		e.Note = a.Keys[0]
	}
	return e
}

func scopeNames(a action.Action) string {
	var names []string
	for _, s := range a.Scopes {
		if !modal(s) {
			names = append(names, string(s))
		}
	}
	return strings.Join(names, ", ")
}
