package syntax

import (
	"sort"
	"strings"
)

// Attached is the comments that belong to a node, in source order.
type Attached struct {
	// Leading is the block directly above the node, on lines of its own, without a blank line inside it or below it, and what
	// stands directly before the node on its own line.
	Leading []Comment
	// Trailing is what starts behind the node on the line where it ends, with only white space and ";" or "," between.
	Trailing []Comment
}

// Empty says that no comment belongs to the node.
func (a Attached) Empty() bool { return len(a.Leading)+len(a.Trailing) == 0 }

// Text returns the comments' words, one line each, without markers and the white space around them.
func (a Attached) Text() string {
	var lines []string
	for _, c := range append(a.Leading[:len(a.Leading):len(a.Leading)], a.Trailing...) {
		lines = append(lines, c.Lines()...)
	}
	return strings.Join(lines, "\n")
}

// Lines returns the words of the comment, without its markers, line by line; blank lines at either end are dropped.
func (c Comment) Lines() []string {
	text, block := strings.CutPrefix(c.Text, "/*")
	if !block {
		return []string{strings.TrimSpace(strings.TrimLeft(text, "#"))}
	}
	lines := strings.Split(strings.TrimSuffix(text, "*/"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "*"))
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// CommentsOf returns the comments that belong to n: a binding, a list element, an inherited name, a formal, or any other node.
// The names of one inherit share a line as a rule: if nothing belongs to a name, ask for the comments of its Inherit.
func (f *File) CommentsOf(n Node) Attached {
	r := n.Range()
	return Attached{Leading: f.leading(r.Start), Trailing: f.trailing(r.End)}
}

// leading walks back from the node over comments with only white space and at most one line break behind them.
// A comment behind something else on its line trails that and is not taken, unless the node follows on the same line.
func (f *File) leading(start Pos) []Comment {
	last := sort.Search(len(f.Comments), func(i int) bool { return f.Comments[i].Start >= start })
	first, at := last, start
	for first > 0 {
		c := f.Comments[first-1]
		gap := f.Source[c.End:at]
		if strings.Trim(gap, " \t\r\n") != "" {
			break
		}
		if n := lineBreaks(gap); n > 1 || n == 1 && !c.OwnLine {
			break
		}
		at = c.Start
		first--
	}
	return f.Comments[first:last:last]
}

func (f *File) trailing(end Pos) []Comment {
	first := sort.Search(len(f.Comments), func(i int) bool { return f.Comments[i].Start >= end })
	last, at := first, end
	for last < len(f.Comments) {
		c := f.Comments[last]
		gap := f.Source[at:c.Start]
		if strings.Trim(gap, " \t;,") != "" {
			break
		}
		last++
		if at = c.End; strings.ContainsAny(c.Text, "\n\r") {
			break
		}
	}
	// A comment in the middle of a line belongs to what follows it: [ a /* the b */ b ].
	if last > first && !f.endsLine(f.Comments[last-1].End) {
		return nil
	}
	return f.Comments[first:last:last]
}

// endsLine says whether only white space stands behind offset at on its line.
func (f *File) endsLine(at Pos) bool {
	rest := strings.TrimLeft(f.Source[at:], " \t")
	return rest == "" || rest[0] == '\n' || rest[0] == '\r'
}

// lineBreaks counts the ends of lines in s.
func lineBreaks(s string) int {
	return strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n")
}
