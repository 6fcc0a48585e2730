package fleet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of a selector: what a person or a program would write stays far
// below, and no input can exhaust the stack.
const (
	maxSelector = 1 << 16 // bytes of source
	maxDepth    = 200     // nested parentheses and negations
)

// SyntaxError is a selector that does not follow the grammar.
type SyntaxError struct {
	Source   string
	Column   int    // in bytes from 1
	Expected string // what was expected there
	Found    string // what is there, quoted; "the end" at the end
	Hint     string
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("selector %q, column %d: expected %s, found %s", clip(e.Source), e.Column, e.Expected, e.Found)
	if e.Hint != "" {
		s += "; hint: " + e.Hint
	}
	return s
}

// clip shortens what is quoted in an error.
func clip(s string) string {
	if len(s) > 120 {
		return s[:117] + "..."
	}
	return s
}

// ParseSelector parses the grammar that Selector documents. The error is a
// *SyntaxError. An empty source is an error: what selects all says "@all".
func ParseSelector(src string) (Selector, error) {
	p := selectorParser{src: src}
	if len(src) > maxSelector {
		return Selector{}, &SyntaxError{Source: src, Column: maxSelector + 1, Found: "more",
			Expected: fmt.Sprintf("at most %d bytes", maxSelector)}
	}
	root, err := p.expr(0)
	if err == nil && !p.end() {
		err = p.fail(p.pos, `"and", "or" or the end`, "")
	}
	if err != nil {
		return Selector{}, err
	}
	return Selector{root: root}, nil
}

const aTerm = `a machine name, @tag, key:value or "("`

// keys are the words before a colon, in the order in which they are listed.
var keys = []string{"class", "system", "user", "aspect", "role", "state", "drift", "reboot"}

// keyValues are the values of keys that do not take a glob.
var keyValues = map[Kind][]string{
	KindClass:  {"nixos", "darwin"},
	KindState:  stateWords(),
	KindDrift:  {"yes", "no", "unknown"},
	KindReboot: {"yes", "no", "unknown"},
}

// The values of "state:" that are no State: they ask for a host's reach.
const (
	stateOnline     = "online"
	stateOffline    = "offline" // unreachable
	stateUnverified = "unverified"
)

func stateWords() []string {
	words := []string{stateOnline, stateOffline, stateUnverified}
	for _, state := range States() {
		words = append(words, string(state))
	}
	return words
}

// ValuesOf lists the values that a key of selectors takes; nil where it takes
// a glob.
func ValuesOf(kind Kind) []string { return slices.Clone(keyValues[kind]) }

// Reserved are the words that mean something else than a machine or tag of
// that name in a selector.
func Reserved(word string) bool {
	return slices.Contains([]string{"and", "or", "not", "failed"}, word)
}

type selectorParser struct {
	src string
	pos int // in bytes from 0
}

func (p *selectorParser) fail(at int, expected, hint string) error {
	found := "the end"
	if at < len(p.src) {
		r, size := utf8.DecodeRuneInString(p.src[at:])
		found = fmt.Sprintf("%q", r)
		if w := wordEnd(p.src, at); w > at+size {
			found = fmt.Sprintf("%q", clip(p.src[at:w]))
		}
	}
	return &SyntaxError{Source: p.src, Column: at + 1, Expected: expected, Found: found, Hint: hint}
}

func (p *selectorParser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *selectorParser) end() bool {
	p.space()
	return p.pos == len(p.src)
}

// byte takes c if it is next after spaces.
func (p *selectorParser) byte(c byte) bool {
	if p.end() || p.src[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

// peek returns the word that is next after spaces, or "".
func (p *selectorParser) peek() string {
	p.space()
	return p.src[p.pos:wordEnd(p.src, p.pos)]
}

// word takes w if it is the next word.
func (p *selectorParser) word(w string) bool {
	if p.peek() != w {
		return false
	}
	p.pos += len(w)
	return true
}

func (p *selectorParser) expr(depth int) (*node, error) {
	n, err := p.and(depth)
	for err == nil && (p.byte(',') || p.word("or")) {
		var right *node
		right, err = p.and(depth)
		n = join(opOr, n, right)
	}
	return n, err
}

func (p *selectorParser) and(depth int) (*node, error) {
	n, err := p.unary(depth)
	for err == nil && !p.end() {
		if c := p.src[p.pos]; c == ',' || c == ')' || p.peek() == "or" {
			break
		}
		p.word("and")
		var right *node
		right, err = p.unary(depth)
		n = join(opAnd, n, right)
	}
	return n, err
}

// join makes one node of left and right, flat where one is the same operation
// already. It takes left over, so that a long list costs its length.
func join(o op, left, right *node) *node {
	switch {
	case right == nil:
		return left
	case left.op != o:
		left = &node{op: o, kids: []*node{left}}
	}
	if right.op == o {
		left.kids = append(left.kids, right.kids...)
	} else {
		left.kids = append(left.kids, right)
	}
	return left
}

func (p *selectorParser) unary(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, p.fail(p.pos, fmt.Sprintf("at most %d levels of parentheses and negations", maxDepth), "")
	}
	switch {
	case p.byte('-'), p.word("not"):
		n, err := p.unary(depth + 1)
		if err != nil {
			return nil, err
		}
		if n.op == opNot { // negation undoes itself, also of the unknown
			return n.kids[0], nil
		}
		return &node{op: opNot, kids: []*node{n}}, nil
	case p.byte('('):
		n, err := p.expr(depth + 1)
		if err == nil && !p.byte(')') {
			err = p.fail(p.pos, `")"`, "")
		}
		return n, err
	}
	return p.term()
}

func (p *selectorParser) term() (*node, error) {
	p.space()
	start := p.pos
	w := p.peek()
	switch {
	case w == "" || w == "and" || w == "or":
		return nil, p.fail(start, aTerm, "")
	case w == "failed" || w == "@failed":
		p.pos += len(w)
		return &node{term: Term{Kind: KindFailed, Value: "failed", Column: start + 1}}, nil
	case w[0] == '@':
		return p.leaf(KindTag, start, start+1)
	}
	key, _, keyed := strings.Cut(w, ":")
	if !keyed {
		return p.leaf(KindName, start, start)
	}
	if !slices.Contains(keys, key) {
		return nil, p.fail(start, "one of "+strings.Join(keys, ":, ")+`: before ":"`, meant(key, keys))
	}
	return p.leaf(Kind(key), start, start+len(key)+1)
}

// leaf takes the word at start, whose value begins at value.
func (p *selectorParser) leaf(kind Kind, start, value int) (*node, error) {
	end := wordEnd(p.src, start)
	text := p.src[value:end]
	if text == "" {
		return nil, p.fail(value, fmt.Sprintf("a value after %q", p.src[start:value]), "")
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !valueRune(kind, r) }); i >= 0 {
		return nil, p.fail(value+i, "a letter, digit or one of -_.*?[ in a "+string(kind), "")
	}
	if vs := keyValues[kind]; vs != nil && !slices.Contains(vs, text) {
		return nil, p.fail(value, "one of "+strings.Join(vs, ", "), meant(text, vs))
	}
	glob, err := compilePattern(text)
	if bad, ok := errors.AsType[*patternError](err); ok {
		return nil, p.fail(value+bad.offset, bad.expected, "")
	}
	p.pos = end
	return &node{term: Term{Kind: kind, Value: text, Column: start + 1}, glob: glob}, nil
}

// valueRune reports whether r may stand in a value: only names of aspects,
// users and roles have more than what names of machines have.
func valueRune(kind Kind, r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("-_.*?[]", r):
		return true
	case strings.ContainsRune(",!^/", r): // wordEnd lets a comma through in brackets only
		return true
	}
	return (kind == KindAspect || kind == KindUser || kind == KindRole) && strings.ContainsRune("+@:", r)
}

// wordEnd returns where the word at offset i ends: at a space, a parenthesis
// or a comma outside of brackets.
func wordEnd(s string, i int) int {
	bracket := false
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case strings.IndexByte(" \t\r\n()", c) >= 0, c == ',' && !bracket:
			return i
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		}
	}
	return i
}
