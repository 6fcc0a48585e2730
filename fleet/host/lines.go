package host

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// LineLimit is the number of bytes that a LineWriter keeps of a line when
// nothing else is asked for.
const LineLimit = 4096

// ellipsis marks a line that was longer than its limit.
const ellipsis = "…"

// LineWriter is an io.Writer that hands what is written to it on as lines,
// each sanitised and bounded. Like on a terminal, text after a carriage
// return replaces the line before it, so that a progress bar leaves its last
// state. It keeps at most a few times its limit of bytes. It may be used by
// several goroutines at once; their lines then mix.
type LineWriter struct {
	mu    sync.Mutex
	emit  func(line string)
	limit int // bytes of a sanitised line
	raw   []byte
	over  bool // raw has lost bytes
	cr    bool // the last byte was a carriage return
}

// NewLineWriter returns a LineWriter that calls emit for every line, without
// its newline and with at most limit bytes before an ellipsis; a limit of 0
// or less means LineLimit. emit is never called twice at a time.
func NewLineWriter(limit int, emit func(line string)) *LineWriter {
	if limit <= 0 {
		limit = LineLimit
	}
	return &LineWriter{emit: emit, limit: limit}
}

// Write never fails.
func (w *LineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for rest := p; len(rest) > 0; {
		i := bytes.IndexAny(rest, "\r\n")
		if i < 0 {
			w.keep(rest)
			break
		}
		w.keep(rest[:i])
		if rest[i] == '\n' {
			w.end()
		} else {
			w.cr = true
		}
		rest = rest[i+1:]
	}
	return len(p), nil
}

// Flush hands on a last line that has no newline.
func (w *LineWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.raw) > 0 {
		w.end()
	}
}

// keep adds bytes of a line. Control sequences take room but are not shown,
// hence several times the limit is kept.
func (w *LineWriter) keep(p []byte) {
	if len(p) == 0 {
		return
	}
	if w.cr {
		w.raw, w.cr, w.over = w.raw[:0], false, false
	}
	if room := 4*w.limit - len(w.raw); len(p) > room {
		p, w.over = p[:room], true
	}
	w.raw = append(w.raw, p...)
}

func (w *LineWriter) end() {
	raw := w.raw
	if w.over {
		raw = wholeRunes(raw)
	}
	line := Sanitize(string(raw))
	if len(line) > w.limit {
		line, w.over = string(wholeRunes([]byte(line[:w.limit]))), true
	}
	if w.over {
		line += ellipsis
	}
	w.raw, w.cr, w.over = w.raw[:0], false, false
	w.emit(line)
}

// wholeRunes cuts an unfinished rune off the end of p.
func wholeRunes(p []byte) []byte {
	for i := 1; i <= min(utf8.UTFMax, len(p)); i++ {
		if tail := p[len(p)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return p[:len(p)-i]
			}
			break
		}
	}
	return p
}
