package secrets

import (
	"path"
	"slices"
	"strings"
	"time"

	"assay/secrets"
	"assay/secrets/audit"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
	"assay/ui/word"
)

// Grouping is what the rows are put together by.
type Grouping string

// The groupings.
const (
	byPath  Grouping = "" // tier and path
	byWhere Grouping = "where"
	byState Grouping = "state"
)

// showing is which rows are shown, and in which order.
type showing struct {
	filter  string
	wrong   bool   // only what is to mend
	reader  string // only what it can read; "" for all
	group   Grouping
	column  string
	reverse bool
}

// row is a secret with what tells it from others.
type row struct {
	*audit.Secret
	where, name, readers string
	lower                string // all of it, for the filter
	through              string // of a reader: the machine whose key it reads it with
	again                bool   // of the same group as the row above
}

// list is what the table shows, kept for as long as nothing has changed.
type list struct {
	st           *style.Style
	known        *known.Known
	all          []row
	shown        []*row
	wrong        int
	can, through int // of the reader that is shown

	of   *audit.Report // what all is made of
	made bool
	now  showing
}

// loaded reports whether an audit has ever come.
func (l *list) loaded() bool { return l.of != nil }

// update makes the rows anew where something has changed, and reports that.
func (l *list) update(want showing) bool {
	report := l.known.Secrets.Value
	if report == nil {
		report = l.of // what there was, while it is asked again
	}
	stale := !l.made || l.of != report
	if !stale && l.now == want {
		return false
	}
	if stale {
		l.gather(report)
		l.made, l.of = true, report
	}
	l.now = want
	l.choose()
	l.order()
	return true
}

func (l *list) gather(r *audit.Report) {
	l.all, l.wrong = nil, 0
	if r == nil {
		return
	}
	l.all = make([]row, 0, len(r.Secrets))
	for i := range r.Secrets {
		s := &r.Secrets[i]
		one := row{Secret: s, readers: readers(s)}
		one.where, one.name = whereOf(s)
		if toMend(s) {
			l.wrong++
		}
		one.lower = strings.ToLower(strings.Join([]string{s.ID, one.where, string(s.Tier), stateWord(s), one.readers, s.Detail, s.At.String()}, "\n"))
		l.all = append(l.all, one)
	}
}

// whereOf is whose a secret is, and what it is called there.
func whereOf(s *audit.Secret) (where, name string) {
	switch s.Tier {
	case audit.Var:
		if where = s.Machine; where == "" {
			where = "shared"
		}
		return where, s.Generator + "/" + s.Name
	case audit.Own:
		return "clan", s.Name
	}
	dir := path.Dir(s.ID)
	if dir == "." {
		dir = "files"
	}
	return dir, s.Name
}

// readers are those who can read a secret, in a few words.
func readers(s *audit.Secret) string {
	if s.Public {
		return "public"
	}
	var names []string
	for i := range s.Access {
		a := &s.Access[i]
		if a.Can {
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(a.Who(), "user "), "machine "), "key "))
		}
	}
	return strings.Join(names, ", ")
}

// toMend reports whether something is to be done about a secret.
func toMend(s *audit.Secret) bool {
	if s.Var != nil {
		return s.Var.Wrong()
	}
	return s.State != secrets.OK && s.State != secrets.UnknownVar
}

// stateWord is the state as the table shows it.
func stateWord(s *audit.Secret) string { return string(s.State) }

// look is how a state looks.
func (l *list) look(s *audit.Secret) widget.Span {
	g := l.st.Glyphs
	role, glyph := style.Fail, g.Fail
	switch s.State {
	case secrets.OK:
		role, glyph = style.OK, g.OK
	case secrets.UnknownVar:
		role, glyph = style.Unknown, g.Unknown
	case secrets.Drifted, secrets.Outdated, secrets.Orphaned, secrets.Stale, audit.NoRule, audit.OutOfSight:
		role, glyph = style.Warn, g.Warn
	}
	return widget.R(role, glyph+" "+stateWord(s))
}

// choose keeps the rows that have every word of the filter and are what is
// asked for.
func (l *list) choose() {
	l.shown, l.can, l.through = l.shown[:0], 0, 0
	reads := l.reads()
	words := strings.Fields(strings.ToLower(l.now.filter))
	for i := range l.all {
		r := &l.all[i]
		r.through = ""
		if l.now.reader != "" {
			reading, ok := reads[r.Secret]
			if !ok {
				continue
			}
			r.through = reading.Through
		}
		if l.now.wrong && !toMend(r.Secret) {
			continue
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(r.lower, w) }) {
			l.shown = append(l.shown, r)
		}
	}
}

// reads is what the reader can read, or should be able to.
func (l *list) reads() map[*audit.Secret]audit.Reading {
	if l.now.reader == "" || l.of == nil {
		return nil
	}
	out := map[*audit.Secret]audit.Reading{}
	_, found, _ := l.of.Reads(l.now.reader)
	for _, r := range found {
		out[r.Secret] = r
		if r.Access.Can {
			l.can++
		}
		if r.Through != "" {
			l.through++
		}
	}
	return out
}

// order sorts and groups what is shown.
func (l *list) order() {
	if column := l.now.column; column != "" {
		slices.SortStableFunc(l.shown, func(a, b *row) int { return l.compare(a, b, column) })
	}
	if l.now.reverse {
		slices.Reverse(l.shown)
	}
	switch l.now.group {
	case byWhere:
		slices.SortStableFunc(l.shown, func(a, b *row) int { return strings.Compare(a.where, b.where) })
	case byState:
		slices.SortStableFunc(l.shown, func(a, b *row) int { return badness(a.Secret) - badness(b.Secret) })
	}
	for i, r := range l.shown {
		r.again = i > 0 && l.group(r) == l.group(l.shown[i-1]) && l.now.group != byPath
	}
}

func (l *list) group(r *row) string {
	if l.now.group == byState {
		return stateWord(r.Secret)
	}
	return r.where
}

// badness is a state's place in an order, the worst first.
func badness(s *audit.Secret) int {
	order := []secrets.State{secrets.Unreadable, audit.LockedOut, secrets.Drifted, secrets.Dangling, secrets.Missing, secrets.Half, secrets.Outdated, audit.OutOfSight, audit.NoRule,
		secrets.Stale, secrets.Orphaned, secrets.UnknownVar, secrets.OK}
	if i := slices.Index(order, s.State); i >= 0 {
		return i
	}
	return 0
}

func (l *list) compare(a, b *row, column string) int {
	switch column {
	case colState:
		return badness(a.Secret) - badness(b.Secret)
	case colWhere:
		return strings.Compare(a.where, b.where)
	case colReaders:
		return strings.Compare(a.readers, b.readers)
	case colAge:
		return a.Age.Last().Compare(b.Age.Last())
	}
	return strings.Compare(a.name, b.name)
}

// Len, ID, Cell and Marked are widget.Rows.
func (l *list) Len() int { return len(l.shown) }

// ID tells the secret from all others.
func (l *list) ID(i int) string { return l.shown[i].ID }

// Marked is never so: secrets cannot be marked.
func (l *list) Marked(int) bool { return false }

// year is the age from which a value is called old.
const year = 365 * 24 * time.Hour

// Cell is what a column shows of a secret.
func (l *list) Cell(i int, column string) widget.Span {
	r := l.shown[i]
	switch column {
	case colState:
		if r.again && l.now.group == byState {
			return widget.R(style.Muted, l.st.Glyphs.Dot)
		}
		return l.look(r.Secret)
	case colWhere:
		if r.again && l.now.group == byWhere {
			return widget.R(style.Muted, l.st.Glyphs.Dot)
		}
		return widget.R(style.Link, r.where)
	case colReaders:
		if r.Public {
			return widget.R(style.Muted, r.readers)
		}
		return widget.P(r.readers)
	case colAge:
		at := r.Age.Last()
		if at.IsZero() {
			return widget.Span{}
		}
		age := l.known.Now.Sub(at)
		if age > year {
			return widget.R(style.Warn, word.Age(age))
		}
		return widget.R(style.Muted, word.Age(age))
	}
	return widget.P(r.name)
}

// text is what is shown, for the clipboard.
func (l *list) text() string {
	var b strings.Builder
	for _, r := range l.shown {
		b.WriteString(stateWord(r.Secret) + " " + r.ID + ": " + r.readers + "\n")
	}
	return b.String()
}
