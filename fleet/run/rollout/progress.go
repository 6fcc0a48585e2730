package rollout

import (
	"math"
	"time"

	"assay/fleet/run/event"
)

// stalled is how long nothing more goes to a host, before all has gone, until that
// is said.
const stalled = 15 * time.Second

// progress turns a stream of byte counts into a few events, until stop is called.
type progress struct {
	m     *machine
	total int64
	next  int64       // count from which the next event is due
	last  int64       // count that was told last
	still *time.Timer // goes from the first byte to the last
}

func (m *machine) progress(total int64) *progress {
	p := &progress{m: m, total: total}
	p.still = time.AfterFunc(math.MaxInt64, func() {
		m.note("nothing has gone there for %v: the connection may be lost, or it fetches something itself, or waits for another copy of the same path", stalled)
	})
	p.to(0)
	return p
}

// sent may be called often; one event in twenty steps of the total is enough.
func (p *progress) sent(n int64) {
	switch {
	case n >= p.total:
		p.still.Stop()
	case n > p.last:
		p.still.Reset(stalled)
	}
	p.last = n
	if n >= p.next && n < p.total {
		p.to(n)
	}
}

func (p *progress) to(n int64) {
	p.next = n + max(p.total/20, 1)
	p.m.say(event.HostProgress{Machine: p.m.e.Machine, Done: n, Total: p.total})
}

func (p *progress) stop() { p.still.Stop() }
