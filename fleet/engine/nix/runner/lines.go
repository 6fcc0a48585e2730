package runner

import (
	"bytes"
	"io"
	"strings"

	"assay/fleet/host"
)

// lineWriter hands stderr on in whole lines, redacted, and keeps the last
// ones. os/exec writes to it from one goroutine.
type lineWriter struct {
	next   io.Writer // may be nil
	redact func(string) string
	part   []byte // a line that has no end yet
	tail   []string
	err    error // of next: what comes after is only kept
}

const (
	linesKept  = 20      // of a program's last words
	lineShown  = 1000    // bytes of each
	lineLength = 4 << 20 // bytes; one record of Nix's log fits
)

func (w *lineWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			w.part = append(w.part, rest...)
			if len(w.part) > lineLength {
				w.flush()
			}
			break
		}
		w.line(append(w.part, rest[:i+1]...))
		w.part, rest = w.part[:0], rest[i+1:]
	}
	return len(p), nil // a reader that is gone must not stop the program
}

func (w *lineWriter) flush() {
	if len(w.part) > 0 {
		w.line(w.part)
		w.part = nil
	}
}

func (w *lineWriter) line(p []byte) {
	if w.redact != nil {
		s := string(p)
		if clean := w.redact(s); clean != s {
			p = []byte(clean)
		}
	}
	if w.next != nil && w.err == nil {
		_, w.err = w.next.Write(p)
	}
	w.keep(p)
}

// keep remembers a line for the error. Records of Nix's log are for others
// to read.
func (w *lineWriter) keep(p []byte) {
	if bytes.HasPrefix(p, []byte("@nix ")) {
		return
	}
	s := strings.TrimSpace(host.Sanitize(string(p[:min(len(p), 4*lineShown)])))
	if s == "" {
		return
	}
	if len(s) > lineShown {
		s = strings.ToValidUTF8(s[:lineShown], "") + "…"
	}
	if len(w.tail) == linesKept {
		w.tail = append(w.tail[:0], w.tail[1:]...)
	}
	w.tail = append(w.tail, s)
}

func (w *lineWriter) last() []string { return w.tail }
