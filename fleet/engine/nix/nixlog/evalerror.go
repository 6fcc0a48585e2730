package nixlog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// EvalError is an error of Nix that is not of a build. Everything in it is
// sanitised and bounded.
type EvalError struct {
	Message string  // may have several lines
	Place           // where; of Text nothing
	Trace   []Place // what led there, the nearest first
}

// Error returns the message after its place, in the form that editors know.
func (e EvalError) Error() string {
	switch {
	case e.File == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// at is a position in the text of an error: "at /etc/nixos/a.nix:3:7:".
var at = regexp.MustCompile(`^\s*at (.+):(\d+):(\d+):?\s*$`)

// evalError reads an error: its place and trace as the record has them, else
// as its text has. Nix 2.8 gives a place to most errors and writes the
// nearest part of the trace first; later versions give it to few and write
// the nearest last, where it stands for the place.
func evalError(r *Record, raw, text string) EvalError {
	e := EvalError{Message: raw, Place: r.Place}
	told, here := traceIn(text)
	if len(r.Trace) > 0 {
		for _, p := range r.Trace[:min(len(r.Trace), maxTrace)] {
			p.Text = plain(strings.ReplaceAll(p.Text, "\n", " "))
			e.Trace = append(e.Trace, p.tidy(text))
		}
	} else {
		e.Trace = told
	}
	if e.File == "" && e.Line == 0 {
		e.Place = here
		if here.File == "" {
			for _, p := range e.Trace {
				if p.File != "" {
					e.Place = Place{File: p.File, Line: p.Line, Column: p.Column}
					break
				}
			}
		}
	}
	e.Place = e.Place.tidy(text)
	e.Place.Text = ""
	return e
}

// maxTrace bounds a trace, in places.
const maxTrace = 100

// traceIn reads the trace that the text of an error shows, and the place of
// the error where that stands by itself.
func traceIn(text string) (trace []Place, here Place) {
	last := false // the error itself stands after its trace
	var doing string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if what, ok := strings.CutPrefix(line, "… "); ok {
			doing = what
			trace = append(trace, Place{Text: plain(doing)})
			continue
		}
		if strings.HasPrefix(line, "error:") && len(trace) > 0 {
			last, doing = true, ""
			continue
		}
		m := at.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		p := Place{File: plain(m[1])}
		p.Line, _ = strconv.Atoi(m[2])
		p.Column, _ = strconv.Atoi(m[3])
		switch {
		case doing != "":
			p.Text = trace[len(trace)-1].Text
			trace[len(trace)-1] = p
			doing = ""
		case here.File == "":
			here = p
		}
	}
	if last {
		slices.Reverse(trace)
	}
	return trace[:min(len(trace), maxTrace)], here
}

// tidy returns a place with the name of its file alone. Nix since 2.9 writes
// the position behind it once more, and 2.8 gives the whole text instead of
// the name where there is no file.
func (p Place) tidy(text string) Place {
	if p.Line > 0 {
		position := fmt.Sprintf(":%d:%d", p.Line, p.Column)
		p.File = strings.TrimSuffix(p.File, position)
		if !strings.HasPrefix(p.File, "/") && !strings.HasPrefix(p.File, "«") {
			if before, _, ok := strings.Cut(text, position); ok {
				if i := strings.LastIndex(before, "at "); i >= 0 {
					p.File = before[i+len("at "):]
				}
			}
		}
	}
	p.File = plain(strings.ReplaceAll(p.File, "\n", " "))
	return p
}
