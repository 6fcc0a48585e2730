package symbolic

import (
	"strings"
	"unicode/utf8"
)

// filePrims are the functions that read files of the tree.
var filePrims = map[string]*primSpec{
	"import":     {arity: 1, run: primImport},
	"readFile":   {arity: 1, run: primReadFile},
	"readDir":    {arity: 1, run: primReadDir},
	"pathExists": {arity: 1, run: primPathExists},
}

// treePath is a path inside of the files.
func treePath(t *Thunk) (string, bool) {
	p, ok := t.Force().(*Path)
	if !ok || strings.HasPrefix(p.Rel, "/") || strings.HasPrefix(p.Rel, "..") {
		return "", false
	}
	return p.Rel, true
}

func primImport(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := treePath(a[0])
	if !ok {
		return wrongPath(at, a[0])
	}
	return ev.Import(at, name)
}

func wrongPath(at Place, t *Thunk) Value {
	if isFault(t.Force()) {
		return t.Force()
	}
	return nil
}

func primReadFile(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := treePath(a[0])
	if !ok || ev.files == nil {
		return wrongPath(at, a[0])
	}
	content, err := ev.files.Content(name)
	if err != nil {
		return fault(at, "cannot read "+name+": "+err.Error())
	}
	if !utf8.Valid(content) {
		return &Unknown{Place: at, Why: name + " is not text"}
	}
	if !ev.grow(len(content)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	return Text(at, string(content))
}

func primReadDir(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := treePath(a[0])
	if !ok || ev.files == nil {
		return wrongPath(at, a[0])
	}
	entries, err := ev.files.Entries(name)
	if err != nil {
		return fault(at, "cannot read the directory "+name+": "+err.Error())
	}
	out := emptyAttrs(at)
	for entry, kind := range entries {
		out.set(entry, Done(Text(at, kind)), at)
	}
	return out
}

func primPathExists(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := treePath(a[0])
	if !ok || ev.files == nil {
		return wrongPath(at, a[0])
	}
	if _, err := ev.files.Entries(name); err == nil {
		return Bool{at, true}
	}
	_, err := ev.files.Content(name)
	return Bool{at, err == nil}
}
