package nixlog

import (
	"slices"

	"assay/fleet/engine"
)

// build is one derivation that is being built.
type build struct {
	drv     string
	log     ring
	stopped bool // its activity has
}

// outcomes are the builds whose outcome is open, and the outcomes that are
// known and belong to some of them: Nix counts what has ended before it says
// that the activity has, and says that of all it was asked for only at its
// own end.
type outcomes struct {
	open          []*build // in the order in which they began
	built, failed int64
}

func (o *outcomes) begin(drv string) *build {
	b := &build{drv: drv}
	o.open = append(o.open, b)
	return b
}

// take removes the build of a derivation from those that are open, nil where
// it is not among them.
func (o *outcomes) take(drv string) *build {
	i := slices.IndexFunc(o.open, func(b *build) bool { return b.drv == drv })
	if i < 0 {
		return nil
	}
	b := o.open[i]
	o.open = slices.Delete(o.open, i, i+1)
	return b
}

// settle gives builds their outcomes where that leaves no choice: when as many
// outcomes of one kind are known as there are builds, or nothing failed and a
// build has stopped. Where something failed, a build that stops may be given
// up because of that; a message will name the one that failed. At the end of
// the process what is left is unknown.
func (f *Follower) settle(end bool) {
	o := &f.builds
	for len(o.open) > 0 {
		all := o.built+o.failed >= int64(len(o.open))
		i := 0
		if !all {
			i = slices.IndexFunc(o.open, func(b *build) bool { return b.stopped })
		}
		switch {
		case i >= 0 && o.failed == 0 && o.built > 0:
			drv := o.open[i].drv
			o.take(drv)
			o.built--
			f.view.watch(f.step(engine.StepBuilt, drv))
			continue
		case all && o.built == 0 && o.failed > 0:
			f.fail(o.open[0].drv, Failed, "")
			continue
		}
		break
	}
	if len(o.open) == 0 || end {
		f.leave()
	}
}

// leave gives up on what is open.
func (f *Follower) leave() {
	o := &f.builds
	status := Unfinished
	if o.built > 0 || o.failed > 0 {
		status = Unknown
	}
	for len(o.open) > 0 {
		f.fail(o.open[0].drv, status, "")
	}
	o.built, o.failed = 0, 0
}

// Status says what became of a derivation.
type Status string

// The states of a Failure.
const (
	Failed     Status = "failed"     // its build failed, or could not begin
	Dependency Status = "dependency" // something that it needs failed
	Unfinished Status = "unfinished" // its build was given up, because of another or because Nix was ended
	Unknown    Status = "unknown"    // it failed, was given up or is built after all; Nix does not say which
)

// Failure is a derivation that is not built.
type Failure struct {
	Derivation string // store path
	Status     Status
	Message    string   // what Nix says of it, "" where it said nothing; sanitised, may have several lines
	Lines      []string // the last 20 lines of the builder's log at most, sanitised and bounded
}

// fail notes that a derivation is not built. What is known of it by then is
// kept where the news say less.
func (f *Follower) fail(drv string, status Status, message string) {
	b := f.builds.take(drv)
	if b != nil && status == Failed && f.builds.failed > 0 {
		f.builds.failed--
	}
	known := f.failures[drv]
	if known == nil {
		known = &Failure{Derivation: drv, Status: status}
		f.failures[drv] = known
		f.order = append(f.order, drv)
		if status == Failed || status == Dependency {
			step := f.step(engine.StepFailed, drv)
			step.Text = plain(firstLine(message))
			f.view.watch(step)
		}
	}
	if b != nil {
		known.Lines = b.log.lines()
	}
	if known.Message == "" {
		known.Message = message
	}
	if status == Failed {
		known.Status = status
	}
}

// failed returns the failures, causes first.
func (f *Follower) failed() []Failure {
	var all []Failure
	for _, status := range []Status{Failed, Unknown, Unfinished, Dependency} {
		for _, drv := range f.order {
			if failure := f.failures[drv]; failure.Status == status {
				all = append(all, *failure)
			}
		}
	}
	return all
}
