package nixlog

import (
	"strings"

	"assay/fleet/engine"
)

// mostSteps bounds the steps of one transfer: Nix has a record for each chunk.
const mostSteps = 18

// transfer is bytes on their way.
type transfer struct {
	what       string
	hidden     bool // it is part of another one
	counts     bool // its bytes are counted
	done, size int64
	said       engine.Step
	steps      int
}

// begin returns the transfer of an activity. A store path that is substituted
// is copied, and to copy it a file is fetched; one of the three is said.
func (f *Follower) begin(r *Record) *transfer {
	what := plain(r.String(0))
	if r.Type == CopyPath {
		for _, a := range f.activities {
			if a.Type == Substitute && a.transfer != nil && a.transfer.what == what && !a.transfer.counts {
				a.transfer.counts = true
				return a.transfer
			}
		}
	}
	t := &transfer{what: what, counts: r.Type == CopyPath}
	if r.Type == FileTransfer {
		t.hidden = f.inside(r.Parent) || strings.HasSuffix(what, ".narinfo") || strings.HasSuffix(what, "/nix-cache-info")
		t.counts = !t.hidden
	}
	if what != "" {
		t.say(f.view.watch)
	}
	return t
}

// inside reports whether the activity is one that says the bytes itself.
func (f *Follower) inside(id uint64) bool {
	a := f.activities[id]
	return a != nil && (a.Type == CopyPath || a.Type == Substitute || a.Type == QueryPathInfo)
}

// progress takes where the transfer is.
func (t *transfer) progress(done, size int64, watch func(engine.Step)) {
	t.done, t.size = done, size
	next := t.said.Done + max(t.size/(mostSteps-2), 64<<10)
	if t.size == 0 {
		next = max(2*t.said.Done, 64<<10)
	}
	if t.steps < mostSteps && (done >= next || size > 0 && done >= size && t.said.Done < size) {
		t.say(watch)
	}
}

// end says the last of it where that is not said.
func (t *transfer) end(watch func(engine.Step)) {
	if t.said.Done != t.done || t.said.Total != t.size {
		t.say(watch)
	}
}

func (t *transfer) say(watch func(engine.Step)) {
	t.steps++
	t.said = engine.Step{Kind: engine.StepFetch, What: t.what, Done: t.done, Total: t.size}
	if !t.hidden {
		watch(t.said)
	}
}
