package ui

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// screen takes the terminal and writes frames to it, of a frame only what
// differs from the one before. Bubble Tea's renderer could do it; it wakes up
// 60 times a second for ever, makes a key wait for its next beat, and writes
// all lines of a text that scrolls (BENCHMARKS.md).
//
// A screen belongs to the console's goroutine.
type screen struct {
	out   *terminal
	mouse bool

	there bool     // the terminal is the console's
	w, h  int      // of what is on it
	lines []string // what is on it; nil is not known
	buf   bytes.Buffer
}

// The sequences, as xterm documents them.
const (
	takeOver   = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[H\x1b[2J" // other screen, no cursor, pastes are marked
	giveBack   = "\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l"
	mouseOn    = "\x1b[?1002h\x1b[?1006h" // clicks and the wheel, with places beyond column 223
	mouseOff   = "\x1b[?1006l\x1b[?1002l"
	beginFrame = "\x1b[?2026h" // terminals that know it show the frame at once
	endFrame   = "\x1b[?2026l"
	clearAll   = "\x1b[0m\x1b[H\x1b[2J"
	wholeFrame = "\x1b[r" // scroll in the whole screen
)

// enter takes the terminal.
func (s *screen) enter() error {
	if s.there {
		return nil
	}
	if err := s.out.raw(); err != nil {
		return err
	}
	s.there, s.lines = true, nil
	s.write(takeOver)
	if s.mouse {
		s.write(mouseOn)
	}
	return nil
}

// leave gives the terminal back as it was.
func (s *screen) leave() {
	if !s.there {
		return
	}
	s.there = false
	s.write(mouseOff + giveBack)
	s.out.restore()
}

// setMouse takes the mouse, or leaves it to the terminal.
func (s *screen) setMouse(on bool) {
	s.mouse = on
	switch {
	case s.there && on:
		s.write(mouseOn)
	case s.there:
		s.write(mouseOff)
	}
}

// forget makes the next frame be written as a whole.
func (s *screen) forget() { s.lines = nil }

func (s *screen) write(text string) { _, _ = s.out.Write([]byte(text)) }

// paint shows a frame of h lines that are w columns wide each.
func (s *screen) paint(frame string, w, h int) {
	if !s.there {
		return
	}
	lines := strings.Split(frame, "\n")
	s.buf.Reset()
	s.buf.WriteString(beginFrame)
	empty := s.buf.Len()
	if s.lines == nil || s.w != w || s.h != h || len(s.lines) != len(lines) {
		s.buf.WriteString(clearAll)
		s.lines = make([]string, len(lines))
	}
	s.w, s.h = w, h
	s.scroll(lines)
	for i, line := range lines {
		if s.lines[i] != line {
			s.goTo(i)
			s.buf.WriteString(line)
		}
	}
	s.lines = lines
	if s.buf.Len() == empty {
		return
	}
	s.buf.WriteString(endFrame)
	_, _ = s.out.Write(s.buf.Bytes())
}

func (s *screen) goTo(line int) {
	s.buf.WriteString("\x1b[")
	s.buf.WriteString(strconv.Itoa(line + 1))
	s.buf.WriteString(";1H")
}

// least is how many lines must be saved by scrolling for it to be worth it.
const least = 4

// scroll moves what is on the screen where much of the new frame is the old
// one shifted: a log that goes on, a table that is scrolled.
func (s *screen) scroll(lines []string) {
	first, last := 0, len(lines)-1
	for first <= last && lines[first] == s.lines[first] {
		first++
	}
	for last > first && lines[last] == s.lines[last] {
		last--
	}
	by, saved := shift(s.lines[first:last+1], lines[first:last+1])
	if saved < least {
		return
	}
	s.buf.WriteString("\x1b[" + strconv.Itoa(first+1) + ";" + strconv.Itoa(last+1) + "r")
	region := s.lines[first : last+1]
	if by > 0 {
		s.buf.WriteString("\x1b[" + strconv.Itoa(by) + "S")
		copy(region, region[by:])
		clear(region[len(region)-by:])
	} else {
		s.buf.WriteString("\x1b[" + strconv.Itoa(-by) + "T")
		copy(region[-by:], slices.Clone(region))
		clear(region[:-by])
	}
	s.buf.WriteString(wholeFrame)
}

// shift is by how many lines now is was moved up (down, where negative), and
// how many lines more are equal then than as they are.
func shift(was, now []string) (by, saved int) {
	still := same(was, now)
	for d := 1; d <= len(now)/2; d++ {
		if n := same(was[d:], now) - still; n > saved {
			by, saved = d, n
		}
		if n := same(was, now[d:]) - still; n > saved {
			by, saved = -d, n
		}
	}
	return by, saved
}

func same(a, b []string) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			n++
		}
	}
	return n
}
