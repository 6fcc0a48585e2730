package cli

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"assay/fleet/engine"
)

// TestAbove: what is written while something goes on stands above its line, which
// is drawn again; a line that is not there is not removed, and none stays.
func TestAbove(t *testing.T) {
	const line = "\r\x1b[K"
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := &app{}
		p := &progress{out: &out, terminal: true, width: func() int { return 80 }, asking: &a.asking, verb: "asking", began: time.Now()}
		a.shown.Store(p)
		p.start()
		notice := func() { fmt.Fprintln(above{a, &out}, "notice") }
		notice()
		time.Sleep(1500 * time.Millisecond)
		notice()
		notice()
		time.Sleep(time.Second)
		p.end()
		notice()
		if got, want := out.String(), "notice\n"+line+"asking"+line+"notice\nnotice\n"+line+"asking, 2.0s"+line+"notice\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// TestProgress: what takes long says so while nothing happens, on a terminal and
// away from one, and nothing over a question or after its end.
func TestProgress(t *testing.T) {
	const line = "\r\x1b[K"
	for name, c := range map[string]struct {
		terminal bool
		use      func(p *progress, asking *sync.Mutex)
		want     string
	}{
		"a terminal": {true, func(p *progress, _ *sync.Mutex) {
			time.Sleep(2500 * time.Millisecond)
			p.step()
		}, line + "asking 0/2" + line + "asking 0/2, 2.0s" + line + "asking 1/2, 2.5s" + line},
		"a question": {true, func(p *progress, asking *sync.Mutex) {
			time.Sleep(1500 * time.Millisecond)
			asking.Lock()
			p.step()
			time.Sleep(time.Minute)
			asking.Unlock()
			time.Sleep(time.Second)
		}, line + "asking 0/2" + line + "asking 1/2, 1m02s" + line},
		"a file": {false, func(p *progress, _ *sync.Mutex) {
			p.step()
			p.watch(engine.Step{Kind: engine.StepWait, Text: "the \x1b[31mlock"})
			time.Sleep(70 * time.Second)
		}, "asking 1/2, 30s: waiting: the lock\nasking 1/2, 1m00s: waiting: the lock\n"},
		"soon over": {false, func(p *progress, _ *sync.Mutex) { time.Sleep(29 * time.Second) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				var asking sync.Mutex
				p := &progress{out: &out, terminal: c.terminal, width: func() int { return 80 }, asking: &asking, verb: "asking", total: 2, began: time.Now()}
				p.start()
				c.use(p, &asking)
				p.end()
				time.Sleep(time.Hour)
				p.step()
				if got := out.String(); got != c.want {
					t.Errorf("%q, want %q", got, strings.ReplaceAll(c.want, line, "↵"))
				}
			})
		})
	}
}
