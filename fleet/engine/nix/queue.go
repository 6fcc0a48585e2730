package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"assay/fleet/engine"
)

// queue evaluates the machines of one set, in several processes at once. A
// process that fails at a machine gives that machine its error and the
// others back; one that had no memory gives all back, and fewer are taken
// together from then on.
type queue struct {
	e      *Engine
	repo   *repository
	set    string
	body   string // of the expression
	cost   string // under what history keeps what it takes
	say    func(engine.Step)
	got    func(machine string, is json.RawMessage)          // is told of a machine's answer while the process runs
	save   func(context.Context, map[string]json.RawMessage) // is told all answers of a process
	fail   func(machine string, err error)
	absent func(set, machine string)

	mu      sync.Mutex
	waiting []string
	workers int
	most    int            // machines in one process
	alike   map[string]int // machines that failed with the same error, by its text
	caught  error          // so many failed alike that the others are only tried
	alone   sync.RWMutex   // held for writing by a process that had no memory beside others
	hungry  map[string]bool
}

// same is how many machines fail with the same error before it is taken for
// one of what they share.
const same = 3

// run asks for all machines and returns when each has had its answer, or ctx
// has ended.
func (q *queue) run(ctx context.Context, machines []string) {
	q.waiting, q.alike, q.hungry = machines, map[string]int{}, map[string]bool{}
	q.workers = q.e.processes(q.cost, len(machines))
	q.most = q.e.history.fits(q.cost, q.e.opts.Available()/int64(q.workers), min(len(machines), together))
	var workers sync.WaitGroup
	for range q.workers {
		workers.Go(func() {
			for ctx.Err() == nil {
				p := q.take()
				if p == nil {
					return
				}
				q.work(ctx, p)
			}
		})
	}
	workers.Wait()
}

// take returns the next process, nil when nothing waits.
func (q *queue) take() *process {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	n := min(q.most, (len(q.waiting)+q.workers-1)/q.workers)
	p := &process{set: q.set, body: q.body, cost: q.cost, machines: slices.Clone(q.waiting[:n]), caught: q.caught != nil}
	q.waiting = q.waiting[n:]
	return p
}

func (q *queue) giveBack(machines []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(slices.Clone(machines), q.waiting...)
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
		q.absent(q.set, m)
	}
	for _, m := range p.threw {
		q.fail(m, fmt.Errorf("fails too, after %d machines with: %w", same, q.caught))
	}
	switch {
	case p.err == nil || ctx.Err() != nil:
	case p.starved:
		q.starved(p)
	default:
		q.failed(ctx, p)
	}
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
		left, q.waiting = append(left, q.waiting...), nil
		q.mu.Unlock()
		if p.lacks() {
			for _, m := range left {
				q.absent(q.set, m)
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
	q.alike[err.Error()]++
	if q.alike[err.Error()] >= same && q.caught == nil {
		q.caught = err
	}
	q.mu.Unlock()
	q.giveBack(left)
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
		q.giveBack(left)
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
	q.giveBack(left)
}
