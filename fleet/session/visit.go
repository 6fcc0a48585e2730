package session

import (
	"context"
	"sync"
	"time"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/run/rollout"
)

// visit is one host that is asked while its system is still evaluated and
// built.
type visit struct {
	over  chan struct{} // closed when the others are set
	conn  host.Conn     // nil with err
	facts fleet.Facts
	err   error
	at    time.Time
}

// stale is how old an answer may be that a plan is made from.
const stale = 10 * time.Second

// visiting begins to ask hosts for their facts, as many at once as ever, and
// returns a function that gives one's connection and facts; the connection is
// the caller's. What nobody has come for when end is called is closed.
func (s *Session) visiting(ctx context.Context, names []string) (meet func(name string) (host.Conn, fleet.Facts, error), end func()) {
	ctx, cancel := context.WithCancel(ctx)
	visits := make(map[string]*visit, len(names))
	for _, name := range names {
		visits[name] = &visit{over: make(chan struct{})}
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		each(ctx, probes, names, func(_ int, name string) {
			v := visits[name]
			defer close(v.over)
			v.conn, v.facts, v.err = s.visit(ctx, name)
			v.at = time.Now()
		})
	})
	var mu sync.Mutex
	meet = func(name string) (host.Conn, fleet.Facts, error) {
		v := visits[name]
		select {
		case <-v.over:
		case <-ctx.Done():
			return nil, fleet.Facts{}, context.Cause(ctx)
		}
		mu.Lock()
		conn := v.conn
		v.conn = nil
		mu.Unlock()
		if time.Since(v.at) < stale && (conn != nil || v.err != nil) {
			return conn, v.facts, v.err
		}
		if conn != nil {
			facts, err := s.stand(ctx, conn, name)
			if err == nil {
				return conn, facts, nil
			}
			conn.Close() // it did not last so long
		}
		return s.visit(ctx, name)
	}
	return meet, func() {
		cancel()
		asking.Wait()
		for _, v := range visits {
			if v.conn != nil {
				v.conn.Close()
			}
		}
	}
}

// visit connects to a host and asks for its facts.
func (s *Session) visit(ctx context.Context, name string) (host.Conn, fleet.Facts, error) {
	conn, err := s.Connect(ctx, name)
	if err != nil {
		return nil, fleet.Facts{}, err
	}
	facts, err := s.stand(ctx, conn, name)
	if err != nil {
		conn.Close()
		return nil, fleet.Facts{}, err
	}
	return conn, facts, nil
}

// waiting are connections over which a plan was made, for the run that may
// follow soon. Nothing but the way to a host is taken from them: what has
// changed it is asked over a new one.
type waiting struct {
	mu    sync.Mutex
	conns map[string]waits
}

// waits is one of them, with the system that is planned.
type waits struct {
	rollout.Way
	system string
}

// How long a connection waits for a run, and how many do.
const (
	waitFor  = time.Minute
	waitMost = probes
)

// put takes a connection over.
func (w *waiting) put(name, system string, way rollout.Way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conns == nil {
		w.conns = make(map[string]waits)
	}
	if former := w.conns[name].Conn; former != nil {
		former.Close() // it knows of another plan
	} else if len(w.conns) >= waitMost {
		way.Conn.Close()
		return
	}
	w.conns[name] = waits{way, system}
	time.AfterFunc(waitFor, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.conns[name].Conn == way.Conn {
			delete(w.conns, name)
			way.Conn.Close()
		}
	})
}

// take returns one that waits, if there is any; it is the caller's then.
func (w *waiting) take(name, system string) rollout.Way {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.conns[name]
	delete(w.conns, name)
	if one.system != system {
		one.Missing = nil
	}
	return one.Way
}
