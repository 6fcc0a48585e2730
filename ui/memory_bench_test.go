package ui

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/ui/view"
)

// BenchmarkMemory is what a console takes after the 200 hosts of a run have
// printed ten million lines into its journal and its picture, with the log
// drawn all the while. It wants a process of its own and -benchtime 1x.
func BenchmarkMemory(b *testing.B) {
	const lines = 10_000_000
	for b.Loop() {
		c := seat(b, 200, 160, 48)
		start := resident(b, "VmRSS")
		e := c.running(0)
		record, err := journal.Create(c.crowd.dir, journal.ID(c.k.Current), c.crowd.approved())
		if err != nil {
			b.Fatal(err)
		}
		picture := c.k.Open[c.k.Current].State
		e.sink = event.Tee(record, picture)
		c.goTo(view.Link{Place: view.Logs, Name: c.k.Current})
		began, text := time.Now(), 0
		for n := range lines {
			text += len(e.texts[e.seq%int64(len(e.texts))])
			e.line()
			if n%5000 == 0 { // fast ticks at 100,000 lines a second
				c.look()
			}
		}
		took := time.Since(began)
		if err := record.Close(); err != nil {
			b.Fatal(err)
		}
		file, err := os.Stat(filepath.Join(record.Dir(), "events.jsonl"))
		if err != nil {
			b.Fatal(err)
		}
		const mb = 1 << 20
		b.ReportMetric(start, "MiB-before")
		b.ReportMetric(resident(b, "VmRSS"), "MiB-after")
		b.ReportMetric(resident(b, "VmHWM"), "MiB-peak")
		b.ReportMetric(float64(picture.LogBytes())/mb, "MiB-lines")
		b.ReportMetric(float64(file.Size())/mb, "MiB-journal")
		b.ReportMetric(float64(text)/lines, "B/line")
		b.ReportMetric(lines/took.Seconds(), "lines/s")
	}
}

// resident is a line of /proc/self/status, in MiB.
func resident(b *testing.B, what string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte(what+":"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		b.Fatal(fmt.Errorf("no %s", what))
	}
	kib, err := strconv.Atoi(string(fields[0]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}
