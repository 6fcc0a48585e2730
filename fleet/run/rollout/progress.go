package rollout

import "assay/fleet/run/event"

// progress turns a stream of byte counts into a few events.
type progress struct {
	m     *machine
	total int64
	next  int64 // count from which the next event is due
}

// sent may be called often; one event in twenty steps of the total is enough.
func (p *progress) sent(n int64) {
	if n >= p.next && n < p.total {
		p.to(n)
	}
}

func (p *progress) to(n int64) {
	p.next = n + max(p.total/20, 1)
	p.m.say(event.HostProgress{Machine: p.m.e.Machine, Done: n, Total: p.total})
}
