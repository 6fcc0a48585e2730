// Package quiet keeps the program from asking the terminal anything while it
// starts. It has no names: it is imported for what it does.
//
// Bubble Tea v1 asks Lip Gloss in an init function whether the terminal's
// background is dark. Lip Gloss then writes OSC 11 and CSI 6n and waits up to
// five seconds for the answer, in every command of a program that merely
// links Bubble Tea. A background that has been set already is not asked for.
//
// That must happen before Bubble Tea is initialised. Go initialises, of all
// packages whose imports are initialised, the one whose path comes first. This
// package imports Lip Gloss only, which Bubble Tea imports as well, so it is
// ready no later than Bubble Tea; and "assay/" comes before "github.com/". Its
// tests hold it to both.
package quiet

import "github.com/charmbracelet/lipgloss"

// init says that the background is dark. Nobody uses the answer: what the
// console looks like is decided in ui/style, without Lip Gloss.
func init() { lipgloss.SetHasDarkBackground(true) }
