// Package nixlog reads what Nix says while it works: the records of
// --log-format internal-json on the standard error of a nix process, of the
// versions since 2.8 and of Lix. It turns them into engine.Steps, and into
// what is left to say at the end: which derivations failed and why, and where
// the evaluation failed. The protocol is described by no document; its source
// is libutil/logging.hh and logging.cc of Nix.
//
// The protocol has no record for a build that failed. That a derivation did
// follows from a message that names it, or from the counters of all builds
// where these leave no choice. Whether the process succeeded is its exit
// status, never what is read here: whatever writes to the same standard error
// may say anything.
//
// A View and its Followers may be used by several goroutines at once.
package nixlog

import (
	"slices"
	"sync"

	"assay/fleet/engine"
)

// View is where the words of several processes come together. The activities
// of each are its own: ids of different processes may be the same.
type View struct {
	mu        sync.Mutex
	owners    map[string][]string
	watch     func(engine.Step)
	followers []*Follower
	total     engine.Step // the last StepTotal given
}

// NewView returns a View that gives its steps to watch, which may be nil, one
// call at a time. owners says for which machines a derivation is built, by its
// store path; it may be nil and is not changed.
func NewView(owners map[string][]string, watch func(engine.Step)) *View {
	if watch == nil {
		watch = func(engine.Step) {}
	}
	return &View{owners: owners, watch: watch}
}

// Follow returns a Follower for one more process.
func (v *View) Follow() *Follower {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := &Follower{view: v, activities: map[uint64]*activity{}, failures: map[string]*Failure{}}
	v.followers = append(v.followers, f)
	return f
}

// Failures returns what failed in any process, as Follower.Failures does.
func (v *View) Failures() []Failure {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []Failure
	for _, f := range v.followers {
		for _, failure := range f.failed() {
			if !slices.ContainsFunc(all, func(x Failure) bool { return x.Derivation == failure.Derivation }) {
				all = append(all, failure)
			}
		}
	}
	return all
}

// EvalErrors returns the errors of all processes that are not of a build.
func (v *View) EvalErrors() []EvalError {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []EvalError
	for _, f := range v.followers {
		all = append(all, f.evalErrors...)
	}
	return all
}

// Totals returns how far all processes are together.
func (v *View) Totals() Totals {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.totals()
}

func (v *View) totals() Totals {
	var t Totals
	for _, f := range v.followers {
		t = t.add(f.ended)
		for _, a := range f.activities {
			t = t.add(a.totals())
		}
	}
	return t
}

// sayTotal gives the number of derivations that are built where it changed.
func (v *View) sayTotal() {
	t := v.totals()
	step := engine.Step{Kind: engine.StepTotal, Done: t.Built, Total: max(t.Expected, t.Built+t.Running+t.Failed)}
	if step.Total > 0 && (step.Done != v.total.Done || step.Total != v.total.Total) {
		v.total = step
		v.watch(step)
	}
}

// Totals counts derivations and bytes.
type Totals struct {
	Built    int64 // derivations
	Expected int64 // derivations that are built or to be built, as Nix knows so far; it may shrink
	Running  int64 // derivations
	Failed   int64 // derivations, those not counted that failed because of others
	Done     int64 // bytes of files and store paths that are fetched or copied
	Size     int64 // bytes of all that are begun, where that is known
}

func (t Totals) add(u Totals) Totals {
	return Totals{
		Built: t.Built + u.Built, Expected: t.Expected + u.Expected, Running: t.Running + u.Running,
		Failed: t.Failed + u.Failed, Done: t.Done + u.Done, Size: t.Size + u.Size,
	}
}
