package fleet

import (
	"iter"
	"slices"
	"strings"
)

// Selector is a parsed expression over machines. It is immutable and safe to
// share. The zero Selector matches every machine; its String is "@all".
//
// The grammar, loosest binding first:
//
//	expr  = and { ("or" | ",") and }
//	and   = unary { ["and"] unary }          a space means and
//	unary = ("not" | "-") unary | "(" expr ")" | term
//	term  = name | "@" tag | key ":" value | "failed"
//
// Names, tags and the values of class, system, user, aspect and role are
// globs: "*" is any text, "?" one byte, "[ab]" a set, "[1-20]" and "[01-20]"
// numbers as clush writes them. The keys:
//
//	class:darwin     nixos or darwin
//	system:*-linux   the Nix system
//	user:x           the primary user or a home-manager user
//	aspect:x         an aspect that the composition reaches
//	role:zerotier    any role of that instance; role:zerotier/peer that role
//	state:behind     a State: the word that tables of machines show; also
//	                 online, offline (unreachable), unverified (its identity)
//	drift:yes        runs something else than wanted: yes, no, unknown
//	reboot:no        runs the system that it booted: yes, no, unknown
//	failed, @failed  failed in the last run
//
// @all, @nixos and @darwin are every machine and those of a class.
type Selector struct {
	root *node
}

// Kind says what a Term asks about.
type Kind string

// The kinds of terms: the keys of the grammar, and those without a key.
const (
	KindName   Kind = "name"
	KindTag    Kind = "tag"
	KindFailed Kind = "failed"
	KindClass  Kind = "class"
	KindSystem Kind = "system"
	KindUser   Kind = "user"
	KindAspect Kind = "aspect"
	KindRole   Kind = "role"
	KindState  Kind = "state"
	KindDrift  Kind = "drift"
	KindReboot Kind = "reboot"
)

// Term is one leaf of a selector.
type Term struct {
	Kind   Kind
	Value  string // the name, tag or value as written, without "@" or "key:"
	Column int    // in bytes from 1, in the source that was parsed
}

// String is the term in the grammar.
func (t Term) String() string {
	switch t.Kind {
	case KindName:
		return t.Value
	case KindTag:
		return "@" + t.Value
	case KindFailed:
		return "@failed"
	}
	return string(t.Kind) + ":" + t.Value
}

// Exact reports whether the value names one thing: it is not a glob.
func (t Term) Exact() bool { return !strings.ContainsAny(t.Value, "*?[") }

// node is an expression. A leaf has opTerm, a Term and its pattern.
type node struct {
	op   op
	kids []*node
	term Term
	glob pattern
}

type op uint8

const (
	opTerm op = iota
	opNot
	opAnd
	opOr
)

// String is the selector in canonical form: words for operators, no more
// parentheses than it needs. Parsing it gives a selector of equal meaning.
func (s Selector) String() string {
	if s.root == nil {
		return "@all"
	}
	var b strings.Builder
	s.root.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	switch n.op {
	case opTerm:
		b.WriteString(n.term.String())
	case opNot:
		b.WriteString("not ")
		n.kids[0].writeIn(b, n.op)
	default:
		word := map[op]string{opAnd: " and ", opOr: " or "}[n.op]
		for i, k := range n.kids {
			if i > 0 {
				b.WriteString(word)
			}
			k.writeIn(b, n.op)
		}
	}
}

// writeIn writes n as an operand of outer.
func (n *node) writeIn(b *strings.Builder, outer op) {
	if n.op == opOr && outer != opOr || n.op == opAnd && outer == opNot {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	n.write(b)
}

// leaves yields the leaves from left to right.
func (n *node) leaves() iter.Seq[*node] {
	return func(yield func(*node) bool) { n.each(yield) }
}

func (n *node) each(yield func(*node) bool) bool {
	if n == nil {
		return true
	}
	if n.op == opTerm {
		return yield(n)
	}
	for _, k := range n.kids {
		if !k.each(yield) {
			return false
		}
	}
	return true
}

// Terms returns the selector's terms from left to right.
func (s Selector) Terms() []Term {
	var ts []Term
	for n := range s.root.leaves() {
		ts = append(ts, n.term)
	}
	return ts
}

func (s Selector) asks(kinds ...Kind) bool {
	for n := range s.root.leaves() {
		if slices.Contains(kinds, n.term.Kind) {
			return true
		}
	}
	return false
}

// NeedsFacts reports whether an answer depends on Subject.Facts: hosts must
// be asked first.
func (s Selector) NeedsFacts() bool { return s.asks(KindState, KindDrift, KindReboot) }

// NeedsWanted reports whether an answer depends on Subject.Wanted or Broken:
// all that compares with what is wanted, and not what asks for reach alone.
func (s Selector) NeedsWanted() bool {
	reach := []string{stateOnline, stateOffline, stateUnverified, string(StateUnreachable)}
	for n := range s.root.leaves() {
		if n.term.Kind == KindDrift || n.term.Kind == KindState && !slices.Contains(reach, n.term.Value) {
			return true
		}
	}
	return false
}

// NeedsAspects reports whether an answer depends on Subject.Aspects: machines
// must be composed first.
func (s Selector) NeedsAspects() bool { return s.asks(KindAspect) }

// NeedsRuns reports whether an answer depends on Subject.Failed: the last
// run's record must be read first.
func (s Selector) NeedsRuns() bool { return s.asks(KindFailed) }
