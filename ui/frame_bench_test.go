package ui

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"assay/fleet/run/state"
	"assay/ui/known"
	"assay/ui/view"
)

// BenchmarkFrame is what the console does from a key or an answer to the bytes
// that it writes, with 5,000 machines in a terminal of 160x48.
func BenchmarkFrame(b *testing.B) {
	for _, f := range []struct {
		name  string
		frame func(c *bench, n int)
	}{
		{"cursor", func(c *bench, n int) { c.press([]string{"j", "k"}[n/30%2]) }},
		{"line scrolled", func(c *bench, n int) { c.press([]string{"j", "k"}[n/2000%2]) }},
		{"page", func(c *bench, n int) { c.press([]string{"pgdown", "pgup"}[n/40%2]) }},
		{"filter typed", func(c *bench, n int) {
			if n == 0 {
				c.press("/")
			}
			c.press([]string{"0", "backspace"}[n%2])
		}},
		{"age", func(c *bench, _ int) { c.clock = c.clock.Add(time.Second); c.look() }},
		{"facts of 1 host", func(c *bench, n int) { c.come(n, 1); c.look() }},
		{"facts of 100 hosts", func(c *bench, n int) { c.come(n, 100); c.look() }},
	} {
		b.Run(f.name, func(b *testing.B) {
			c := seat(b, 5000, 160, 48)
			painted, before := c.painted, cpu()
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				f.frame(c, n)
				if c.painted == painted {
					b.Fatalf("frame %d was not painted", n)
				}
				painted = c.painted
				n++
			}
			b.ReportMetric((cpu()-before).Seconds()*1000/float64(n), "cpu-ms/frame")
		})
	}
}

// come lets hosts answer.
func (c *bench) come(turn, hosts int) {
	if !c.hosts.busy {
		c.hosts.busy, c.hosts.inbox = true, &inbox{}
	}
	all := c.crowd.fleet.Machines
	for i := range hosts {
		c.hosts.inbox.put(c.crowd.status(all[(turn*hosts+i)%len(all)].Name, turn))
	}
}

// BenchmarkRunFrame is a frame of a run of 200 or 5,000 hosts while they print.
func BenchmarkRunFrame(b *testing.B) {
	for _, hosts := range []int{200, 5000} {
		for _, place := range []view.Place{view.Machines, view.Run, view.Logs} {
			b.Run(fmt.Sprintf("%s/%d hosts", place, hosts), func(b *testing.B) {
				c := seat(b, hosts, 160, 48)
				e := c.running(100_000)
				if place != view.Machines {
					c.goTo(view.Link{Place: place, Name: c.k.Current})
				}
				before := cpu()
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					e.line()
					c.look()
					n++
				}
				b.ReportMetric((cpu()-before).Seconds()*1000/float64(n), "cpu-ms/frame")
			})
		}
	}
}

// running makes a run of all machines go on that has printed lines.
func (c *bench) running(lines int) *events {
	id := c.crowd.NewRun()
	r := &known.Run{ID: id, State: state.New(ownLog), Mine: true}
	c.k.Open[id], c.k.Current = r, id
	e := newEvents(id, c.crowd.fleet, r.State)
	for range lines {
		e.line()
	}
	c.changed()
	c.hurry()
	return e
}

// cpu is the time that this process has worked, its garbage collector among
// it.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
