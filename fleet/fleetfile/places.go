package fleetfile

import (
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxDepth bounds how deep values and dotted keys may nest.
const maxDepth = 64

// place is where one key or array element stands in the file, as offsets in
// bytes. The decoder gives values without places; the scanner gives places
// without values; join brings them together.
type place struct {
	key, value int
	about      string // the comment at a header, see comments.go
	fields     map[string]*place
	items      []*place
	defined    definition
}

// definition says how a place came to be, which decides what may be added.
type definition uint8

const (
	undefined    definition = iota
	asValue                 // key = value, also an array or an inline table: nothing is added
	asDotted                // a.b = 1 makes a: other dotted keys of its table add to it, headers below it too
	asHeader                // [a]: its own keys, headers below it
	asTables                // [[a]]: another [[a]] adds an element, the last one is open
	aboveHeader             // [a.b] makes a: [a] may follow
	aboveTables             // [[a.b]] makes a: [a] may follow by TOML, but Nix 2.8 refuses it
	tableElement            // an element of asTables
)

func (p *place) field(name string, at int) *place {
	if f := p.fields[name]; f != nil {
		return f
	}
	if p.fields == nil {
		p.fields = make(map[string]*place)
	}
	f := &place{key: at, value: at}
	p.fields[name] = f
	return f
}

// open is the table that keys below p go to: p, or the last of its tables.
func (p *place) open() *place {
	if p.defined == asTables && len(p.items) > 0 {
		return p.items[len(p.items)-1]
	}
	return p
}

// scanner walks the text of a file that the decoder accepts, and records
// where each key and element is. Of a file that the decoder does not accept
// it makes something useless but stays in bounds. It also notes what the
// decoder lets pass and Nix, which reads TOML 1.0, does not.
type scanner struct {
	src   string
	pos   int
	deep  bool // something nests deeper than maxDepth
	notes []note
	said  []comment // those between the last value and pos
}

// note is something that TOML 1.0 does not allow, at an offset.
type note struct {
	at   int
	what string
}

func (s *scanner) note(at int, what string) { s.notes = append(s.notes, note{at, what}) }

func scan(src string) (*place, *scanner) {
	s := &scanner{src: src}
	root := &place{}
	cur := root
	s.pos = len(src) - len(strings.TrimPrefix(src, "\ufeff"))
	for s.blank(); s.pos < len(s.src); s.blank() {
		before := s.pos
		if s.src[s.pos] == '[' {
			cur = s.header(root)
			cur.about = s.entryComment(before, s.said)
		} else {
			s.keyValue(cur, 0)
		}
		s.said = s.said[:0]
		if s.pos == before {
			s.pos++
		}
	}
	return root, s
}

func (s *scanner) at(c byte) bool { return s.pos < len(s.src) && s.src[s.pos] == c }

// take goes over c if it is next.
func (s *scanner) take(c byte) bool {
	if s.at(c) {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) over(set string) {
	for s.pos < len(s.src) && strings.IndexByte(set, s.src[s.pos]) >= 0 {
		s.pos++
	}
}

func (s *scanner) until(set string) {
	if n := strings.IndexAny(s.src[s.pos:], set); n >= 0 {
		s.pos += n
	} else {
		s.pos = len(s.src)
	}
}

// blank goes over white space, line ends and comments, and reports whether
// there was a line end.
func (s *scanner) blank() bool {
	start := s.pos
	for {
		s.over(" \t\r\n")
		if !s.at('#') {
			return strings.IndexByte(s.src[start:s.pos], '\n') >= 0
		}
		said := s.pos
		s.until("\n")
		s.said = append(s.said, comment{said, s.pos})
	}
}

// header reads [a.b] or [[a.b]] and returns the table that follows it.
func (s *scanner) header(root *place) *place {
	start := s.pos
	s.pos++
	array := s.take('[')
	parts := s.path()
	s.until("]\n")
	s.over("]")
	cur := root
	for i, part := range parts {
		f := cur.field(part.name, part.at)
		switch {
		case i < len(parts)-1:
			s.above(f, part, array)
			cur = f.open()
		case array:
			if f.defined != undefined && f.defined != asTables {
				s.twice(part)
				*f = place{key: part.at}
			}
			f.defined = asTables
			cur = &place{key: start, value: start, defined: tableElement}
			f.items = append(f.items, cur)
		default:
			switch f.defined {
			case undefined, aboveHeader:
			case aboveTables:
				s.note(part.at, fmt.Sprintf("[%s] after an array of tables inside of it; put it before", part.name))
			default:
				s.twice(part)
			}
			f.defined, f.key, f.value = asHeader, part.at, start
			cur = f
		}
	}
	return cur
}

// above takes in that a header is for something below f.
func (s *scanner) above(f *place, p part, array bool) {
	switch {
	case f.defined == asValue:
		s.twice(p)
	case f.defined == undefined && array:
		f.defined = aboveTables
	case f.defined == undefined:
		f.defined = aboveHeader
	}
}

func (s *scanner) twice(p part) { s.note(p.at, fmt.Sprintf("the key %q a second time", p.name)) }

// keyValue reads one key = value into a table.
func (s *scanner) keyValue(cur *place, depth int) {
	parts := s.path()
	for i, part := range parts {
		cur = cur.field(part.name, part.at)
		switch {
		case i < len(parts)-1 && (cur.defined == undefined || cur.defined == asDotted):
			cur.defined = asDotted
		case i == len(parts)-1 && cur.defined == undefined:
			cur.defined = asValue
		default:
			s.twice(part)
			*cur = place{key: part.at, defined: asValue}
		}
	}
	s.over(" \t")
	if !s.take('=') {
		s.until("\n")
		return
	}
	s.over(" \t")
	s.readValue(cur, depth)
}

func (s *scanner) readValue(p *place, depth int) {
	p.value = s.pos
	if depth > maxDepth {
		s.deep = true
		s.pos = len(s.src)
	}
	switch {
	case s.at('"'), s.at('\''):
		s.text()
	case s.take('['):
		for s.blank(); s.pos < len(s.src) && !s.take(']'); s.blank() {
			before := s.pos
			item := &place{key: s.pos}
			s.readValue(item, depth+1)
			p.items = append(p.items, item)
			s.blank()
			if !s.take(',') && s.pos == before {
				s.pos++
			}
		}
	case s.take('{'):
		s.inline(p, depth)
	default:
		s.until(",]}#\n")
	}
}

// inline reads an inline table after its brace.
func (s *scanner) inline(p *place, depth int) {
	start, comma := s.pos, -1
	lines := s.blank()
	for s.pos < len(s.src) && !s.at('}') {
		before := s.pos
		s.keyValue(p, depth+1)
		lines = s.blank() || lines
		comma = s.pos
		if !s.take(',') {
			comma = -1
			if s.pos == before {
				s.pos++
			}
		}
		lines = s.blank() || lines
	}
	s.take('}')
	if lines {
		s.note(start-1, "an inline table over several lines")
	}
	if comma >= 0 {
		s.note(comma, "a comma after the last entry of an inline table")
	}
}

// part is one name of a dotted key.
type part struct {
	name string
	at   int
}

func (s *scanner) path() []part {
	var parts []part
	for {
		s.over(" \t")
		at := s.pos
		if s.at('"') || s.at('\'') {
			parts = append(parts, part{s.text(), at})
		} else {
			s.until(" \t.=[]{},\"'#\r\n")
			parts = append(parts, part{s.src[at:s.pos], at})
		}
		if len(parts) > maxDepth {
			s.deep = true
			return parts[:maxDepth]
		}
		s.over(" \t")
		if !s.take('.') {
			return parts
		}
	}
}

// text reads a string of any of the four kinds and returns its value, where
// it has one line: keys have.
func (s *scanner) text() string {
	start, quote := s.pos, s.src[s.pos]
	long := strings.HasPrefix(s.src[s.pos:], strings.Repeat(string(quote), 3))
	s.pos++
	if long {
		s.pos += 2
	}
	for s.pos < len(s.src) && !s.endOfText(quote, long) {
		if quote == '"' && s.at('\\') {
			s.escape()
		} else {
			s.pos++
		}
	}
	raw := s.src[start:s.pos]
	if quote == '\'' || !strings.Contains(raw, `\`) {
		return strings.Trim(raw, string(quote))
	}
	var v struct{ K string }
	if _, err := toml.Decode("K="+raw, &v); err != nil {
		return raw
	}
	return v.K
}

// endOfText takes the closing quotes if they are next. A long string may have
// one or two quotes of its own right before them. A short one ends with its
// line at the latest.
func (s *scanner) endOfText(quote byte, long bool) bool {
	if !long {
		return s.take(quote) || s.at('\n')
	}
	if !strings.HasPrefix(s.src[s.pos:], strings.Repeat(string(quote), 3)) {
		return false
	}
	s.pos += 3
	for range 2 {
		s.take(quote)
	}
	return true
}

func (s *scanner) escape() {
	at := s.pos
	s.pos++
	switch {
	case s.at('e'), s.at('x'):
		s.note(at, `the escape \`+s.src[s.pos:s.pos+1])
	case s.at('\n'):
		return
	}
	if s.pos < len(s.src) {
		s.pos++
	}
}
