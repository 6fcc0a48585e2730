package logs_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// flooded is the log of a run of many hosts that have printed a lot.
func flooded(b *testing.B, hosts, lines int) *bench {
	v := newBench(b, view.Link{}, 0, true)
	for n := range lines {
		v.flood(hosts, n)
	}
	return v
}

func (b *bench) flood(hosts, n int) {
	text := fmt.Sprintf("copying path '/nix/store/%032d-example-%d' to the host", n, n)
	if n%997 == 0 {
		text = "error: the one in a thousand"
	}
	b.seq++
	b.run.State.Emit(event.Event{Seq: b.seq, Time: viewtest.Now.Add(time.Duration(b.seq) * 10 * time.Microsecond), Run: id,
		Body: event.Log{Machine: fmt.Sprint("machine-", n%hosts), Stream: "activate", Text: text}})
}

func BenchmarkRender(b *testing.B) {
	for _, hosts := range []int{200, 5000} {
		for name, do := range map[string][]string{
			"following":      nil,
			"standing still": {"move.page-up", "move.page-up"},
			"wrapped":        {"text.wrap"},
			"errors":         {"logs.level-set errors"},
		} {
			b.Run(fmt.Sprintf("%s/%d hosts", name, hosts), func(b *testing.B) {
				v := flooded(b, hosts, 1_000_000)
				v.view.Render(160, 44)
				viewtest.Do(v.view, do...)
				b.ReportAllocs()
				for b.Loop() {
					v.flood(hosts, int(v.seq)) // the picture is another one each time
					v.view.Render(160, 44)
				}
			})
		}
	}
}

func BenchmarkRenderSearching(b *testing.B) {
	for _, needle := range []string{"example-99", "absent"} {
		b.Run(needle, func(b *testing.B) {
			v := flooded(b, 200, 1_000_000)
			v.view.Render(160, 44)
			viewtest.Do(v.view, "text.search")
			viewtest.Type(v.view, needle)
			b.ReportAllocs()
			for b.Loop() {
				v.flood(200, int(v.seq))
				v.view.Render(160, 44)
			}
		})
	}
}

func BenchmarkType(b *testing.B) {
	v := flooded(b, 200, 1_000_000)
	v.view.Render(160, 44)
	viewtest.Do(v.view, "text.search")
	for _, needle := range []string{"example", "absent"} {
		b.Run(needle, func(b *testing.B) {
			for b.Loop() {
				viewtest.Type(v.view, needle)
			}
		})
	}
}

// BenchmarkRenderWhileStreaming draws while another goroutine emits a hundred
// thousand lines a second.
func BenchmarkRenderWhileStreaming(b *testing.B) {
	v := flooded(b, 200, 1_000_000)
	var over atomic.Bool
	emitted := make(chan int)
	go func() {
		n := 0
		for tick := time.NewTicker(10 * time.Millisecond); !over.Load(); <-tick.C {
			for range 1000 {
				v.flood(200, n)
				n++
			}
		}
		emitted <- n
	}()
	b.ReportAllocs()
	begin := time.Now()
	for b.Loop() {
		v.view.Render(160, 44)
	}
	took := time.Since(begin)
	over.Store(true)
	b.ReportMetric(float64(<-emitted)/took.Seconds(), "lines/s")
}

func BenchmarkRenderHostileLines(b *testing.B) {
	for name, wrap := range map[string]bool{"cut": false, "wrapped": true} {
		b.Run(name, func(b *testing.B) {
			v := newBench(b, view.Link{}, 0, true)
			for range 1000 {
				v.say("cinnabar", strings.Repeat("漢字 and more ", 900))
			}
			if wrap {
				viewtest.Do(v.view, "text.wrap")
			}
			for b.Loop() {
				v.view.Render(160, 44)
			}
		})
	}
}
