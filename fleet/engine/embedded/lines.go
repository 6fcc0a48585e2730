package embedded

import (
	"bytes"
	"sync"
)

const (
	maxLine  = 2 << 10 // bytes of one logged line
	maxLines = 20_000  // lines of one activation
)

// lines cuts what a host prints into clean, bounded lines. Beyond maxLines it
// says so once and drops the rest.
type lines struct {
	mu      sync.Mutex
	emit    func(string)
	pending []byte
	cut     bool // the pending line was longer than maxLine
	count   int
}

func newLines(emit func(string)) *lines {
	if emit == nil {
		emit = func(string) {}
	}
	return &lines{emit: emit}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for rest := p; len(rest) > 0; {
		text, after, whole := bytes.Cut(rest, []byte("\n"))
		rest = after
		room := maxLine - len(l.pending)
		l.cut = l.cut || len(text) > room
		l.pending = append(l.pending, text[:min(len(text), room)]...)
		if whole {
			l.end()
		}
	}
	return len(p), nil
}

// flush gives out a last line that has no end.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) > 0 {
		l.end()
	}
}

func (l *lines) end() {
	text := line(string(bytes.TrimSuffix(l.pending, []byte("\r"))))
	if l.cut {
		text += " ..."
	}
	l.pending, l.cut = l.pending[:0], false
	l.count++
	switch {
	case l.count < maxLines:
		l.emit(text)
	case l.count == maxLines:
		l.emit("(more lines than are kept; the rest is dropped)")
	}
}
