package symbolic

import (
	"errors"
	"io/fs"
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

// outside reports whether a clean path relative to the files leads out of them.
func outside(name string) bool {
	return strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") || name == ".." || strings.HasPrefix(name, "../")
}

// treePath is a path inside of the files. Where it is not one, other is what
// the function that reads it comes to: nil if nothing is known of the path.
func (ev *Evaluator) treePath(at Place, t *Thunk) (name string, other Value) {
	switch p := ev.force(t).(type) {
	case *Path:
		name = p.Rel
	case *String:
		if s, ok := p.Text(); ok && strings.HasPrefix(s, "/") {
			name = s
		}
	case *Unknown:
		if p.Fault {
			return "", p
		}
	}
	switch {
	case name == "":
		return "", nil
	case outside(name):
		return "", &Unknown{Place: at, Why: Line(name) + " is outside of the fleet"}
	}
	return name, nil
}

func primImport(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" {
		return other
	}
	return ev.Import(at, name)
}

// unread is a file that the function needs and that cannot be read. Nix fails
// too where there is none; what else is in the way may be so only here.
func unread(at Place, what string, err error) Value {
	return &Unknown{Place: at, Why: "cannot read " + what + ": " + err.Error(), Fault: errors.Is(err, fs.ErrNotExist)}
}

func primReadFile(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" || ev.files == nil {
		return other
	}
	content, err := ev.files.Content(name)
	if err != nil {
		return unread(at, name, err)
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
	name, other := ev.treePath(at, a[0])
	if name == "" || ev.files == nil {
		return other
	}
	entries, err := ev.files.Entries(name)
	if err != nil {
		return unread(at, "the directory "+name, err)
	}
	out := emptyAttrs(at)
	for entry, kind := range entries {
		out.set(entry, Done(Text(at, kind)), at)
	}
	return out
}

func primPathExists(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" || ev.files == nil {
		return other
	}
	if _, err := ev.files.Entries(name); err == nil {
		return Bool{at, true}
	}
	_, err := ev.files.Content(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unread(at, name, err)
	}
	return Bool{at, err == nil}
}
