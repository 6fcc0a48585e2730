package symbolic

import "strings"

// primReplace is builtins.replaceStrings: the first pattern that matches at a
// place wins, and an empty pattern matches between all bytes.
func primReplace(ev *Evaluator, at Place, a []*Thunk) Value {
	from, ok := ev.attrPath(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list of strings")
	}
	to, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list of strings")
	}
	s, ok := ev.textArg(a[2])
	if !ok {
		return ev.wrong(at, a[2], "a string")
	}
	if len(from) != len(to.Items) {
		return fault(at, "replaceStrings takes two lists of one length")
	}
	var b strings.Builder
	for i := 0; i <= len(s); {
		if ev.scan(4 * len(from)); !ev.tick() {
			return &Unknown{Place: at, Why: ev.spent()}
		}
		n := 0
		for n < len(from) && !strings.HasPrefix(s[i:], from[n]) {
			n++
		}
		switch {
		case n < len(from):
			by, ok := ev.textArg(to.Items[n].V)
			if !ok {
				return ev.wrong(at, to.Items[n].V, "a string")
			}
			if !ev.grow(len(by)) {
				return &Unknown{Place: at, Why: tooMuch}
			}
			b.WriteString(by)
			if from[n] == "" {
				if i < len(s) {
					b.WriteByte(s[i])
				}
				i++
			} else {
				i += len(from[n])
			}
		default:
			if i < len(s) {
				b.WriteByte(s[i])
			}
			i++
		}
	}
	if !ev.grow(b.Len()) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	return Text(at, b.String())
}
