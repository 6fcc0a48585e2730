package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// smallHeap is how large the heap of a command that soon ends may become before
// garbage is collected, in bytes. Where more than half of that lives the
// runtime's own rule holds: twice what lives.
const smallHeap = 32 << 20

// firstHeap is where the runtime collects first, in bytes.
const firstHeap = 4 << 20

// collector says how often garbage is collected, unless GOGC does.
type collector struct{ usual atomic.Bool }

// late saves a command that soon ends most of its collections.
func (c *collector) late() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(smallHeap / firstHeap * 100)
	c.tuneLater()
}

// asUsual is for what goes on for long, such as the console.
func (c *collector) asUsual() {
	if c.usual.Store(true); os.Getenv("GOGC") == "" {
		debug.SetGCPercent(100)
	}
}

// tuneLater calls tune after the next collection.
func (c *collector) tuneLater() {
	type sentinel struct{ _ [64]byte }
	runtime.AddCleanup(&sentinel{}, (*collector).tune, c)
}

// tune has the next collection when the heap is as large as smallHeap again.
func (c *collector) tune() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	percent := latePercent(live[0].Value.Uint64())
	if c.usual.Load() {
		return
	}
	if debug.SetGCPercent(percent); percent > 100 {
		c.tuneLater()
	}
}

// latePercent is by how much the heap may outgrow what lives.
func latePercent(live uint64) int {
	return int(max(smallHeap*100/max(live, firstHeap), 200)) - 100
}

// oneProcessor has Go run one goroutine at a time until restore is called. Who
// waits for hundreds of hosts has little to compute at any moment, and with
// more than one, Go looks for work on the others with each answer, which takes
// a fifth of the CPU time (BENCHMARKS.md). What operators ask for with
// GOMAXPROCS holds.
func oneProcessor() (restore func()) {
	if os.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	was := runtime.GOMAXPROCS(1)
	return func() { runtime.GOMAXPROCS(was) }
}
