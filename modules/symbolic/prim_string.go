package symbolic

import (
	"math"
	"path"
	"strconv"
	"strings"
)

// stringPrims are the functions on strings.
var stringPrims = map[string]*primSpec{
	"toString":         {arity: 1, run: primToString},
	"concatStringsSep": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.join(at, a[0], ev.force(a[1])) }},
	"concatStrings": {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return ev.join(at, Done(Text(at, "")), ev.force(a[0]))
	}},
	"concatLines": {arity: 1, run: primConcatLines},
	"concatMapStrings": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return ev.joinMapped(at, Done(Text(at, "")), a[0], a[1])
	}},
	"concatMapStringsSep": {arity: 3, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.joinMapped(at, a[0], a[1], a[2]) }},
	"concatMapAttrsStringSep": {arity: 3, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		v := ev.eachAttr(at, a[1], a[2])
		if v == nil {
			return nil
		}
		return ev.join(at, a[0], v)
	}},
	"optionalString": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return ev.choose(at, ev.force(a[0]), a[1], Done(Text(at, "")))
	}},
	"hasPrefix":         {arity: 2, run: test2(strings.HasPrefix)},
	"hasInfix":          {arity: 2, run: test2(strings.Contains)},
	"removeSuffix":      {arity: 2, run: change2(strings.TrimSuffix)},
	"toUpper":           {arity: 1, run: change1(asciiUpper)},
	"toLower":           {arity: 1, run: change1(asciiLower)},
	"trim":              {arity: 1, run: change1(func(s string) string { return strings.Trim(s, " \t\r\n") })},
	"escapeShellArg":    {arity: 1, run: primEscapeShell},
	"splitString":       {arity: 2, run: primSplit},
	"stringLength":      {arity: 1, run: primStringLength},
	"substring":         {arity: 3, run: primSubstring},
	"replaceStrings":    {arity: 3, run: primReplace},
	"strings.replicate": {arity: 2, run: primReplicateString},
	"fixedWidthString":  {arity: 3, run: primFixedWidth},
	"baseNameOf":        {arity: 1, run: primBaseName},
	"dirOf":             {arity: 1, run: primDirName},
	"boolToString":      {arity: 1, run: primBoolToString},
	"toInt":             {arity: 1, run: primToInt},
	"quote":             {arity: 1, run: change1(func(s string) string { return `"` + s + `"` })},
}

func test2(f func(s, part string) bool) func(*Evaluator, Place, []*Thunk) Value {
	return text2(func(at Place, s, part string) Value { return Bool{at, f(s, part)} })
}

func change2(f func(s, part string) string) func(*Evaluator, Place, []*Thunk) Value {
	return text2(func(at Place, s, part string) Value { return Text(at, f(s, part)) })
}

// text2 is a function of a part and a string, both known.
func text2(f func(at Place, s, part string) Value) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		part, ok := ev.textArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "a string")
		}
		s, ok := ev.textArg(a[1])
		if !ok {
			return ev.wrong(at, a[1], "a string")
		}
		return f(at, s, part)
	}
}

func change1(f func(s string) string) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		s, ok := ev.textArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "a string")
		}
		if !ev.grow(len(s)) {
			return &Unknown{Place: at, Why: tooMuch}
		}
		return Text(at, f(s))
	}
}

func asciiUpper(s string) string { return mapASCII(s, 'a', 'z', -32) }

func asciiLower(s string) string { return mapASCII(s, 'A', 'Z', 32) }

func mapASCII(s string, from, to byte, by int) string {
	out := []byte(s)
	for i, c := range out {
		if c >= from && c <= to {
			out[i] = byte(int(c) + by)
		}
	}
	return string(out)
}

func primToString(ev *Evaluator, at Place, a []*Thunk) Value {
	return ev.toString(at, ev.force(a[0]), 0)
}

// toString is builtins.toString; unlike interpolation it takes numbers, lists,
// Booleans, null and paths, the last without copying them to the store.
func (ev *Evaluator) toString(at Place, v Value, depth int) Value {
	if !ev.tick() || depth > 50 {
		return &Unknown{Place: at, Why: orElse(ev.spent(), "the list is nested too deeply")}
	}
	v = ev.Known(v)
	switch v := v.(type) {
	case *String:
		return v
	case Null:
		return Text(at, "")
	case Bool:
		if v.B {
			return Text(at, "1")
		}
		return Text(at, "")
	case Int:
		return Text(at, strconv.FormatInt(v.N, 10))
	case Float:
		return Text(at, strconv.FormatFloat(v.F, 'f', 6, 64))
	case *List:
		return ev.listToString(at, v, depth)
	case *Path:
		return &String{Place: at, Parts: []Part{{X: v, Plain: true}}}
	case *Attrs:
		if a := v.Attr("__toString"); a != nil {
			return ev.apply(at, a.V.Force(), Done(v))
		}
		if path := outPath(v); path != nil {
			return ev.toString(at, path, depth+1)
		}
	}
	if symbolic(v) {
		if isFault(v) {
			return v
		}
		return &String{Place: at, Parts: []Part{{X: v}}}
	}
	return fault(at, "cannot make a string of "+kindOf(v))
}

func (ev *Evaluator) listToString(at Place, l *List, depth int) Value {
	if l.open() {
		return &Unknown{Place: at, Why: "the list is not known"}
	}
	var b textBuilder
	for i, item := range l.Items {
		if i > 0 {
			b.text(" ")
		}
		s := ev.toString(at, item.V.Force(), depth+1)
		if isFault(s) || !b.value(s) {
			return s
		}
	}
	return ev.joined(at, &b)
}

func (ev *Evaluator) join(at Place, sep *Thunk, v Value) Value {
	l, ok := ev.Known(v).(*List)
	if !ok {
		return ev.wrong(at, Done(v), "a list")
	}
	if l.open() {
		return nil
	}
	between := ev.force(sep)
	if _, ok := between.(*String); !ok {
		return ev.wrong(at, sep, "a string")
	}
	var b textBuilder
	for i, item := range l.Items {
		if i > 0 {
			b.value(between)
		}
		piece := ev.force(item.V)
		if isFault(piece) {
			return piece
		}
		if !b.value(piece) {
			return fault(at, "cannot put "+kindOf(piece)+" into a string")
		}
		if b.size > ev.limits.Bytes {
			return &Unknown{Place: at, Why: tooMuch}
		}
	}
	return ev.joined(at, &b)
}

func (ev *Evaluator) joinMapped(at Place, sep, fn, l *Thunk) Value {
	mapped := ev.mapList(at, fn, l)
	if mapped == nil {
		return nil
	}
	return ev.join(at, sep, mapped)
}

func primConcatLines(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	nl := Item{V: Done(Text(at, "\n"))}
	lines := &List{Place: at}
	for _, item := range l.Items {
		lines.Items = append(lines.Items, item, nl)
	}
	return ev.join(at, Done(Text(at, "")), lines)
}

// primEscapeShell is lib.escapeShellArg: quotes only where a shell needs them.
func primEscapeShell(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.toString(at, ev.force(a[0]), 0).(*String)
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	t, ok := s.Text()
	if !ok {
		return nil
	}
	plain := t != "" && strings.IndexFunc(t, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(",._+:@%/-", r))
	}) < 0
	if plain {
		return Text(at, t)
	}
	return Text(at, "'"+strings.ReplaceAll(t, "'", `'\''`)+"'")
}

func primSplit(ev *Evaluator, at Place, a []*Thunk) Value {
	sep, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	s, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	if sep == "" {
		return nil
	}
	if !ev.grow(64 * (1 + strings.Count(s, sep))) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	out := &List{Place: at}
	for _, piece := range strings.Split(s, sep) {
		out.Items = append(out.Items, Item{V: Done(Text(at, piece))})
	}
	return out
}

func primStringLength(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	return Int{at, int64(len(s))}
}

func primSubstring(ev *Evaluator, at Place, a []*Thunk) Value {
	start, ok := ev.intArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "an integer")
	}
	n, ok := ev.intArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "an integer")
	}
	s, ok := ev.textArg(a[2])
	if !ok {
		return ev.wrong(at, a[2], "a string")
	}
	if start < 0 {
		return fault(at, "negative start position")
	}
	if start >= int64(len(s)) {
		return Text(at, "")
	}
	s = s[start:]
	if n >= 0 && n < int64(len(s)) {
		s = s[:n]
	}
	return Text(at, s)
}

func primReplicateString(ev *Evaluator, at Place, a []*Thunk) Value {
	n, ok := ev.intArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "an integer")
	}
	s, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	if n < 0 || n > int64(ev.limits.Bytes) || !ev.grow(int(n)*max(1, min(len(s), 1<<20))) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	return Text(at, strings.Repeat(s, int(n)))
}

func primFixedWidth(ev *Evaluator, at Place, a []*Thunk) Value {
	width, ok := ev.intArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "an integer")
	}
	fill, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	s, ok := ev.textArg(a[2])
	if !ok {
		return ev.wrong(at, a[2], "a string")
	}
	if width < int64(len(s)) || len(fill) != 1 || width > 1<<16 {
		return fault(at, "fixedWidthString takes a width of at least the string's and one filling character")
	}
	return Text(at, strings.Repeat(fill, int(width)-len(s))+s)
}

func primBaseName(ev *Evaluator, at Place, a []*Thunk) Value {
	if p, ok := ev.force(a[0]).(*Path); ok {
		return Text(at, path.Base(p.Rel))
	}
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	s = strings.TrimSuffix(s, "/")
	return Text(at, s[strings.LastIndexByte(s, '/')+1:])
}

func primDirName(ev *Evaluator, at Place, a []*Thunk) Value {
	if p, ok := ev.force(a[0]).(*Path); ok {
		return &Path{Place: at, Rel: path.Dir(p.Rel)}
	}
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	switch i := strings.LastIndexByte(s, '/'); i {
	case -1:
		return Text(at, ".")
	case 0:
		return Text(at, "/")
	default:
		return Text(at, s[:i])
	}
}

func primBoolToString(ev *Evaluator, at Place, a []*Thunk) Value {
	b, ok := ev.boolean(ev.force(a[0]))
	if !ok {
		return ev.wrong(at, a[0], "a Boolean")
	}
	return Text(at, strconv.FormatBool(b))
}

func primToInt(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n == math.MinInt64 {
		return fault(at, strconv.Quote(s)+" is not an integer")
	}
	return Int{at, n}
}
