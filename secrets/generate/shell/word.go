package shell

import "strings"

// word reads one word. Without one, where the line, the pipe or the
// substitution ends, ok is false.
func (p *parser) word() (w Word, ok bool, err error) {
	for p.at < len(p.text) {
		switch c := p.peek(); {
		case c == '\\':
			if p.accept("\\\n") {
				continue
			}
			p.take()
			if p.at >= len(p.text) {
				return nil, false, p.unsupported("\\")
			}
			w = w.literal(p.next(), true)
		case c == '\'':
			err = p.single(&w)
		case c == '"':
			err = p.double(&w)
		case c == '$':
			err = p.dollar(&w, false)
		case strings.IndexByte(" \t\n;|&<>)", c) >= 0:
			return w, ok, nil
		case strings.IndexByte("`*?[{}(~!", c) >= 0, c == '#' && len(w) == 0, c == ']' && len(w) == 0:
			if c == ']' {
				return w, ok, nil // the end of a test
			}
			return nil, false, p.unsupported(p.rest())
		default:
			w = w.literal(p.plain(special), false)
		}
		if err != nil {
			return nil, false, err
		}
		ok = true
	}
	return w, ok, nil
}

// special is what may not be plain text of a word, at least at its start.
const special = " \t\n;|&<>()`*?[]{}~#!\\'\"$"

// plain takes one byte, and what follows it up to one of stop.
func (p *parser) plain(stop string) string {
	begin := p.at
	for p.take(); p.at < len(p.text) && strings.IndexByte(stop, p.peek()) < 0; {
		p.take()
	}
	return p.text[begin:p.at]
}

// next takes one byte, as text.
func (p *parser) next() string {
	p.take()
	return p.text[p.at-1 : p.at]
}

// literal appends text, to the last part where that is of the same kind.
func (w Word) literal(text string, quoted bool) Word {
	if n := len(w) - 1; n >= 0 && w[n].Kind == Literal && w[n].Quoted == quoted {
		w[n].Text += text
		return w
	}
	return append(w, Part{Kind: Literal, Text: text, Quoted: quoted})
}

func (p *parser) single(w *Word) error {
	p.take()
	text, _, found := strings.Cut(p.text[p.at:], "'")
	if !found {
		return p.unsupported("'")
	}
	p.accept(text + "'")
	*w = w.literal(text, true)
	return nil
}

func (p *parser) double(w *Word) error {
	p.take()
	*w = w.literal("", true)
	for p.at < len(p.text) {
		switch p.peek() {
		case '"':
			p.take()
			return nil
		case '`':
			return p.unsupported("`")
		case '$':
			if err := p.dollar(w, true); err != nil {
				return err
			}
		case '\\':
			p.take()
			if p.accept("\n") {
				continue
			}
			if strings.IndexByte("$`\"\\", p.peek()) < 0 || p.at >= len(p.text) {
				*w = w.literal("\\", true)
				continue
			}
			*w = w.literal(p.next(), true)
		default:
			*w = w.literal(p.plain("\"`$\\"), true)
		}
	}
	return p.unsupported("\"")
}

// dollar reads $NAME, ${NAME}, ${NAME-}, ${NAME:-} or $(…).
func (p *parser) dollar(w *Word, quoted bool) error {
	p.take()
	if p.accept("(") {
		if p.peek() == '(' {
			return p.unsupported("$(" + p.rest())
		}
		list, err := p.list()
		if err != nil {
			return err
		}
		if !p.accept(")") || len(list) != 1 {
			return p.unsupported("$(")
		}
		run, ok := list[0].(Run)
		if !ok {
			return p.unsupported("$(")
		}
		*w = append(*w, Part{Kind: Substitution, Quoted: quoted, Sub: run.Pipeline})
		return nil
	}
	braced := p.accept("{")
	end := p.at
	for end < len(p.text) && isNameByte(p.text[end], end == p.at) {
		end++
	}
	name := p.text[p.at:end]
	p.at = end
	if name == "" {
		return p.unsupported("$" + p.rest())
	}
	if braced && !p.accept("}") && !p.accept("-}") && !p.accept(":-}") {
		return p.unsupported("${" + name + p.rest())
	}
	*w = append(*w, Part{Kind: Variable, Text: name, Quoted: quoted})
	return nil
}
