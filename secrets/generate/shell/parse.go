package shell

import (
	"fmt"
	"slices"
	"strings"
)

// parser walks through the text of a script.
type parser struct {
	text  string
	at    int
	line  int
	depth int
}

// unsupported is the error of something at the current line.
func (p *parser) unsupported(what string) error {
	return fmt.Errorf("%w: line %d: %.40q", ErrUnsupported, p.line, what)
}

// rest is what remains of the line, for errors.
func (p *parser) rest() string {
	line, _, _ := strings.Cut(p.text[p.at:], "\n")
	return line
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) take() byte {
	b := p.peek()
	if b == '\n' {
		p.line++
	}
	p.at++
	return b
}

// accept takes s where it stands next.
func (p *parser) accept(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	for range len(s) {
		p.take()
	}
	return true
}

// blanks takes spaces, tabs and continued lines; with newlines also those.
func (p *parser) blanks(newlines bool) {
	for p.at < len(p.text) {
		switch c := p.peek(); {
		case c == ' ' || c == '\t':
			p.take()
		case p.accept("\\\n"):
		case newlines && c == '\n':
			p.take()
		case c == '#':
			for p.at < len(p.text) && p.peek() != '\n' {
				p.take()
			}
		default:
			return
		}
	}
}

// list reads statements up to the end, a closing parenthesis or a reserved
// word that ends a branch.
func (p *parser) list() ([]Statement, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.unsupported("too deep")
	}
	defer func() { p.depth-- }()
	var out []Statement
	for {
		p.blanks(true)
		if p.at >= len(p.text) || p.peek() == ')' || slices.Contains(branchEnds, p.reserved()) {
			return out, nil
		}
		s, err := p.one()
		if err != nil {
			return nil, err
		}
		out = append(out, s)
		p.blanks(false)
		switch c := p.peek(); {
		case p.at >= len(p.text) || c == '\n' || c == ')':
		case p.accept(";;"):
			return nil, p.unsupported(";;")
		case c == ';':
			p.take()
		case p.accept("&&"):
			// What fails ends the whole script here.
			p.blanks(true)
			if p.at >= len(p.text) || p.peek() == ')' {
				return nil, p.unsupported("&&")
			}
		default:
			return nil, p.unsupported(p.rest())
		}
	}
}

var branchEnds = []string{"then", "else", "fi"}

// refused are the reserved words and commands that change what follows.
var refused = []string{"elif", "for", "while", "until", "case", "do", "done", "esac", "function", "select", "time", "coproc",
	"{", "}", "!", "[[", "eval", "exec", "source", ".", "trap", "alias", "local", "declare", "typeset", "readonly", "export",
	"shift", "return", "unset", "read", "builtin", "command", "enable", "shopt", "cd"}

// reserved is the bare word that stands next, without taking it.
func (p *parser) reserved() string {
	end := p.at
	for end < len(p.text) && !strings.ContainsRune(" \t\n;|&<>()", rune(p.text[end])) {
		end++
	}
	return p.text[p.at:end]
}

func (p *parser) one() (Statement, error) {
	word := p.reserved()
	if slices.Contains(refused, word) {
		return nil, p.unsupported(p.rest())
	}
	if word == "if" {
		return p.choice()
	}
	if name, _, ok := strings.Cut(word, "="); ok && isName(name) {
		return p.assignment(name)
	}
	pipeline, err := p.pipeline()
	return Run{pipeline}, err
}

func (p *parser) assignment(name string) (Statement, error) {
	a := Assignment{Line: p.line, Name: name}
	p.accept(name + "=")
	var err error
	if a.Value, _, err = p.word(); err != nil {
		return nil, err
	}
	p.blanks(false)
	if c := p.peek(); p.at < len(p.text) && c != '\n' && c != ';' {
		return nil, p.unsupported("an assignment for one command")
	}
	return a, nil
}

func (p *parser) pipeline() (Pipeline, error) {
	var out Pipeline
	for {
		c, err := p.command()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		p.blanks(false)
		if p.peek() != '|' {
			break
		}
		p.take()
		if p.peek() == '|' || p.peek() == '&' {
			return nil, p.unsupported("|" + p.rest())
		}
		p.blanks(true)
	}
	for i, c := range out {
		if i > 0 && c.In != nil || i < len(out)-1 && (c.Out != nil || c.ToStderr) {
			return nil, p.unsupported("a file in the middle of a pipe")
		}
	}
	return out, nil
}

func (p *parser) command() (Command, error) {
	c := Command{Line: p.line}
	for {
		p.blanks(false)
		redirected, err := p.redirection(&c)
		if err != nil {
			return c, err
		}
		if redirected {
			continue
		}
		w, ok, err := p.word()
		if err != nil {
			return c, err
		}
		if !ok {
			break
		}
		c.Words = append(c.Words, w)
	}
	if len(c.Words) == 0 {
		return c, p.unsupported(p.rest())
	}
	return c, nil
}

// redirection takes < FILE, > FILE, >&2 and 2>/dev/null.
func (p *parser) redirection(c *Command) (bool, error) {
	if p.accept("2>/dev/null") || p.accept("2> /dev/null") {
		return true, nil
	}
	if p.accept(">&2") || p.accept("1>&2") {
		c.ToStderr = true
		return true, nil
	}
	if d := p.peek(); '0' <= d && d <= '9' && p.at+1 < len(p.text) && strings.IndexByte("<>", p.text[p.at+1]) >= 0 {
		return false, p.unsupported(p.rest())
	}
	target := &c.Out
	switch p.peek() {
	case '<':
		target = &c.In
	case '>':
	default:
		return false, nil
	}
	p.take()
	if next := p.peek(); *target != nil || strings.IndexByte("<>&(|", next) >= 0 {
		return false, p.unsupported(p.rest())
	}
	p.blanks(false)
	w, ok, err := p.word()
	if err == nil && (!ok || len(w) == 0) {
		err = p.unsupported(p.rest())
	}
	*target = w
	return true, err
}

// choice reads if [[ -n WORD ]]; then … else … fi, and the same with [ and -z.
func (p *parser) choice() (Statement, error) {
	c := Choice{Line: p.line}
	p.accept("if")
	p.blanks(false)
	closing := "]"
	if p.accept("[[") {
		closing = "]]"
	} else if !p.accept("[") {
		return nil, p.unsupported(p.rest())
	}
	p.blanks(false)
	empty := p.accept("-z ")
	if !empty && !p.accept("-n ") {
		return nil, p.unsupported(p.rest())
	}
	p.blanks(false)
	w, ok, err := p.word()
	if err != nil {
		return nil, err
	}
	p.blanks(false)
	if !ok || !p.accept(closing) {
		return nil, p.unsupported(p.rest())
	}
	bare := func(part Part) bool { return part.Kind != Literal && !part.Quoted }
	if closing == "]" && slices.ContainsFunc(w, bare) {
		return nil, p.unsupported("a test of a word without quotes")
	}
	c.NotEmpty = w
	if c.Then, c.Else, err = p.branches(); empty {
		c.Then, c.Else = c.Else, c.Then
	}
	return c, err
}

func (p *parser) branches() (then, other []Statement, err error) {
	p.blanks(false)
	p.accept(";")
	p.blanks(true)
	if p.reserved() != "then" {
		return nil, nil, p.unsupported(p.rest())
	}
	p.accept("then")
	if then, err = p.list(); err != nil {
		return nil, nil, err
	}
	if p.reserved() == "else" {
		p.accept("else")
		if other, err = p.list(); err != nil {
			return nil, nil, err
		}
	}
	if p.reserved() != "fi" {
		return nil, nil, p.unsupported(p.rest())
	}
	p.accept("fi")
	return then, other, nil
}

func isName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i], i == 0) {
			return false
		}
	}
	return s != ""
}

// isNameByte says whether c may stand in the name of a variable, or begin it.
func isNameByte(c byte, first bool) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || !first && '0' <= c && c <= '9'
}
