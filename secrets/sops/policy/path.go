package policy

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// judgePath looks for regexes that match more than they seem to, and for
// rules that can never win.
func judgePath(rules []Rule, rule *Rule, add add) {
	for i := range rules[:rule.Index] {
		if earlier := &rules[i]; earlier.takesAll(rule) {
			add(Shadowed, rule.At, "move it above that rule, or remove it", "the rule at line %d takes every file that this one matches", earlier.At.Line)
			break
		}
	}
	tree := rule.tree
	if tree == nil {
		return
	}
	var open []string
	if !closed(tree, true) {
		open = append(open, "^ at its start")
	}
	if !closed(tree, false) {
		open = append(open, "$ at its end")
	}
	if len(open) > 0 {
		add(Unanchored, rule.At, "add it, so that no other path matches", "path_regex %s has no %s", quote(rule.PathRegex), strings.Join(open, " and no "))
	}
}

// closed reports whether a regex says what stands before (or after) what it
// matches: by an anchor, by ".*", or by a slash, as in "(^|/)secrets".
func closed(re *syntax.Regexp, start bool) bool {
	edge := func(n int) int {
		if start {
			return 0
		}
		return n - 1
	}
	switch re.Op {
	case syntax.OpBeginText, syntax.OpBeginLine:
		return start
	case syntax.OpEndText, syntax.OpEndLine:
		return !start
	case syntax.OpStar:
		return re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL
	case syntax.OpCapture:
		return closed(re.Sub[0], start)
	case syntax.OpConcat:
		return len(re.Sub) > 0 && closed(re.Sub[edge(len(re.Sub))], start)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool {
			slash := start && sub.Op == syntax.OpLiteral && string(sub.Rune) == "/"
			return !slash && !closed(sub, start)
		})
	}
	return false
}

// parts is a regex as a run of literal texts with gaps of anything else.
type parts struct {
	begin, end bool     // anchored
	literals   []string // each stands in every match, whole
	first      bool     // the first literal begins the match
	last       bool     // the last literal ends it
	pure       bool     // it is one literal and nothing else
}

func split(re *syntax.Regexp) parts {
	subs := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		subs = re.Sub
	}
	var p parts
	if len(subs) > 0 && subs[0].Op == syntax.OpBeginText {
		p.begin, subs = true, subs[1:]
	}
	if n := len(subs); n > 0 && subs[n-1].Op == syntax.OpEndText {
		p.end, subs = true, subs[:n-1]
	}
	for i, sub := range subs {
		if sub.Op == syntax.OpLiteral && sub.Flags&syntax.FoldCase == 0 {
			p.literals = append(p.literals, string(sub.Rune))
			p.first = p.first || i == 0
			p.last = i == len(subs)-1
		}
	}
	p.pure = len(subs) == 1 && len(p.literals) == 1
	return p
}

// takesAll reports whether r surely matches every path that the later rule
// does. It knows equal regexes and literal ones, and says false if in doubt.
func (r *Rule) takesAll(later *Rule) bool {
	if r.regex == nil || r.PathRegex == later.PathRegex {
		return true
	}
	if r.tree == nil || later.tree == nil {
		return false
	}
	a, b := r.parts, later.parts
	if !a.pure || len(b.literals) == 0 {
		return false
	}
	text, first, last := a.literals[0], b.literals[0], b.literals[len(b.literals)-1]
	switch {
	case a.begin && a.end:
		return b.pure && b.begin && b.end && first == text
	case a.begin:
		return b.begin && b.first && strings.HasPrefix(first, text)
	case a.end:
		return b.end && b.last && strings.HasSuffix(last, text)
	}
	return slices.ContainsFunc(b.literals, func(s string) bool { return strings.Contains(s, text) })
}
