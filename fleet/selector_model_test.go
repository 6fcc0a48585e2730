package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The tests of this file compare random selectors and patterns with models
// that share no code with the package.

// expr is an expression whose meaning is known for each subject.
type expr struct {
	op    string // "term", "not", "and", "or"
	kids  []*expr
	text  string
	truth []int // of a term: per subject, 0 false, 1 unknown, 2 true
}

var modelTerms = []expr{ // per subject of exampleSubjects: mac, web02, web1, web12
	{text: "web*", truth: []int{0, 2, 2, 2}},
	{text: "mac", truth: []int{2, 0, 0, 0}},
	{text: "web[01-12]", truth: []int{0, 2, 0, 2}},
	{text: "@cloud", truth: []int{0, 2, 2, 0}},
	{text: "@all", truth: []int{2, 2, 2, 2}},
	{text: "state:online", truth: []int{1, 0, 2, 1}},
	{text: "drift:no", truth: []int{1, 1, 2, 1}},
	{text: "failed", truth: []int{1, 0, 2, 1}},
	{text: "aspect:nginx", truth: []int{1, 1, 2, 2}},
	{text: "state:unknown", truth: []int{2, 0, 0, 2}},
	{text: "state:current", truth: []int{1, 0, 2, 1}},
	{text: "state:unreachable", truth: []int{1, 2, 0, 1}},
}

func randomExpr(r *rand.Rand, depth int) *expr {
	if depth == 0 || r.IntN(4) == 0 {
		e := modelTerms[r.IntN(len(modelTerms))]
		e.op = "term"
		return &e
	}
	e := &expr{op: []string{"not", "and", "or"}[r.IntN(3)]}
	n := 1
	if e.op != "not" {
		n = 2 + r.IntN(2)
	}
	for range n {
		e.kids = append(e.kids, randomExpr(r, depth-1))
	}
	return e
}

func (e *expr) value(subject int) int {
	switch e.op {
	case "term":
		return e.truth[subject]
	case "not":
		return 2 - e.kids[0].value(subject)
	}
	v := e.kids[0].value(subject)
	for _, k := range e.kids[1:] {
		if e.op == "and" {
			v = min(v, k.value(subject))
		} else {
			v = max(v, k.value(subject))
		}
	}
	return v
}

// print writes e in one of the ways in which people may write it.
func (e *expr) print(r *rand.Rand) string {
	pick := func(ways ...string) string { return ways[r.IntN(len(ways))] }
	var s string
	switch e.op {
	case "term":
		s = e.text
	case "not":
		kid := e.kids[0].print(r)
		if e.kids[0].op == "and" || e.kids[0].op == "or" {
			kid = "(" + kid + ")"
		}
		s = pick("not ", "-", "- ") + kid
	default:
		var kids []string
		for _, k := range e.kids {
			kid := k.print(r)
			if e.op == "and" && k.op == "or" {
				kid = "( " + kid + ")"
			}
			kids = append(kids, kid)
		}
		way := pick(" ", " and ", "  and\t")
		if e.op == "or" {
			way = pick(",", " or ", " , ", "\nor ")
		}
		s = strings.Join(kids, way)
	}
	if r.IntN(5) == 0 {
		s = "(" + s + ")"
	}
	return s
}

func TestSelectorModel(t *testing.T) {
	subs := exampleSubjects(t)
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 2))
		e := randomExpr(r, 4)
		src := e.print(r)
		s, err := ParseSelector(src)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, sub := range subs {
			if got, want := s.Match(sub), Truth(e.value(i)-1); got != want {
				t.Fatalf("seed %d: %q is %v of %s, want %v; parsed as %q", seed, src, got, sub.Machine.Name, want, s)
			}
		}
	}
}

// expand lists what a pattern without * means, bracket by bracket.
func expand(pattern string) []string {
	open := strings.IndexAny(pattern, "[?")
	if open < 0 {
		return []string{pattern}
	}
	var heads []string
	rest := pattern[open+1:]
	if pattern[open] == '?' {
		heads = []string{"a", "b", "w", "0", "1", "2"}
	} else {
		var body string
		body, rest, _ = strings.Cut(rest, "]")
		for part := range strings.SplitSeq(body, ",") {
			lo, hi, ok := strings.Cut(part, "-")
			if !ok {
				hi = lo
			}
			from, _ := strconv.Atoi(lo)
			to, _ := strconv.Atoi(hi)
			width := 0
			if lo[0] == '0' {
				width = len(lo)
			}
			for n := from; n <= to; n++ {
				heads = append(heads, fmt.Sprintf("%0*d", width, n))
			}
		}
	}
	var all []string
	for _, h := range heads {
		for _, tail := range expand(rest) {
			all = append(all, pattern[:open]+h+tail)
		}
	}
	return all
}

// modelMatch splits at the stars and tries every split of s.
func modelMatch(pattern, s string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return slices.Contains(expand(pattern), s)
	}
	for i := range len(s) + 1 {
		if slices.Contains(expand(head), s[:i]) {
			for j := i; j <= len(s); j++ {
				if modelMatch(rest, s[j:]) {
					return true
				}
			}
		}
	}
	return false
}

func TestPatternModel(t *testing.T) {
	parts := []string{"a", "b", "w", "*", "?", "[1-12]", "[01-12]", "[0,2]", "[8-10]", "1", "0", "2"}
	letters := "abw012"
	matched := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 3))
		var pattern, name strings.Builder
		for range 1 + r.IntN(4) {
			pattern.WriteString(parts[r.IntN(len(parts))])
		}
		for range r.IntN(6) {
			name.WriteByte(letters[r.IntN(len(letters))])
		}
		p, err := compilePattern(pattern.String())
		if err != nil {
			t.Fatal(err)
		}
		got, want := p.match(name.String()), modelMatch(pattern.String(), name.String())
		if got != want {
			t.Fatalf("%q matches %q: %v, want %v", pattern.String(), name.String(), got, want)
		}
		if got {
			matched++
		}
	}
	if matched < 20 {
		t.Errorf("only %d of the random patterns match: the test says little", matched)
	}
}

// TestPatternWork: patterns that make backtracking matchers explode do not.
func TestPatternWork(t *testing.T) {
	p, err := compilePattern(strings.Repeat("*a", 100) + "[1-9]*b")
	if err != nil {
		t.Fatal(err)
	}
	if p.match(strings.Repeat("a", 5000)) {
		t.Error("matches")
	}
	if !p.match(strings.Repeat("a", 5000) + "7xb") {
		t.Error("does not match")
	}
}

func TestTruthText(t *testing.T) {
	for _, u := range []Truth{True, False, Unknown} {
		text, err := u.MarshalText()
		var back Truth = 5
		if err != nil || back.UnmarshalText(text) != nil || back != u {
			t.Errorf("%v: %s, %v", u, text, err)
		}
	}
	var u Truth
	if err := u.UnmarshalText([]byte("maybe")); err == nil {
		t.Error("maybe is a truth")
	}
}
