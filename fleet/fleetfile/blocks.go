package fleetfile

import (
	"fmt"
	"slices"
	"strings"
)

// block is a table of a file with its header, as offsets in bytes.
type block struct {
	path  []string
	array bool // [[…]]
	about int  // where the comment begins that is about it
	start int  // of its header
	end   int  // of its last value, or of its header
}

// blocks are the tables of a file that Parse accepts, in its order.
func blocks(src string) []block {
	s := &scanner{src: src}
	mark := len(src) - len(strings.TrimPrefix(src, "\ufeff"))
	s.pos = mark
	var out []block
	root := &place{}
	cur := root
	for s.blank(); s.pos < len(s.src); s.blank() {
		before := s.pos
		if s.src[s.pos] == '[' {
			b := block{start: s.pos, about: max(mark, lineStart(src, s.pos)), array: strings.HasPrefix(s.src[s.pos:], "[[")}
			for range s.attached(s.pos, s.said) {
				b.about = max(mark, lineStart(src, b.about-1))
			}
			h := &scanner{src: src, pos: s.pos + 1}
			h.take('[')
			for _, p := range h.path() {
				b.path = append(b.path, p.name)
			}
			cur = s.header(root)
			b.end = s.pos
			out = append(out, b)
		} else {
			s.keyValue(cur, 0)
			if len(out) > 0 {
				out[len(out)-1].end = s.pos
			}
		}
		s.said = s.said[:0]
		if s.pos == before {
			s.pos++
		}
	}
	return out
}

// lineStart is where the line of an offset begins.
func lineStart(src string, at int) int { return strings.LastIndexByte(src[:at], '\n') + 1 }

// lineEnd is where the line after that of an offset begins.
func lineEnd(src string, at int) int {
	if n := strings.IndexByte(src[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(src)
}

// tail is where a block ends with the comments that follow it: that of its
// last line, and the lines right below it, unless they are about what follows.
func tail(src string, b block, next int) int {
	end := lineEnd(src, b.end)
	for at := end; at < next; {
		line := src[at:lineEnd(src, at)]
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			break
		}
		at += len(line)
		end = at
	}
	return end
}

// next is where what comes after a block begins, with its comment.
func next(src string, bs []block, b block) int {
	for _, o := range bs {
		if o.start > b.start {
			return o.about
		}
	}
	return len(src)
}

// placeFor is where another hotfix belongs: behind the last one, else behind
// the table of the overlay, else at the end of the file.
func placeFor(name, src string, bs []block) (int, error) {
	for _, of := range [][]string{hotfixPath, hotfixPath[:1]} {
		for _, b := range slices.Backward(bs) {
			if slices.Equal(b.path, of) {
				return tail(src, b, next(src, bs, b)), nil
			}
		}
	}
	if !slices.ContainsFunc(bs, func(b block) bool { return b.path[0] == "overlay" }) {
		root, _ := scan(src)
		if o := root.fields["overlay"]; o != nil {
			return 0, fmt.Errorf("%w: %s:%d: the overlay is written as one value or with dotted keys; hint: write it as a table [overlay]",
				ErrByHand, name, 1+strings.Count(src[:o.key], "\n"))
		}
	}
	return len(src), nil
}

// insert puts a text between lines, with an empty line before it and, where
// something follows right below, behind it. It has the line ends of the file.
func insert(src string, at int, text string) string {
	before, after := src[:at], src[at:]
	eol := "\n"
	if n := strings.IndexByte(src, '\n'); n > 0 && src[n-1] == '\r' {
		eol = "\r\n"
	}
	if before != "" && before != "\ufeff" {
		if !strings.HasSuffix(before, "\n") {
			before += eol
		}
		before += eol
	}
	first, _, _ := strings.Cut(after, "\n")
	if strings.TrimSpace(first) != "" {
		after = eol + after
	}
	return before + strings.ReplaceAll(text, "\n", eol) + after
}

// cut takes a block out, with its comment, and with the empty lines behind it
// where there are some before it too, or nothing is.
func cut(src string, b block) string {
	bs := blocks(src)
	start, end := b.about, tail(src, b, next(src, bs, b))
	before := src[:start]
	blankBefore := strings.TrimSpace(before) == "" || strings.HasSuffix(strings.ReplaceAll(before, "\r", ""), "\n\n")
	for blankBefore && end < len(src) {
		line := src[end:lineEnd(src, end)]
		if strings.TrimSpace(line) != "" {
			break
		}
		end += len(line)
	}
	if end == len(src) { // no empty lines at the end of the file
		if trimmed := strings.TrimRight(before, " \t\r\n"); trimmed != "" {
			before = before[:lineEnd(before, len(trimmed))]
		}
	}
	return before + src[end:]
}
