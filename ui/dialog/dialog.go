// Package dialog holds what opens above a view: a confirmation, a choice, the
// palette, the help and the messages. A dialog is modal: while it is there, it
// gets every intent. Like views, dialogs never see keys or the terminal and
// start nothing; what they are for comes back as a Result.
//
// A dialog belongs to one goroutine, the console's.
package dialog

import (
	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/widget"
)

// Dialog is one of them.
type Dialog interface {
	// Scope tells which actions are live: action.List or action.Confirm; those
	// of action.Input come first where Input is not nil.
	Scope() action.Scope
	// Input is the line that is typed on, nil where there is none. After each
	// change of it the dialog gets action.InputText.
	Input() *widget.Input
	// Do carries out an intent.
	Do(in action.Intent) Result
	// Render draws the box for a screen of that size, which it does not
	// exceed. All of its lines are equally wide.
	Render(w, h int) []string
	// Click is for the place x, y of the last Render's box.
	Click(x, y int) Result
}

// Result is what became of a dialog after an intent.
type Result struct {
	// Close says that the dialog is over.
	Close bool
	// Intent is to be carried out as if its key had been pressed; none where
	// its ID is "".
	Intent action.Intent
	// Go leads to a place; none where its Place is "".
	Go view.Link
	// Copy is something for the clipboard; none where its Text is "".
	Copy view.Copy
}
