package symbolic

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// textPattern is a POSIX extended regular expression, as builtins.match and
// builtins.split take it. It works on bytes.
type textPattern struct {
	whole *regexp.Regexp // of the whole text
	some  *regexp.Regexp
}

// compilePattern translates an expression; nil for one of which the meaning
// here is not surely that of Nix, or that Nix refuses.
func compilePattern(source string) *textPattern {
	translated, ok := translate(source)
	if !ok {
		return nil
	}
	tree, err := syntax.Parse("(?s)"+translated, syntax.Perl)
	if err != nil || !plainCaptures(tree, false) {
		return nil
	}
	whole, err := regexp.Compile("(?s)^(?:" + translated + ")$")
	if err != nil {
		return nil
	}
	some, err := regexp.Compile("(?s)" + translated)
	if err != nil {
		return nil
	}
	whole.Longest()
	some.Longest()
	return &textPattern{whole, some}
}

// translate rewrites what Go reads otherwise. Bytes become the characters of
// the same number.
func translate(source string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case c == '[':
			end := bracketEnd(source, i)
			if end < 0 || !bracket(&b, source[i:end]) {
				return "", false
			}
			i = end - 1
		case c == '\\':
			i++
			if i == len(source) || strings.IndexByte(`.[\()*+?{|^$`, source[i]) < 0 {
				return "", false
			}
			b.WriteByte('\\')
			b.WriteByte(source[i])
		case c == '(' && i+1 < len(source) && source[i+1] == '?',
			strings.IndexByte("*+?{", c) >= 0 && (i == 0 || strings.IndexByte("(|*+?}^", source[i-1]) >= 0 && !escaped(source, i-1)):
			return "", false
		case c == '}' || c == ']':
			b.WriteString(`\` + string(rune(c)))
			if c == '}' && openBrace(source[:i]) {
				text := strings.TrimSuffix(b.String(), `\}`)
				b.Reset()
				b.WriteString(text + "}")
			}
		default:
			b.WriteRune(rune(c))
		}
	}
	return b.String(), true
}

// escaped reports whether a backslash makes the character at i an ordinary one.
func escaped(s string, i int) bool {
	n := 0
	for i--; i >= 0 && s[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

// openBrace reports whether a repetition is open at the end of s.
func openBrace(s string) bool {
	i := strings.LastIndexByte(s, '{')
	return i >= 0 && !escaped(s, i) && strings.Trim(s[i+1:], "0123456789,") == ""
}

// bracketEnd is the index behind the bracket expression that starts at i, or
// negative.
func bracketEnd(s string, i int) int {
	i++
	if i < len(s) && s[i] == '^' {
		i++
	}
	for first := true; i < len(s); first = false {
		switch {
		case s[i] == ']' && !first:
			return i + 1
		case strings.HasPrefix(s[i:], "[:"):
			n := strings.Index(s[i:], ":]")
			if n < 0 {
				return -1
			}
			i += n + 2
		case strings.HasPrefix(s[i:], "[.") || strings.HasPrefix(s[i:], "[="):
			return -1
		default:
			i++
		}
	}
	return -1
}

// bracket writes a bracket expression, in which a backslash is ordinary.
func bracket(b *strings.Builder, s string) bool {
	b.WriteByte('[')
	inner := s[1 : len(s)-1]
	if strings.HasPrefix(inner, "^") {
		b.WriteByte('^')
		inner = inner[1:]
	}
	for i := 0; i < len(inner); i++ {
		if strings.HasPrefix(inner[i:], "[:") {
			n := strings.Index(inner[i:], ":]") + 2
			b.WriteString(inner[i : i+n])
			i += n - 1
			continue
		}
		c := inner[i]
		if c == '-' && i > 0 && i < len(inner)-1 { // a range
			b.WriteByte('-')
			continue
		}
		if c < 0x80 && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_') && c >= ' ' {
			b.WriteByte('\\')
		}
		b.WriteRune(rune(c))
	}
	b.WriteByte(']')
	return true
}

// plainCaptures reports whether what the groups capture does not hang on how a
// repetition is taken: none is inside of another one that repeats.
func plainCaptures(x *syntax.Regexp, repeated bool) bool {
	if x.Op == syntax.OpCapture && repeated {
		return false
	}
	switch x.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		if inner := x.Sub[0]; !repeated && inner.Op == syntax.OpCapture && solid(inner.Sub[0]) {
			return true
		}
		repeated = true
	}
	for _, sub := range x.Sub {
		if !plainCaptures(sub, repeated) {
			return false
		}
	}
	return true
}

// solid reports whether x has no groups and does not match nothing.
func solid(x *syntax.Regexp) bool {
	switch x.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpPlus:
		return solid(x.Sub[0])
	case syntax.OpConcat:
		any := false
		for _, sub := range x.Sub {
			any = any || solid(sub)
			if hasCapture(sub) {
				return false
			}
		}
		return any
	}
	return false
}

func hasCapture(x *syntax.Regexp) bool {
	if x.Op == syntax.OpCapture {
		return true
	}
	for _, sub := range x.Sub {
		if hasCapture(sub) {
			return true
		}
	}
	return false
}

// latin makes a character of every byte, and back.
func latin(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func unlatin(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
	}
	return b.String()
}

// pattern compiles an expression once.
func (ev *Evaluator) pattern(source string) *textPattern {
	if p, ok := ev.patterns[source]; ok {
		return p
	}
	if ev.patterns == nil {
		ev.patterns = map[string]*textPattern{}
	}
	var p *textPattern
	if len(source) <= 4096 {
		ev.scan(16 * len(source))
		p = compilePattern(source)
	}
	ev.patterns[source] = p
	return p
}

func noPattern(at Place, source string) Value {
	return &Unknown{Place: at, Why: "the regular expression " + Quote(Line(source)) + " is not one that is read"}
}

func primMatch(ev *Evaluator, at Place, a []*Thunk) Value {
	source, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	s, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	p := ev.pattern(source)
	if p == nil {
		return noPattern(at, source)
	}
	ev.scan(len(s) * 16)
	s = latin(s)
	m := p.whole.FindStringSubmatchIndex(s)
	if m == nil {
		return Null{at}
	}
	return groups(at, s, m)
}

// groups are what the groups of a match captured.
func groups(at Place, s string, m []int) *List {
	out := &List{Place: at}
	for i := 2; i < len(m); i += 2 {
		var v Value = Null{at}
		if m[i] >= 0 {
			v = Text(at, unlatin(s[m[i]:m[i+1]]))
		}
		out.Items = append(out.Items, Item{V: Done(v)})
	}
	return out
}

func primRegexSplit(ev *Evaluator, at Place, a []*Thunk) Value {
	source, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	s, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	p := ev.pattern(source)
	if p == nil || p.some.MatchString("") {
		return noPattern(at, source)
	}
	if ev.scan(len(s) * 16); !ev.grow(8 * len(s)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	s = latin(s)
	out, end := &List{Place: at}, 0
	for _, m := range p.some.FindAllStringSubmatchIndex(s, -1) {
		out.Items = append(out.Items, Item{V: Done(Text(at, unlatin(s[end:m[0]])))}, Item{V: Done(groups(at, s, m))})
		end = m[1]
	}
	out.Items = append(out.Items, Item{V: Done(Text(at, unlatin(s[end:])))})
	return out
}
