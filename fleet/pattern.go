package fleet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxPattern bounds a pattern's length in bytes, and so the work of a match.
const maxPattern = 256

// pattern is a compiled glob. In it
//
//	?        is one byte
//	*        is any text, also none
//	[1-20]   is a number of the set, written as clush writes node sets:
//	[01-20]  two digits at least, [1,3,7-9] several, [0-10/2] with a step
//	[ab-d]   is one byte of the set, [!ab] or [^ab] one that is not in it
//
// A bracket that holds only digits, commas, dashes and a step is a set of
// numbers; any other is a set of bytes.
type pattern struct {
	text  string
	exact bool // no special bytes: text is the name
	elems []element
}

// element is one step of a pattern. Exactly one of lit, any, one, bytes and
// numbers is in use.
type element struct {
	lit     string
	any     bool
	one     bool
	negate  bool
	bytes   [][2]byte
	numbers []numberRange
}

// numberRange is lo, lo+step, ... up to hi, padded with zeros to width digits.
type numberRange struct {
	lo, hi, step uint64
	width        int
}

// patternError is a fault at an offset of a pattern, in bytes from 0.
type patternError struct {
	offset   int
	expected string
}

func (e *patternError) Error() string { return "expected " + e.expected }

func compilePattern(text string) (pattern, error) {
	p := pattern{text: text, exact: !strings.ContainsAny(text, "*?[]")}
	if len(text) > maxPattern {
		return p, &patternError{maxPattern, fmt.Sprintf("at most %d bytes in a pattern", maxPattern)}
	}
	for i := 0; i < len(text) && !p.exact; {
		switch text[i] {
		case '*':
			p.elems = append(p.elems, element{any: true})
			i++
		case '?':
			p.elems = append(p.elems, element{one: true})
			i++
		case ']':
			return p, &patternError{i, `"[" before "]"`}
		case '[':
			n := strings.IndexByte(text[i:], ']')
			if n < 0 {
				return p, &patternError{len(text), `"]"`}
			}
			e, err := compileBracket(text[i+1:i+n], i+1)
			if err != nil {
				return p, err
			}
			p.elems = append(p.elems, e)
			i += n + 1
		default:
			n := strings.IndexAny(text[i:], "*?[]")
			if n < 0 {
				n = len(text) - i
			}
			p.elems = append(p.elems, element{lit: text[i : i+n]})
			i += n
		}
	}
	return p, nil
}

func compileBracket(body string, offset int) (element, error) {
	switch {
	case body == "":
		return element{}, &patternError{offset, "numbers or letters between the brackets, such as [1-20] or [ab]"}
	case strings.Trim(body, "0123456789,-/") == "":
		return compileNumbers(body, offset)
	}
	e := element{}
	if body[0] == '!' || body[0] == '^' {
		e.negate, body, offset = true, body[1:], offset+1
	}
	if body == "" {
		return e, &patternError{offset, "letters after the negation"}
	}
	for i := 0; i < len(body); i++ {
		lo, hi := body[i], body[i]
		if strings.IndexByte("[,/", lo) >= 0 {
			return e, &patternError{offset + i, fmt.Sprintf("a letter, not %q, in a set of letters", lo)}
		}
		if i+2 < len(body) && body[i+1] == '-' {
			hi = body[i+2]
			i += 2
		}
		if hi < lo {
			return e, &patternError{offset + i, fmt.Sprintf("a range that rises, not %c-%c", lo, hi)}
		}
		e.bytes = append(e.bytes, [2]byte{lo, hi})
	}
	return e, nil
}

func compileNumbers(body string, offset int) (element, error) {
	e := element{}
	for part := range strings.SplitSeq(body, ",") {
		r, ok := parseNumbers(part)
		if !ok {
			return e, &patternError{offset, `numbers such as 7, 1-20, 01-20 or 0-10/2, separated by commas`}
		}
		if r.hi < r.lo {
			return e, &patternError{offset, fmt.Sprintf("a range that rises, not %s", part)}
		}
		e.numbers = append(e.numbers, r)
		offset += len(part) + 1
	}
	return e, nil
}

func parseNumbers(part string) (numberRange, bool) {
	r := numberRange{step: 1}
	span, step, stepped := strings.Cut(part, "/")
	lo, hi, ranged := strings.Cut(span, "-")
	if !ranged {
		hi = lo
	}
	var errs [3]error
	// 18 digits always fit
	if len(lo) > 18 || len(hi) > 18 || len(step) > 18 {
		return r, false
	}
	r.lo, errs[0] = strconv.ParseUint(lo, 10, 64)
	r.hi, errs[1] = strconv.ParseUint(hi, 10, 64)
	if stepped {
		r.step, errs[2] = strconv.ParseUint(step, 10, 64)
	}
	if len(lo) > 1 && lo[0] == '0' {
		r.width = len(lo)
	}
	return r, errs == [3]error{} && r.step > 0 && (ranged || !stepped)
}

// has reports whether digits is a number of r as r writes it.
func (r numberRange) has(digits string) bool {
	if len(digits) > 18 || len(digits) < r.width || len(digits) > max(r.width, 1) && digits[0] == '0' {
		return false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return err == nil && r.lo <= n && n <= r.hi && (n-r.lo)%r.step == 0
}

// match reports whether the whole of s is what p describes. Its work is
// bounded by the product of both lengths: it keeps the set of offsets of s
// that the elements so far can end at.
func (p *pattern) match(s string) bool {
	if p.exact {
		return p.text == s
	}
	var buf [2][96]bool
	from, to := buf[0][:], buf[1][:]
	if len(s) >= len(from) {
		from, to = make([]bool, len(s)+1), make([]bool, len(s)+1)
	}
	from, to = from[:len(s)+1], to[:len(s)+1]
	from[0] = true
	for i := range p.elems {
		clear(to)
		some := false
		for at, ok := range from {
			if ok && p.elems[i].reach(s, at, to) {
				some = true
			}
		}
		if !some {
			return false
		}
		from, to = to, from
	}
	return from[len(s)]
}

// reach marks the offsets that e can end at when it starts at an offset of s,
// and reports whether there are any.
func (e *element) reach(s string, at int, to []bool) bool {
	end := -1
	switch {
	case e.any:
		for j := at; j <= len(s) && !to[j]; j++ {
			to[j] = true
		}
		return true
	case e.numbers != nil:
		return e.reachNumber(s, at, to)
	case e.lit != "":
		if strings.HasPrefix(s[at:], e.lit) {
			end = at + len(e.lit)
		}
	case at < len(s) && (e.one || e.hasByte(s[at]) != e.negate):
		end = at + 1
	}
	if end < 0 {
		return false
	}
	to[end] = true
	return true
}

func (e *element) hasByte(c byte) bool {
	return slices.ContainsFunc(e.bytes, func(r [2]byte) bool { return r[0] <= c && c <= r[1] })
}

func (e *element) reachNumber(s string, at int, to []bool) bool {
	some := false
	for j := at + 1; j <= min(len(s), at+18) && '0' <= s[j-1] && s[j-1] <= '9'; j++ {
		if slices.ContainsFunc(e.numbers, func(r numberRange) bool { return r.has(s[at:j]) }) {
			to[j], some = true, true
		}
	}
	return some
}

// CheckGlob reports what is wrong with a glob such as "*-linux", or nil.
func CheckGlob(glob string) error {
	_, err := compilePattern(glob)
	return err
}

// MatchAny reports whether s matches one of the globs. No globs match
// everything; a malformed one matches nothing.
func MatchAny(globs []string, s string) bool {
	if len(globs) == 0 {
		return true
	}
	return slices.ContainsFunc(globs, func(g string) bool {
		p, err := compilePattern(g)
		return err == nil && p.match(s)
	})
}
