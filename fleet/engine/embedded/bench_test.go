package embedded

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"assay/modules/compose"
)

// large is a machine of a usual size: 300 options, 40 files that all machines
// share and one of its own.
func large(machine string) compose.Composition {
	c := sample(machine)
	for i := range 300 {
		c.Scope.Options = append(c.Scope.Options, known(fmt.Sprintf("services.s%d.enable", i), true, "true"))
	}
	for i := range 40 {
		c.Scope.Options = append(c.Scope.Options,
			text(fmt.Sprintf("environment.etc.f%d.text", i), strings.Repeat(fmt.Sprintf("line of %d\n", i), 100)))
	}
	c.Scope.Options = append(c.Scope.Options, text("environment.etc.hostname.text", machine+"\n"))
	return c
}

func largeEngine(dir string) *Engine {
	return New(Options{
		Store:    dir,
		Compose:  func(machine string) (compose.Composition, error) { return large(machine), nil },
		ReadFile: func(string) ([]byte, error) { return []byte{0, 1}, nil },
	})
}

func BenchmarkEvaluate(b *testing.B) {
	e := largeEngine(b.TempDir())
	for b.Loop() {
		if _, err := e.System(b.Context(), "cinnabar"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMachines evaluates and builds a fleet in an empty store and keeps
// every System, as a plan does.
func BenchmarkMachines(b *testing.B) {
	for _, n := range []int{1, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			round := 0
			for b.Loop() {
				round++
				e := largeEngine(filepath.Join(b.TempDir(), fmt.Sprint(round)))
				systems := make([]any, n)
				var wg sync.WaitGroup
				next := make(chan int)
				for range runtime.GOMAXPROCS(0) {
					wg.Go(func() {
						for i := range next {
							s, err := e.System(b.Context(), fmt.Sprintf("host-%d", i))
							if err == nil {
								_, err = e.Realise(b.Context(), s)
							}
							if err != nil {
								b.Error(err)
							}
							systems[i] = s
						}
					})
				}
				for i := range n {
					next <- i
				}
				close(next)
				wg.Wait()
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
				runtime.KeepAlive(systems)
			}
		})
	}
}

func BenchmarkDeploy(b *testing.B) {
	e := largeEngine(b.TempDir())
	s, c := built(b, e, "cinnabar")
	for b.Loop() {
		conn := newHost(b)
		if err := e.Copy(b.Context(), conn, c.Objects, nil); err != nil {
			b.Fatal(err)
		}
		activate(b, e, conn, switchTo(s))
	}
}
