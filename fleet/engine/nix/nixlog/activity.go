package nixlog

import (
	"path"
	"strings"

	"assay/fleet/engine"
)

// activity is one that has started and not stopped.
type activity struct {
	Type
	parent   uint64
	build    *build    // of a Build
	transfer *transfer // of what moves bytes
	drv      string    // of a PostBuildHook
	counts   Totals    // of Builds
}

func (a *activity) totals() Totals {
	t := a.counts
	if a.transfer != nil && a.transfer.counts && a.Type != Substitute {
		t.Done, t.Size = a.transfer.done, max(a.transfer.size, a.transfer.done)
	}
	return t
}

// atRest returns totals of which nothing runs and no more is expected.
func (t Totals) atRest() Totals {
	t.Running, t.Expected = 0, min(t.Expected, t.Built+t.Failed)
	return t
}

func (f *Follower) start(a *activity, r *Record) {
	text := plain(r.Text)
	switch r.Type {
	case Build:
		drv := derivation(r.String(0))
		if drv == "" {
			return
		}
		a.build = f.builds.begin(drv)
		f.view.watch(f.step(engine.StepBuild, drv))
	case PostBuildHook:
		a.drv = derivation(r.String(0))
	case CopyPath, Substitute, FileTransfer:
		a.transfer = f.begin(r)
	case FetchTree:
		f.view.watch(engine.Step{Kind: engine.StepFetch, What: quoted(text)})
	case BuildWaiting:
		if text != "" {
			f.view.watch(engine.Step{Kind: engine.StepWait, Text: text})
		}
	case 0:
		if attr, ok := strings.CutPrefix(text, "evaluating derivation '"); ok {
			f.view.watch(engine.Step{Kind: engine.StepEvaluate, What: strings.TrimSuffix(attr, "'")})
		} else if r.Level <= 3 && text != "" {
			f.say("", text)
		}
	}
}

func (f *Follower) stop(a *activity) {
	switch {
	case a.build != nil:
		a.build.stopped = true
		f.settle(false)
	case a.transfer != nil:
		a.transfer.end(f.view.watch)
	case a.Type == Builds:
		f.view.sayTotal()
	}
}

func (f *Follower) result(a *activity, r *Record) {
	switch {
	case r.Type == BuildLogLine && a.build != nil:
		a.build.log.add(plain(r.String(0)))
		f.say(a.build.drv, r.String(0)+"\n")
	case r.Type == PostBuildLogLine || r.Type == BuildLogLine:
		f.say(a.drv, r.String(0)+"\n")
	case r.Type == SetPhase && a.build != nil:
		step := f.step(engine.StepBuild, a.build.drv)
		step.Phase = clip(plain(r.String(0)), 100)
		f.view.watch(step)
	case r.Type == FetchStatus:
		f.say("", r.String(0))
	case r.Type == CorruptedPath:
		f.say("", "the store path "+r.String(0)+" is corrupted")
	case r.Type == UntrustedPath:
		f.say("", "the store path "+r.String(0)+" has no trusted signature")
	case r.Type == Progress && a.Type == Builds:
		f.count(a, r)
	case r.Type == Progress && a.transfer != nil:
		a.transfer.progress(bounded(r.Number(0)), bounded(r.Number(1)), f.view.watch)
	}
}

// count takes the counters of all builds.
func (f *Follower) count(a *activity, r *Record) {
	was := a.counts
	a.counts = Totals{Built: bounded(r.Number(0)), Expected: bounded(r.Number(1)), Running: bounded(r.Number(2)), Failed: bounded(r.Number(3))}
	if a.counts.Built == was.Built && a.counts.Running == was.Running && a.counts.Failed == was.Failed {
		return
	}
	// What failed without having run is not one of the builds that run.
	if a.counts.Running < was.Running {
		f.builds.built += max(a.counts.Built-was.Built, 0)
		f.builds.failed += max(a.counts.Failed-was.Failed, 0)
	}
	f.settle(false)
	f.view.sayTotal()
}

// bounded returns n as a number that can be added to others.
func bounded(n uint64) int64 { return int64(min(n, 1<<53)) }

// step returns a step about a derivation.
func (f *Follower) step(kind engine.StepKind, drv string) engine.Step {
	return engine.Step{Kind: kind, What: name(drv), Machines: f.view.owners[drv]}
}

// derivation returns the store path of a derivation, "" where s is none. A
// store may be in any directory.
func derivation(s string) string {
	if !path.IsAbs(s) || !strings.HasSuffix(s, ".drv") || len(s) > 512 || plain(s) != s {
		return ""
	}
	return s
}

// name returns the name of a derivation: what is between the hash of its path
// and ".drv".
func name(drv string) string {
	base := strings.TrimSuffix(path.Base(drv), ".drv")
	if hash, rest, ok := strings.Cut(base, "-"); ok && len(hash) == 32 {
		return rest
	}
	return base
}

// quoted returns what stands between the first quotation marks of a text, the
// text where there are none.
func quoted(text string) string {
	if _, after, ok := strings.Cut(text, "'"); ok {
		if inside, _, ok := strings.Cut(after, "'"); ok {
			return inside
		}
	}
	return text
}
