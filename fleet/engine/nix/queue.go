package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"assay/fleet/engine"
)

// queue evaluates machines, in several processes at once, each for machines of
// one set. A process that fails at a machine gives that machine its error and
// the others back; one that had no memory gives all back, and fewer are taken
// together from then on.
type queue struct {
	e      *Engine
	repo   *repository
	body   string // of the expression
	cost   string // under what history keeps what it takes
	say    func(engine.Step)
	got    func(machine string, is json.RawMessage)          // is told of a machine's answer while the process runs
	save   func(context.Context, map[string]json.RawMessage) // is told all answers of a process
	fail   func(machine string, err error)
	absent func(set, machine string)

	mu      sync.Mutex
	waiting map[string][]string // by set
	workers int
	share   bool             // several take machines of one set
	working int              // processes that were taken and have not ended
	most    int              // machines in one process
	alike   map[alike]int    // machines that failed with the same error
	caught  map[string]error // so many of a set failed alike that the others are only tried
	alone   sync.RWMutex     // held for writing by a process that had no memory beside others
	hungry  map[string]bool
}

// alike is an error of several machines of a set.
type alike struct{ set, text string }

// same is how many machines fail with the same error before it is taken for
// one of what they share.
const same = 3

// run asks for all machines, by set, and returns when each has had its answer,
// or ctx has ended.
func (q *queue) run(ctx context.Context, sets map[string][]string) {
	q.waiting, q.alike, q.caught, q.hungry = maps.Clone(sets), map[alike]int{}, map[string]error{}, map[string]bool{}
	all := 0
	for _, machines := range sets {
		all += len(machines)
	}
	q.workers, q.share = q.e.processes(q.cost, all, len(sets))
	q.most = q.e.history.fits(q.cost, q.e.opts.Available()/int64(q.workers), min(all, together))
	var workers sync.WaitGroup
	for range q.workers {
		workers.Go(func() {
			for ctx.Err() == nil {
				p := q.take()
				if p == nil {
					return
				}
				q.work(ctx, p)
				q.mu.Lock()
				q.working--
				q.mu.Unlock()
			}
		})
	}
	workers.Wait()
}

// take returns the next process, nil when nothing waits. What waits is shared
// with those who do not work, and with nobody else: the machines of one process
// have their first part in common.
func (q *queue) take() *process {
	q.mu.Lock()
	defer q.mu.Unlock()
	all, set := 0, ""
	for _, of := range slices.Sorted(maps.Keys(q.waiting)) {
		all += len(q.waiting[of])
		if len(q.waiting[of]) > len(q.waiting[set]) {
			set = of
		}
	}
	if all == 0 {
		return nil
	}
	n := min(q.most, len(q.waiting[set]))
	if idle := q.workers - q.working; q.share {
		n = min(n, (all+idle-1)/idle)
	}
	p := &process{set: set, body: q.body, cost: q.cost, machines: slices.Clone(q.waiting[set][:n]), caught: q.caught[set] != nil}
	q.waiting[set] = q.waiting[set][n:]
	q.working++
	return p
}

func (q *queue) giveBack(p *process, machines []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting[p.set] = append(slices.Clone(machines), q.waiting[p.set]...)
}

func (q *queue) work(ctx context.Context, p *process) {
	if len(p.machines) == 1 && q.isHungry(p.machines[0]) {
		q.alone.Lock()
		defer q.alone.Unlock()
	} else {
		q.alone.RLock()
		defer q.alone.RUnlock()
	}
	q.e.evaluate(ctx, q.repo, p, q.say, q.tell)
	q.save(ctx, p.done)
	for _, m := range p.absent {
		q.absent(p.set, m)
	}
	for _, m := range p.threw {
		q.fail(m, fmt.Errorf("fails too, after %d machines with: %w", same, q.why(p.set)))
	}
	switch {
	case p.err == nil || ctx.Err() != nil:
	case p.starved:
		q.starved(p)
	default:
		q.failed(ctx, p)
	}
}

// why is what so many of a set failed with.
func (q *queue) why(set string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.caught[set]
}

// tell takes what a process says of a machine while it runs.
func (q *queue) tell(m mark) {
	switch m.Event {
	case "begin":
		q.say(engine.Step{Kind: engine.StepEvaluate, Machines: []string{m.Machine}, What: m.Machine})
	case "done":
		q.got(m.Machine, m.Is)
	}
}

// failed gives the machine at which the process ended its error. Without one
// it is an error of the whole set.
func (q *queue) failed(ctx context.Context, p *process) {
	left := p.left()
	if p.current == "" {
		q.mu.Lock()
		left, q.waiting[p.set] = append(left, q.waiting[p.set]...), nil
		q.mu.Unlock()
		if p.lacks() {
			for _, m := range left {
				q.absent(p.set, m)
			}
			return
		}
		err := q.e.explain(ctx, q.repo, p)
		for _, m := range left {
			q.fail(m, err)
		}
		return
	}
	err := q.e.explain(ctx, q.repo, p)
	q.fail(p.current, err)
	q.mu.Lock()
	of := alike{p.set, err.Error()}
	q.alike[of]++
	if q.alike[of] >= same && q.caught[p.set] == nil {
		q.caught[p.set] = err
	}
	q.mu.Unlock()
	q.giveBack(p, left)
}

// ErrMemory says that there is not enough memory to evaluate a machine.
var ErrMemory = errors.New("not enough memory to evaluate it")

func (q *queue) isHungry(machine string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.hungry[machine]
}

// starved takes fewer machines together; one that had no memory by itself is
// tried once more while no other process runs.
func (q *queue) starved(p *process) {
	left := p.left()
	if p.current != "" {
		left = append([]string{p.current}, left...)
	}
	if len(p.machines) > 1 {
		q.mu.Lock()
		q.most = max(1, min(q.most, len(left)/2))
		q.mu.Unlock()
		q.say(engine.Step{Kind: engine.StepWait, Text: "there was not enough memory for " + strconv.Itoa(len(p.machines)) + " machines at once; fewer are taken"})
		q.giveBack(p, left)
		return
	}
	m := p.machines[0]
	if q.isHungry(m) || q.workers == 1 {
		q.fail(m, fmt.Errorf("%w: Nix was ended or found none; hint: free memory, or add swap", ErrMemory))
		return
	}
	q.mu.Lock()
	q.hungry[m] = true
	q.mu.Unlock()
	q.giveBack(p, left)
}
