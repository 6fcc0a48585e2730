// Package view says what a view of the console is. Each view is a package
// below: it gets intents, draws a given size, and asks the console for
// whatever it cannot do itself. Views never see keys or the terminal, start
// nothing, read no files and keep no goroutines: what they show they find in
// known.Known, and what is not there yet they show as not there yet.
//
// A view belongs to one goroutine, the console's.
package view

import (
	"assay/fleet"
	"assay/fleet/engine"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
)

// Env is what every view is made with.
type Env struct {
	Known *known.Known
	Style *style.Style
	// Key says how an action is reached: "D", or ":" and its name where it has
	// no key. For hints on the screen.
	Key func(action.ID) string
}

// View is one place in the console.
type View interface {
	// Scope tells which actions are live: those of action.Chain.
	Scope() action.Scope
	// Title is the view's name in the breadcrumb: "machines", "cinnabar".
	Title() string
	// Note stands at the right of the breadcrumb: "3 of 8 · 2 marked".
	Note() string
	// Needs names what the view shows, for the console to get.
	Needs() []known.Need
	// Render draws h lines of w columns each.
	Render(w, h int) string
	// Do carries out an intent and returns what it asks of the console.
	Do(in action.Intent) []Ask
	// Disabled says why an action of its scopes does nothing now, in a few
	// words: "no machine is marked"; "" when it does something.
	Disabled(id action.ID) string
	// Link is where the view is, so that it can be found again.
	Link() Link
}

// Typing is a view with a line to type on. While the line has the focus, keys
// that are no actions of action.Input go there; then the view gets the intent
// action.InputText.
type Typing interface{ Input() *widget.Input }

// Clicking is a view that can be clicked. The place is relative to what it
// drew. The wheel comes as intents of moving.
type Clicking interface{ Click(x, y int) []Ask }

// Place is a kind of place in the console.
type Place string

// The places.
const (
	Machines Place = "machines" // Sub: a selector to filter by
	Machine  Place = "machine"  // Name; Sub: the part to show, such as "options"
	Aspects  Place = "aspects"
	Aspect   Place = "aspect"   // Name: "nixos/base"
	Layers   Place = "layers"   // Name: a package to ask for; Sub: on this system
	Hotfixes Place = "hotfixes" // Name: a package to begin with
	Services Place = "services"
	Runs     Place = "runs"   // Sub: a filter
	Run      Place = "run"    // Name: the run's id
	Logs     Place = "logs"   // Name: the run's id; Sub: a machine, "" for all merged
	Checks   Place = "checks" // Sub: a filter
	Plan     Place = "plan"   // the one of Known.Planning
	File     Place = "file"   // Name: the path; Line
)

// Link leads to a place. Every name that a view shows should lead somewhere.
type Link struct {
	Place Place
	Name  string
	Sub   string
	Line  int // of a file, from 1; of a log, the number of its event
}

// At is the link to a place in a file of the fleet.
func At(p fleet.Pos) Link { return Link{Place: File, Name: p.File, Line: p.Line} }

// AspectName is what links call an aspect: "nixos/base".
func AspectName(class fleet.Class, name string) string { return string(class) + "/" + name }

// ToAspect is the link to an aspect.
func ToAspect(class fleet.Class, name string) Link {
	return Link{Place: Aspect, Name: AspectName(class, name)}
}

// Ask is what a view wants of the console.
type Ask interface{ ask() }

type (
	// Go opens a place.
	Go struct{ Link }
	// Leave goes back to where the operator came from.
	Leave struct{}
	// Say shows a message. Errors stay until somebody dismisses them.
	Say struct {
		Level style.Role // OK, Warn, Fail or Plain
		Text  string     // one line
		More  string     // what else there is to know
	}
	// Copy puts text into the clipboard. What names it: "the name".
	Copy struct{ What, Text string }
	// Edit opens $EDITOR.
	Edit struct{ At fleet.Pos }
	// Page opens $PAGER. Text is cleaned by the console.
	Page struct{ Title, Text string }
	// Choose lets the operator choose one of several; the view then gets
	// Intent with the choice as its Arg.
	Choose struct {
		Title  string
		Items  []Item
		Intent action.ID
	}
	// Confirm asks before something is done; with the answer yes the view gets
	// Intent. Cancel has the focus.
	Confirm struct {
		Title  string
		Lines  []widget.Line // what will happen
		Yes    string        // the button: "Update 3 machines"
		Word   string        // has to be typed first; "" nothing
		Intent action.Intent
	}
	// Again asks again for what is known.
	Again struct{ Needs []known.Need }
	// MakePlan makes a plan and opens its view at once.
	MakePlan struct {
		Machines []string
		Goal     engine.Goal
		Back     bool
		To       int // a generation; 0 is the one before the running one
	}
	// SavePlan writes Known.Planning's plan, without the machines left out.
	SavePlan struct{ Without []string }
	// Apply carries out Known.Planning's plan, without the machines left out,
	// and opens the run.
	Apply struct{ Without []string }
	// StopRun stops the run that goes on: first gently, the second time at
	// once.
	StopRun struct{}
	// CheckHotfixes asks Hydras and git about the hotfixes; while that goes
	// on, it stops it.
	CheckHotfixes struct{}
	// EvaluateHotfixes asks Nix about the packages of the hotfixes; while that
	// goes on, it stops it.
	EvaluateHotfixes struct{}
	// Evaluate asks Nix about a package on the system; while that goes on, it
	// stops it.
	Evaluate struct{ Package, System string }
	// StopEvaluating stops asking Nix about packages.
	StopEvaluating struct{}
	// RemoveHotfix shows what taking a package's hotfix on the system out
	// changes, and writes that once it is confirmed.
	RemoveHotfix struct{ Package, System string }
	// SaveLog writes a run's log of a machine, or of all with "", into a file.
	// Page opens that in $PAGER.
	SaveLog struct {
		Run, Machine string
		Page         bool
	}
)

func (Go) ask()       {}
func (Leave) ask()    {}
func (Say) ask()      {}
func (Copy) ask()     {}
func (Edit) ask()     {}
func (Page) ask()     {}
func (Choose) ask()   {}
func (Confirm) ask()  {}
func (Again) ask()    {}
func (MakePlan) ask() {}
func (SavePlan) ask() {}
func (Apply) ask()    {}
func (StopRun) ask()  {}
func (SaveLog) ask()  {}

func (CheckHotfixes) ask()    {}
func (EvaluateHotfixes) ask() {}
func (RemoveHotfix) ask()     {}

func (Evaluate) ask()       {}
func (StopEvaluating) ask() {}

// Item is one of several to choose from.
type Item struct {
	Value string // what the intent gets
	Text  string
	Note  string // at the right: "3 machines"
	Now   bool   // what is chosen at the moment
}
