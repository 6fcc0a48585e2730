// Package ui is the console: one Bubble Tea model that turns keys into
// actions, gives them to views, gets what the views need, and draws a frame
// when something has changed. It is the only tea.Model; views are values
// behind view.View.
//
// Everything in the model belongs to Bubble Tea's goroutine. What takes time
// runs in commands, which return what to change instead of changing it. Runs
// and refreshes put what they see into places that lock themselves, which a
// tick looks at only while something is going on.
package ui

import (
	"context"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/overlay"
	"assay/overlay/care"
)

// Session is what the console asks for. Its methods may be called from
// several goroutines at once.
type Session interface {
	Fleet() *fleet.Fleet
	Dir() string
	// Adopted says that a flake defines the machines, not fleet.toml.
	Adopted() bool
	// Unread says why the overlay layers are not known; "" where they are.
	Unread() string
	Checkout(ctx context.Context) session.Checkout

	Status(ctx context.Context, names []string, done func(session.Status)) ([]session.Status, error)
	Subjects(ctx context.Context) ([]fleet.Subject, error)
	Aspects(ctx context.Context) ([]session.Aspect, error)
	Packages(ctx context.Context) ([]session.Package, error)
	Problems(ctx context.Context) ([]fleet.Problem, error)
	// RefineNames asks Nix whether what was read of a flake that defines its
	// machines has the names that Nix knows.
	RefineNames(ctx context.Context) (session.Refinement, error)
	// EvaluatePackages asks Nix what supplies packages, and Remembered is what it
	// said before. NoEvaluation says why it cannot be asked; "" where it can.
	EvaluatePackages(ctx context.Context, q session.PackageQuestion, watch func(engine.Step)) ([]overlay.Evaluated, error)
	Remembered(ctx context.Context) ([]session.Remembered, error)
	NoEvaluation() string
	Stack() *overlay.Stack
	// Names are those of all packages that are known.
	Names(ctx context.Context) (*overlay.Names, error)
	// Hotfixes are those of the fleet, with what is known of each.
	Hotfixes(ctx context.Context, q session.HotfixQuestion) ([]care.Hotfix, error)
	// RemoveHotfix works out how a hotfix goes, Diff is that as a patch, and
	// WriteEdit writes it.
	RemoveHotfix(pkg, system string) (session.Edit, error)
	Diff(e session.Edit) string
	WriteEdit(e session.Edit) error
	Vault
	Compose(machine string) (compose.Composition, error)
	ReadFile(path string) ([]byte, error)

	Plan(ctx context.Context, names []string, goal engine.Goal, watch func(engine.Step), done func()) (*plan.Plan, error)
	PlanBack(ctx context.Context, names []string, to int, done func()) (*plan.Plan, error)
	// SavePlan writes the plan into a file of its own and returns its path.
	SavePlan(p *plan.Plan) (string, error)
	NewRun() string
	// Apply carries the plan out as the run of that id. Closing stop finishes
	// what runs, ending the context abandons it.
	Apply(ctx context.Context, p *plan.Plan, run string, stop <-chan struct{}, sink event.Sink) error

	Runs(max int) ([]session.RunSummary, error)
	Replay(ctx context.Context, run string, to event.Sink) (broken int, err error)
	RunPlan(run string) (*plan.Plan, error)
	SaveLog(ctx context.Context, run, machine string) (string, error)
}
