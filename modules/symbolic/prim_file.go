package symbolic

import (
	"errors"
	"io/fs"
	"path"
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
		name = textPath(p)
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

// textPath is the path that a string means, if it starts with one: of the tree,
// of the flake itself, or an absolute one. "" if it does not.
func textPath(s *String) string {
	if t, ok := s.Text(); ok {
		if strings.HasPrefix(t, "/") {
			return t
		}
		return ""
	}
	if len(s.Parts) > 2 || len(s.Parts) == 2 && (s.Parts[1].X != nil || !subPath(s.Parts[1].Text)) {
		return ""
	}
	base := ""
	switch x := s.Parts[0].X.(type) {
	case *Path:
		base = x.Rel
	case *Ref:
		if x.Root == Flake && (len(x.Path) == 1 || len(x.Path) == 2 && x.Path[1] == "outPath") && x.Path[0] == "flake" {
			base = "."
		}
	}
	if base == "" || len(s.Parts) == 1 {
		return base
	}
	// What is above a directory that was copied to the store is not there.
	if joined := path.Join(base, s.Parts[1].Text); joined == base || base == "." && !outside(joined) || strings.HasPrefix(joined, base+"/") {
		return joined
	}
	return ""
}

// subPath reports whether s is a way down from a directory, to a file or to
// another one, that any file system follows alike.
func subPath(s string) bool {
	if !strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") || strings.HasSuffix(s, "/.") {
		return false
	}
	return !strings.Contains(s+"/", "/../")
}

func primImport(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" {
		from := ev.force(a[0])
		if lib := libraryOf(at, from); lib != nil {
			return lib
		}
		if list := ev.presetOf(at, from); list != nil {
			return list
		}
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
	attrs := make([]Attr, 0, len(entries))
	for entry, kind := range entries {
		attrs = append(attrs, Attr{name: entry, V: Done(Text(at, kind)), At: at})
	}
	return makeSet(at, attrs)
}

func primPathExists(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" || ev.files == nil {
		return other
	}
	if _, err := ev.fileType(name); err == nil {
		return Bool{at, true}
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
