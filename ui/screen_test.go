package ui

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// page is a terminal that knows the sequences that screen writes, and no
// others: what it shows is what an operator would see.
type page struct {
	t      testing.TB
	w, h   int
	cells  [][]string // one character each, with its rendition before it
	x, y   int
	top    int // of the scrolling region
	bottom int
	sgr    string
}

func newPage(t testing.TB, w, h int) *page {
	p := &page{t: t, w: w, h: h, bottom: h - 1}
	p.clear()
	return p
}

func (p *page) clear() {
	p.cells = make([][]string, p.h)
	for i := range p.cells {
		p.cells[i] = p.blank()
	}
}

func (p *page) blank() []string {
	line := make([]string, p.w)
	for i := range line {
		line[i] = " "
	}
	return line
}

// Write takes what was written to the terminal.
func (p *page) Write(b []byte) (int, error) {
	s := string(b)
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' && r <= '~' })
			p.control(rest[:end], rest[end])
			s = rest[end+1:]
			continue
		}
		r := []rune(s)[0]
		if r < ' ' || p.x >= p.w {
			p.t.Fatalf("%q at %d,%d of %dx%d", r, p.x, p.y, p.w, p.h)
		}
		p.cells[p.y][p.x] = p.sgr + string(r)
		p.x++
		s = s[len(string(r)):]
	}
	return len(b), nil
}

func (p *page) control(args string, final byte) {
	n := func(i, otherwise int) int {
		parts := strings.Split(args, ";")
		if i >= len(parts) || parts[i] == "" {
			return otherwise
		}
		v, err := strconv.Atoi(parts[i])
		if err != nil {
			p.t.Fatalf("CSI %s%c", args, final)
		}
		return v
	}
	switch final {
	case 'H':
		p.y, p.x = n(0, 1)-1, n(1, 1)-1
	case 'J':
		p.clear()
	case 'm':
		if p.sgr = args; args == "0" {
			p.sgr = ""
		}
	case 'r':
		p.top, p.bottom, p.x, p.y = n(0, 1)-1, n(1, p.h)-1, 0, 0
	case 'S':
		for range n(0, 1) {
			copy(p.cells[p.top:p.bottom+1], p.cells[p.top+1:p.bottom+1])
			p.cells[p.bottom] = p.blank()
		}
	case 'T':
		for range n(0, 1) {
			copy(p.cells[p.top+1:p.bottom+1], p.cells[p.top:p.bottom])
			p.cells[p.top] = p.blank()
		}
	case 'h', 'l':
		if !strings.HasPrefix(args, "?") {
			p.t.Fatalf("CSI %s%c", args, final)
		}
	default:
		p.t.Fatalf("CSI %s%c", args, final)
	}
}

func (p *page) text() string {
	var lines []string
	for _, cells := range p.cells {
		lines = append(lines, strings.Join(cells, ""))
	}
	return strings.Join(lines, "\n")
}

// TestPaintShowsTheFrame paints frames that are alike, shifted, or of another
// size, and looks at what a terminal makes of it.
func TestPaintShowsTheFrame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := newPage(t, 20, 10)
	s := screen{out: newTerminal(strings.NewReader(""), p)}
	if err := s.enter(); err != nil {
		t.Fatal(err)
	}
	first := 0
	for step := range 3000 {
		switch r.IntN(30) {
		case 0:
			p.w, p.h = 5+r.IntN(30), 3+r.IntN(12)
			p.bottom = p.h - 1
			p.clear()
			s.forget()
		case 1:
			s.forget()
		case 2:
			first = r.IntN(1000)
		default:
			first += r.IntN(9) - 4
		}
		var lines []string
		for i := range p.h {
			text := fmt.Sprintf("line %d", first+i)
			if i == 0 || i == p.h-1 || r.IntN(8) == 0 {
				text = fmt.Sprintf("%d of %d", step%7, i)
			}
			lines = append(lines, fmt.Sprintf("%-*.*s", p.w, p.w, text))
		}
		want := strings.Join(lines, "\n")
		s.paint(want, p.w, p.h)
		if got := p.text(); got != want {
			t.Fatalf("step %d shows\n%s\nwant\n%s", step, got, want)
		}
	}
}

func TestPaintWritesLittle(t *testing.T) {
	var out bytes.Buffer
	s := screen{out: newTerminal(strings.NewReader(""), &out)}
	if err := s.enter(); err != nil {
		t.Fatal(err)
	}
	frame := func(first int) string {
		lines := []string{strings.Repeat("h", 80)}
		for i := range 22 {
			lines = append(lines, fmt.Sprintf("%-80d", first+i))
		}
		return strings.Join(append(lines, strings.Repeat("s", 80)), "\n")
	}
	written := func(f string) int {
		out.Reset()
		s.paint(f, 80, 24)
		return out.Len()
	}
	whole := written(frame(0))
	if n := written(frame(0)); n != 0 {
		t.Errorf("the same frame writes %d bytes", n)
	}
	if n := written(frame(1)); n > whole/10 {
		t.Errorf("a frame that was scrolled by a line writes %d bytes, the whole one %d", n, whole)
	}
	if n := written(frame(-2)); n > whole/5 {
		t.Errorf("a frame that was scrolled back by three lines writes %d bytes, the whole one %d", n, whole)
	}
}

func TestScreenGivesTheTerminalBack(t *testing.T) {
	var out bytes.Buffer
	s := screen{out: newTerminal(strings.NewReader(""), &out), mouse: true}
	if err := s.enter(); err != nil {
		t.Fatal(err)
	}
	s.leave()
	s.leave()
	s.paint("nobody sees this", 16, 1)
	got := out.String()
	for _, mode := range []string{"1049", "2004", "1002", "1006"} {
		if strings.Count(got, "\x1b[?"+mode+"h") != 1 || strings.Count(got, "\x1b[?"+mode+"l") != 1 {
			t.Errorf("mode %s: %q", mode, got)
		}
	}
	if !strings.Contains(got, "\x1b[?25h") || strings.Contains(got, "nobody") {
		t.Errorf("%q", got)
	}
}
