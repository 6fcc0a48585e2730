package plan

import (
	"cmp"
	"reflect"
	"slices"
	"sync"
	"time"

	"assay/fleet/engine"
)

// Builder makes a plan host by host, so that what is known about one host can
// be let go before the next one is asked. Several goroutines may add at once;
// the order does not matter.
type Builder struct {
	mu     sync.Mutex
	plan   Plan
	folder folder
	omits  omits
}

// NewBuilder returns a Builder of a plan without hosts.
func NewBuilder(kind Kind, fleet string, goal engine.Goal, engine string, at time.Time) *Builder {
	return &Builder{plan: Plan{
		Version: Version, Kind: kind, Fleet: fleet, Goal: goal, Engine: engine, At: at.UTC(), Hosts: []Entry{},
	}}
}

// Add adds a host to an update. It keeps nothing of h but strings.
func (b *Builder) Add(h *Host) {
	e := updateEntry(b.plan.Goal, h)
	at := placesOf(h.Composition)
	wanted := h.record()
	var c Change
	if e.Status == StatusChange {
		current := h.Current
		if e.From.Path == e.To.Path {
			current = wanted // equal paths are equal systems
		}
		c = difference(current, wanted, at)
		c.because(current, h.CurrentErr)
		e.Grows = grows(current, wanted)
	}
	if b.plan.Goal == engine.GoalBuild && c.Unknown != "" {
		c.Unknown = "hosts are not asked for the goal build"
	}
	var left []LeftOut
	if wantedError(h) == nil && wanted != nil {
		left = leftOut(wanted.LeftOut, at)
	}
	b.add(e, c, left)
}

// record is the wanted system's: of an engine that must build to know, what it
// built tells. It is nil where neither tells.
func (h *Host) record() *engine.Record {
	if h.Closure.Record.Version != 0 {
		return &h.Closure.Record
	}
	if reflect.ValueOf(h.Wanted.Record).IsZero() {
		return nil
	}
	return &h.Wanted.Record
}

// AddBack adds a host to a rollback. It keeps nothing of h but strings.
func (b *Builder) AddBack(h *BackHost) {
	e := backEntry(h)
	var c Change
	if e.Status == StatusChange {
		c = difference(h.Current, h.Record, nil)
		e.Grows = grows(h.Current, h.Record)
		if c.because(h.Current, h.CurrentErr); h.Current != nil {
			c.because(h.Record, h.RecordErr)
		}
	}
	var left []LeftOut
	if h.Record != nil {
		left = leftOut(h.Record.LeftOut, nil)
	}
	b.add(e, c, left)
}

// Todo notes what is to be built and fetched before, of machines that are added
// too.
func (b *Builder) Todo(t engine.Todo) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.plan.Todo == nil {
		b.plan.Todo = &t
		return
	}
	all := b.plan.Todo
	all.Build = slices.Compact(slices.Sorted(slices.Values(append(all.Build, t.Build...))))
	all.Fetch, all.Download, all.Unpacked = all.Fetch+t.Fetch, all.Download+t.Download, all.Unpacked+t.Unpacked
	all.Unknown = cmp.Or(all.Unknown, t.Unknown)
}

// add takes what is left out of the host's wanted system as left, nil where
// that is not known.
func (b *Builder) add(e Entry, c Change, left []LeftOut) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.LeftOut = b.omits.add(left)
	b.plan.Hosts = append(b.plan.Hosts, e)
	if e.Status == StatusChange {
		b.folder.add(e.Machine, c)
	}
}

// Plan returns the plan of the hosts that were added. The Builder is not to
// be used after it.
func (b *Builder) Plan() *Plan {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.plan
	slices.SortFunc(p.Hosts, func(a, b Entry) int { return cmp.Compare(a.Machine, b.Machine) })
	var index map[string]int
	p.Groups, index = b.folder.groups()
	for i := range p.Hosts {
		if g, ok := index[p.Hosts[i].Machine]; ok {
			p.Hosts[i].Group = g
		}
	}
	p.LeftOut = b.omits.number(p.Hosts)
	p.ID = p.sum()
	return &p
}
