package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
)

// row is a problem with what tells it from others.
type row struct {
	fleet.Problem
	id    string
	place string // as the table has room for it
	lower string // all of it, for the filter
}

// showing is which rows are shown, and in which order.
type showing struct {
	filter  string
	only    bool // errors only
	column  string
	reverse bool
}

// list is what the table shows, kept for as long as nothing has changed.
type list struct {
	st     *style.Style
	known  *known.Known
	all    []row // errors first, by place
	shown  []*row
	errors int

	made  bool
	first *fleet.Problem // of what all is made of
	n     int
	now   showing
}

// loaded reports whether the problems have ever come.
func (l *list) loaded() bool { return l.known.Problems.Has() || len(l.all) > 0 }

// update makes the rows anew where something has changed, and reports that.
func (l *list) update(want showing) bool {
	problems := l.known.Problems.Value
	var first *fleet.Problem
	if len(problems) > 0 {
		first = &problems[0]
	}
	stale := !l.made || l.first != first || l.n != len(problems)
	if !stale && l.now == want {
		return false
	}
	if stale {
		l.gather(problems)
		l.made, l.first, l.n = true, first, len(problems)
	}
	l.now = want
	l.choose()
	l.sort()
	return true
}

func (l *list) gather(problems []fleet.Problem) {
	l.all, l.errors = make([]row, 0, len(problems)), 0
	twins := map[string]int{}
	for _, p := range problems {
		id := p.Error()
		twins[id]++
		if n := twins[id]; n > 1 {
			id = fmt.Sprintf("%s #%d", id, n)
		}
		if p.Severity == fleet.Error {
			l.errors++
		}
		l.all = append(l.all, row{p, id, l.short(place(p.At)), strings.ToLower(strings.Join([]string{string(p.Severity), place(p.At), p.Text, p.Hint}, "\n"))})
	}
	slices.SortStableFunc(l.all, func(a, b row) int { return rank(a.Severity) - rank(b.Severity) })
}

// place is where a problem is, without the column, which no table needs.
func place(at fleet.Pos) string {
	at.Column = 0
	return at.String()
}

// widest is how many columns a place takes in the table.
const widest = 26

// short leaves out directories at the beginning of a place that is too long:
// the file and its line are what matters.
func (l *list) short(place string) string {
	cut := place
	for len(cut) > widest {
		_, rest, ok := strings.Cut(cut, "/")
		if !ok {
			return place
		}
		cut = rest
	}
	if cut == place {
		return place
	}
	return l.st.Glyphs.Ellipsis + "/" + cut
}

// rank is a severity's place in the order.
func rank(s fleet.Severity) int {
	if s == fleet.Error {
		return 0
	}
	return 1
}

// choose keeps the rows that have every word of the filter, without regard to
// case.
func (l *list) choose() {
	l.shown = l.shown[:0]
	words := strings.Fields(strings.ToLower(l.now.filter))
	for i := range l.all {
		r := &l.all[i]
		if l.now.only && r.Severity != fleet.Error {
			continue
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(r.lower, w) }) {
			l.shown = append(l.shown, r)
		}
	}
}

func (l *list) sort() {
	if column := l.now.column; column != "" {
		slices.SortStableFunc(l.shown, func(a, b *row) int { return compare(a, b, column) })
	}
	if l.now.reverse {
		slices.Reverse(l.shown)
	}
}

func compare(a, b *row, column string) int {
	switch column {
	case colSeverity:
		return rank(a.Severity) - rank(b.Severity)
	case colPlace:
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	}
	return cmp.Compare(a.Text, b.Text)
}

// Len, ID, Cell and Marked are widget.Rows.
func (l *list) Len() int { return len(l.shown) }

// ID tells the problem from all others.
func (l *list) ID(i int) string { return l.shown[i].id }

// Marked is never so: problems cannot be marked.
func (l *list) Marked(int) bool { return false }

// Cell is what a column shows of a problem.
func (l *list) Cell(i int, column string) widget.Span {
	r := l.shown[i]
	switch column {
	case colSeverity:
		if r.Severity == fleet.Error {
			return widget.R(style.Fail, l.st.Glyphs.Fail+" "+string(r.Severity))
		}
		return widget.R(style.Warn, l.st.Glyphs.Warn+" "+string(r.Severity))
	case colPlace:
		if r.place == "" {
			return widget.R(style.Unknown, "no place")
		}
		return widget.R(style.Link, r.place)
	}
	return widget.P(r.Text)
}

// text is what is shown, for the clipboard.
func (l *list) text() string {
	var b strings.Builder
	for _, r := range l.shown {
		p := r.Problem
		p.Severity = fleet.Error // which Error does not say again
		fmt.Fprintf(&b, "%s %s\n", r.Severity, p.Error())
	}
	return b.String()
}
