// Package action is the table of what the console can do. Key map, help,
// palette, status line and the key reference in KEYS.md are all made from it.
// An action has an identity, which is what config.toml remaps; a view gets it
// as an Intent and never sees a key.
//
// Everything here is immutable once made, and safe to share.
package action

// ID names an action: "move.down".
type ID string

// Scope is a place in the console where actions are live.
type Scope string

// The scopes. Movable ones are parts of views: a view of machines is a Table,
// and both are Global.
const (
	Global   Scope = "everywhere"
	Table    Scope = "tables"
	Tree     Scope = "trees"
	Text     Scope = "texts"
	Input    Scope = "typing" // while a line is being typed
	List     Scope = "lists"  // palette, choices, help, messages
	Confirm  Scope = "confirmation"
	Machines Scope = "machines"
	Machine  Scope = "machine"
	Aspects  Scope = "aspects"
	Aspect   Scope = "aspect"
	Layers   Scope = "layers"
	Hotfixes Scope = "hotfixes"
	Services Scope = "services"
	Runs     Scope = "runs"
	Checks   Scope = "checks"
	Secrets  Scope = "secrets"
	Plan     Scope = "plan"
	Run      Scope = "run"
	Logs     Scope = "logs"
	File     Scope = "file"
)

// Chain returns the scopes that are live in a view's scope, the innermost
// first: where two of them have the same key, the first one wins.
func Chain(s Scope) []Scope {
	switch s {
	case Machines, Runs, Checks, Secrets, Run:
		return []Scope{s, Table, Global}
	case Aspects, Aspect, Layers, Hotfixes, Plan, Machine, Services:
		return []Scope{s, Tree, Global}
	case Logs, File:
		return []Scope{s, Text, Global}
	case Input, List, Confirm:
		return []Scope{s} // modal: nothing behind them is live
	}
	return []Scope{s, Global}
}

// Action is one row of the table.
type Action struct {
	ID     ID
	Scopes []Scope
	Keys   []string // default keys, as KeyName spells them
	Short  string   // a word or two, for the status line
	Help   string   // a sentence without its full stop
	// Changes says that it begins what may change a host or a file: not
	// there in read-only mode.
	Changes bool
	// Line is its place among the keys that the status line shows, from 1;
	// 0 leaves it to the help.
	Line int
}

// Intent is an action that somebody wants carried out. Arg says more where an
// action needs it: a view's name, a column, a chosen item.
type Intent struct {
	ID  ID
	Arg string
}
