package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"

	"assay/fleet/host"
)

// Connect tries the target's addresses in their order, each when the one
// before has failed or has taken longer than the Race option says, and
// returns the first connection whose peer proved the machine's identity;
// that makes it safe to try them side by side. A machine that proved its
// identity and refuses our key is not asked again. An address that refuses
// the connection, or resets it before the host key, is tried up to twice
// more. The error is the one of the address that came furthest.
func (c *Connector) Connect(ctx context.Context, target host.Target) (host.Conn, error) {
	conn, err := c.connect(ctx, target)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

func (c *Connector) connect(ctx context.Context, target host.Target) (*conn, error) {
	pins, err := parsePins(target)
	if err != nil {
		return nil, &host.ConnectError{Machine: target.Machine, Stage: host.StageHostKey, Err: err}
	}
	if len(target.Addresses) == 0 {
		return nil, &host.ConnectError{Machine: target.Machine, Stage: host.StageResolve,
			Err: errors.New("no address is known; hint: add deploy targets for it")}
	}
	for again := 1; ; again++ {
		conn, failures := c.race(ctx, target, pins)
		if conn != nil {
			return conn, nil
		}
		if again > retries || !passing(failures) || !pause(ctx, again) {
			return nil, furthest(failures)
		}
	}
}

// retries is how often an address is tried again that may just be busy.
const retries = 2

// passing reports whether all addresses failed in a way that may pass: the
// connection was refused or, as MaxStartups of sshd has it, dropped before
// the host key was shown. Whoever answered otherwise is not asked again.
func passing(failures []*host.ConnectError) bool {
	some := false
	for _, f := range failures {
		if f == nil {
			continue
		}
		if _, hop := errors.AsType[*host.ConnectError](f.Err); hop || f.Deadline {
			return false
		}
		switch {
		case errors.Is(f.Err, syscall.ECONNREFUSED) && f.Stage == host.StageDial:
		case dropped(f.Err) && (f.Stage == host.StageDial || f.Stage == host.StageHandshake):
		default:
			return false
		}
		some = true
	}
	return some
}

// dropped reports whether err is the end of a connection.
func dropped(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// pause waits before the attempt that follows; it reports false when ctx
// ends. Many that were dropped together do not come back together.
func pause(ctx context.Context, again int) bool {
	step := 100 * time.Millisecond << (again - 1)
	select {
	case <-time.After(step + rand.N(step)):
		return true
	case <-ctx.Done():
		return false
	}
}

// attempted is how the attempt at one address ended.
type attempted struct {
	index  int
	conn   *conn
	failed *host.ConnectError
}

// race returns the first connection, or for every address that was tried to
// its end why there is none. No attempt is under way when it returns.
func (c *Connector) race(ctx context.Context, target host.Target, pins *pins) (*conn, []*host.ConnectError) {
	addresses := target.Addresses
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan attempted)
	next, pending := 0, 0
	launch := func() {
		index := next
		next, pending = next+1, pending+1
		go func() {
			conn, failed := c.attempt(ctx, target, addresses[index], &check{pins: pins, known: c.owner})
			results <- attempted{index, conn, failed}
		}()
	}
	defer func() {
		cancel()
		for range pending {
			if late := <-results; late.conn != nil {
				late.conn.Close()
			}
		}
	}()
	failures := make([]*host.ConnectError, len(addresses))
	patience := time.NewTimer(c.options.Race)
	defer patience.Stop()
	for launch(); pending > 0; {
		select {
		case r := <-results:
			pending--
			if r.conn != nil {
				return r.conn, nil
			}
			if failures[r.index] = r.failed; r.failed.Stage == host.StageAuth || ctx.Err() != nil {
				return nil, failures
			}
		case <-patience.C:
		}
		if next < len(addresses) {
			launch()
			patience.Reset(c.options.Race)
		}
	}
	return nil, failures
}

// furthest returns the failure that passed the most stages, the last of
// equals, and names the other addresses in it.
func furthest(failures []*host.ConnectError) *host.ConnectError {
	var worst *host.ConnectError
	for _, f := range failures {
		if f != nil && (worst == nil || rank(f.Stage) >= rank(worst.Stage)) {
			worst = f
		}
	}
	var others []string
	for _, f := range failures {
		if f != nil && f != worst {
			others = append(others, f.Address+": "+f.Cause())
		}
	}
	if len(others) > 0 {
		worst.Err = fmt.Errorf("%w (also tried %s)", worst.Err, strings.Join(others, ", "))
	}
	return worst
}

// rank orders the stages as a connection passes them.
func rank(s host.Stage) int {
	switch s {
	case host.StageAuth:
		return 4
	case host.StageHostKey:
		return 3
	case host.StageHandshake:
		return 2
	case host.StageDial:
		return 1
	}
	return 0
}
