package plan

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"assay/fleet/engine"
)

// maxDiff bounds the unified diff of one file, in bytes.
const maxDiff = 16 << 10

func fileChanges(from, to []engine.File) []FileChange {
	out := []FileChange{}
	for _, p := range pairs(from, to, func(f *engine.File) string { return f.Path }) {
		if p.old != nil && p.new != nil && p.old.Hash == p.new.Hash && p.old.Mode == p.new.Mode {
			continue
		}
		out = append(out, fileChange(p))
	}
	return out
}

func fileChange(p pair[string, engine.File]) FileChange {
	c := FileChange{Op: p.op(), Path: visible(p.key)}
	var before, after string
	if p.old != nil {
		before, c.OldSize, c.OldMode, c.Binary = p.old.Text, p.old.Size, visible(p.old.Mode), p.old.Binary
	}
	if p.new != nil {
		after, c.NewSize, c.NewMode = p.new.Text, p.new.Size, visible(p.new.Mode)
		c.Binary = c.Binary || p.new.Binary
	}
	if !c.Binary {
		before, after, c.Laid = laidOut(before, after)
		c.Diff, c.Cut = unified(visible(before), visible(after))
	}
	return c
}

// longLine is from how many bytes on a line of JSON is hard to read.
const longLine = 100

// laidOut gives each element a line of its own where the sides are one long
// line of JSON each, or absent.
func laidOut(before, after string) (string, string, bool) {
	if max(len(before), len(after)) < longLine {
		return before, after, false
	}
	old, okOld := perLine(before)
	now, okNow := perLine(after)
	if !okOld || !okNow || old == now { // only spaces differ: that must be seen
		return before, after, false
	}
	return old, now, true
}

// perLine lays out one line of JSON; nothing stays nothing.
func perLine(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	if strings.Contains(strings.TrimSuffix(text, "\n"), "\n") {
		return "", false
	}
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
		return "", false
	}
	return strings.TrimSuffix(b.String(), "\n") + "\n", true
}

// unified is a diff with three lines of context and without its two header
// lines, cut after a whole line.
func unified(before, after string) (diff string, cut bool) {
	diff = udiff.Unified("a", "b", before, after)
	if i := strings.Index(diff, "@@"); i > 0 {
		diff = diff[i:]
	}
	if len(diff) <= maxDiff {
		return diff, false
	}
	end := strings.LastIndexByte(diff[:maxDiff], '\n') + 1
	return diff[:end], true
}

// visible makes control characters of text that a host or a file gave into
// something that can be read and cannot move a cursor. Newlines and tabs
// stay.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			const hex = "0123456789abcdef"
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(hex[r>>shift&15])
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden reports control characters (C0, C1, DEL) and those that reorder
// text.
func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x2028, r == 0x2029:
		return true
	}
	return false
}
