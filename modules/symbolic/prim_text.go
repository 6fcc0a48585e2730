package symbolic

import (
	"fmt"
	"strconv"
	"strings"
)

// textPrims are the functions that take strings apart.
var textPrims = map[string]*primSpec{
	"match":               {arity: 2, run: primMatch},
	"split":               {arity: 2, run: primRegexSplit},
	"splitVersion":        {arity: 1, run: primSplitVersion},
	"compareVersions":     {arity: 2, run: primCompareVersions},
	"parseDrvName":        {arity: 1, run: primDrvName},
	"escapeURL":           {arity: 1, lib: true, run: change1(escapeURL)},
	"stringToCharacters":  {arity: 1, lib: true, run: primCharacters},
	"escapeNixIdentifier": {arity: 1, lib: true, run: change1(AttrName)},
	"fromHexString":       {arity: 1, lib: true, run: primFromHex},
	"toIntBase10":         {arity: 1, lib: true, run: primToInt},
	"hasSuffix":           {arity: 2, lib: true, run: primHasSuffix},
	"removePrefix":        {arity: 2, lib: true, run: primRemovePrefix},
	"path.hasPrefix":      {arity: 2, lib: true, run: primPathPrefix},
	"path.removePrefix":   {arity: 2, lib: true, run: primPathRemove},
}

// versionParts splits a version as builtins.splitVersion does: at dots and
// dashes, and between digits and anything else.
func versionParts(s string) []string {
	var parts []string
	for i := 0; i < len(s); {
		if s[i] == '.' || s[i] == '-' {
			i++
			continue
		}
		start, digits := i, digit(s[i])
		for i < len(s) && digit(s[i]) == digits && s[i] != '.' && s[i] != '-' {
			i++
		}
		parts = append(parts, s[start:i])
	}
	return parts
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func primSplitVersion(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	out := &List{Place: at}
	for _, part := range versionParts(s) {
		out.Items = append(out.Items, Item{V: Done(Text(at, part))})
	}
	return out
}

// compareVersions orders versions as Nix does: numbers by value and above
// words, "pre" below everything, words alphabetically.
func compareVersions(a, b string) int64 {
	l, r := versionParts(a), versionParts(b)
	for i := range max(len(l), len(r)) {
		var x, y string
		if i < len(l) {
			x = l[i]
		}
		if i < len(r) {
			y = r[i]
		}
		if versionLess(x, y) {
			return -1
		}
		if versionLess(y, x) {
			return 1
		}
	}
	return 0
}

func versionLess(a, b string) bool {
	n, nerr := strconv.ParseUint(a, 10, 31)
	m, merr := strconv.ParseUint(b, 10, 31)
	switch {
	case nerr == nil && merr == nil:
		return n < m
	case a == "" && merr == nil:
		return true
	case a == "pre" && b != "pre":
		return true
	case b == "pre":
		return false
	case merr == nil: // words are below numbers
		return true
	case nerr == nil:
		return false
	}
	return a < b
}

func primCompareVersions(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	r, ok := ev.textArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a string")
	}
	return Int{at, compareVersions(l, r)}
}

// primDrvName splits name-version at the first dash that no letter follows.
func primDrvName(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	name, version := s, ""
	for i := range len(s) - 1 {
		next := s[i+1]
		if s[i] == '-' && !(next >= 'a' && next <= 'z' || next >= 'A' && next <= 'Z') {
			name, version = s[:i], s[i+1:]
			break
		}
	}
	return NewAttrs(at, map[string]Value{"name": Text(at, name), "version": Text(at, version)})
}

// escapeURL is lib.escapeURL, which leaves what is not ASCII.
func escapeURL(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit(c) || c >= 0x80 || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func primCharacters(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	if !ev.grow(64 * len(s)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	out := &List{Place: at, Items: make([]Item, len(s))}
	for i := range len(s) {
		out.Items[i].V = Done(Text(at, s[i:i+1]))
	}
	return out
}

func primFromHex(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "0x"), 16, 64)
	if err != nil {
		return &Unknown{Place: at, Why: strconv.Quote(s) + " is not a number in base 16 that fits"}
	}
	return Int{at, n}
}

// lastPart is the last component of a path or of a string that ends with one.
func lastPart(v Value) (name string, ok bool) {
	switch v := v.(type) {
	case *Path:
		return v.Rel[strings.LastIndexByte(v.Rel, '/')+1:], true
	case *String:
		if len(v.Parts) == 0 {
			return "", false
		}
		last := v.Parts[len(v.Parts)-1]
		if last.X != nil {
			return lastPart(last.X)
		}
		return last.Text, true
	}
	return "", false
}

// primHasSuffix knows the end of a path even though it does not know where
// the tree is.
func primHasSuffix(ev *Evaluator, at Place, a []*Thunk) Value {
	end, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	if s, ok := ev.textArg(a[1]); ok {
		return Bool{at, strings.HasSuffix(s, end)}
	}
	tail, ok := lastPart(ev.force(a[1]))
	if !ok || len(tail) < len(end) {
		return ev.wrong(at, a[1], "a string")
	}
	return Bool{at, strings.HasSuffix(tail, end)}
}

// primRemovePrefix takes the text of a directory off that of a path below it,
// too.
func primRemovePrefix(ev *Evaluator, at Place, a []*Thunk) Value {
	prefix, pok := ev.textArg(a[0])
	s, sok := ev.textArg(a[1])
	if pok && sok {
		return Text(at, strings.TrimPrefix(s, prefix))
	}
	dir, rest, dok := treeText(ev.force(a[0]))
	path, more, ok := treeText(ev.force(a[1]))
	if dok && ok && rest == "" {
		if dir == "." {
			return Text(at, "/"+path+more)
		}
		if tail, found := strings.CutPrefix(path+more, dir); found {
			return Text(at, tail)
		}
	}
	if !pok {
		return ev.wrong(at, a[0], "a string")
	}
	return ev.wrong(at, a[1], "a string")
}

// treeText takes a string apart that starts with the text of a path of the
// tree, as toString gives it.
func treeText(v Value) (path, rest string, ok bool) {
	s, isString := v.(*String)
	if !isString || len(s.Parts) == 0 || len(s.Parts) > 2 || !s.Parts[0].Plain {
		return "", "", false
	}
	p, isPath := s.Parts[0].X.(*Path)
	if !isPath || strings.HasPrefix(p.Rel, "/") || strings.HasPrefix(p.Rel, "..") {
		return "", "", false
	}
	if len(s.Parts) == 2 {
		if s.Parts[1].X != nil {
			return "", "", false
		}
		rest = s.Parts[1].Text
	}
	return p.Rel, rest, true
}

// pathsOf are two paths of the tree.
func (ev *Evaluator) pathsOf(a []*Thunk) (dir, path string, ok bool) {
	d, dok := ev.force(a[0]).(*Path)
	p, pok := ev.force(a[1]).(*Path)
	if !dok || !pok || strings.HasPrefix(d.Rel, "/") || strings.HasPrefix(p.Rel, "/") || strings.HasPrefix(d.Rel, "..") || strings.HasPrefix(p.Rel, "..") {
		return "", "", false
	}
	return d.Rel, p.Rel, true
}

// relative is path below dir, both relative to the tree: "." for dir itself.
func relative(dir, path string) (string, bool) {
	switch {
	case dir == path:
		return ".", true
	case dir == ".":
		return path, true
	}
	return strings.CutPrefix(path, dir+"/")
}

func primPathPrefix(ev *Evaluator, at Place, a []*Thunk) Value {
	dir, path, ok := ev.pathsOf(a)
	if !ok {
		return nil
	}
	_, below := relative(dir, path)
	return Bool{at, below}
}

func primPathRemove(ev *Evaluator, at Place, a []*Thunk) Value {
	dir, path, ok := ev.pathsOf(a)
	if !ok {
		return nil
	}
	rest, below := relative(dir, path)
	switch {
	case !below:
		return fault(at, "path.removePrefix: the first path is not above the second")
	case rest == ".":
		return Text(at, "./.")
	}
	return Text(at, "./"+rest)
}
