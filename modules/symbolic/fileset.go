package symbolic

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// filesetPrims are those of lib.fileset. A file set is a set with the paths of
// its files.
var filesetPrims = map[string]*primSpec{
	"fileset.toList":       {arity: 1, lib: true, run: primFilesetList},
	"fileset.unions":       {arity: 1, lib: true, run: primFilesetUnions},
	"fileset.union":        {arity: 2, lib: true, run: filesetMerge(func(l, r bool) bool { return l || r })},
	"fileset.intersection": {arity: 2, lib: true, run: filesetMerge(func(l, r bool) bool { return l && r })},
	"fileset.difference":   {arity: 2, lib: true, run: filesetMerge(func(l, r bool) bool { return l && !r })},
	"fileset.fileFilter":   {arity: 2, lib: true, run: primFileFilter},
	"fileset.maybeMissing": {arity: 1, lib: true, run: primMaybeMissing},
	"fileset.trace":        {arity: 2, lib: true, run: second},
	"fileset.traceVal":     {arity: 1, lib: true, run: first},
	"readFileType":         {arity: 1, run: primFileType},
}

// filesetPaths names the attribute that holds the files.
const filesetPaths = "_files"

func fileset(at Place, paths []string) Value {
	slices.SortFunc(paths, func(a, b string) int { return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) })
	l := &List{Place: at}
	for _, p := range slices.Compact(paths) {
		l.Items = append(l.Items, Item{V: Done(&Path{Place: at, Rel: p})})
	}
	return NewAttrs(at, map[string]Value{"_type": Text(at, "fileset"), filesetPaths: l})
}

// filesOf are the files of a file set, or of a path that stands for one;
// otherwise the value that the call comes to.
func (ev *Evaluator) filesOf(at Place, t *Thunk) ([]string, bool, Value) {
	v := ev.force(t)
	if s, ok := v.(*Attrs); ok && s.Attr(filesetPaths) != nil {
		var out []string
		for _, item := range s.Attr(filesetPaths).V.Force().(*List).Items {
			out = append(out, item.V.Force().(*Path).Rel)
		}
		return out, true, nil
	}
	if _, ok := v.(*Path); !ok {
		return nil, false, ev.wrong(at, t, "a set")
	}
	name, other := ev.treePath(at, t)
	if name == "" || ev.files == nil {
		return nil, false, other
	}
	var out []string
	if bad := ev.below(at, name, func(file, _ string) Value { out = append(out, file); return nil }); bad != nil {
		return nil, false, bad
	}
	return out, true, nil
}

// below calls f with each file below a path, and its type, until it returns a
// value.
func (ev *Evaluator) below(at Place, name string, f func(file, kind string) Value) Value {
	kind, err := ev.fileType(name)
	if err != nil {
		return unread(at, name, err)
	}
	return ev.descend(at, name, kind, f, 0)
}

func (ev *Evaluator) descend(at Place, name, kind string, f func(file, kind string) Value, depth int) Value {
	if !ev.grow(64) || !ev.tick() || depth > 100 {
		return &Unknown{Place: at, Why: orElse(ev.spent(), "the directory is nested too deeply")}
	}
	if kind != "directory" {
		return f(name, kind)
	}
	entries, err := ev.files.Entries(name)
	if err != nil {
		return unread(at, name, err)
	}
	for _, entry := range sortedKeys(entries) {
		if v := ev.descend(at, path.Join(name, entry), entries[entry], f, depth+1); v != nil {
			return v
		}
	}
	return nil
}

// fileType is what builtins.readFileType says of a path in the tree.
func (ev *Evaluator) fileType(name string) (string, error) {
	if name == "." {
		return "directory", nil
	}
	entries, err := ev.files.Entries(path.Dir(name))
	if err != nil {
		return "", err
	}
	kind, ok := entries[path.Base(name)]
	if !ok {
		return "", fs.ErrNotExist
	}
	return kind, nil
}

func primFileType(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" || ev.files == nil {
		return other
	}
	kind, err := ev.fileType(name)
	if err != nil {
		return unread(at, name, err)
	}
	return Text(at, kind)
}

func primFilesetList(ev *Evaluator, at Place, a []*Thunk) Value {
	files, ok, other := ev.filesOf(at, a[0])
	if !ok {
		return other
	}
	return fileset(at, files).(*Attrs).Attr(filesetPaths).V.Force()
}

func primFilesetUnions(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	var all []string
	for _, item := range l.Items {
		files, ok, other := ev.filesOf(at, item.V)
		if !ok {
			return other
		}
		all = append(all, files...)
	}
	return fileset(at, all)
}

func filesetMerge(keep func(l, r bool) bool) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		l, ok, other := ev.filesOf(at, a[0])
		if !ok {
			return other
		}
		r, ok, other := ev.filesOf(at, a[1])
		if !ok {
			return other
		}
		side := map[string][2]bool{}
		for i, files := range [][]string{l, r} {
			for _, file := range files {
				s := side[file]
				s[i] = true
				side[file] = s
			}
		}
		var out []string
		for file, s := range side {
			if keep(s[0], s[1]) {
				out = append(out, file)
			}
		}
		return fileset(at, out)
	}
}

func primFileFilter(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[1])
	if name == "" || ev.files == nil {
		return other
	}
	var out []string
	unknown := false
	bad := ev.below(at, name, func(file, kind string) Value {
		base := path.Base(file)
		hasExt := &Prim{Place: at, Name: "hasExt", spec: &primSpec{arity: 1, run: hasExt(base)}}
		v := ev.Known(ev.apply(at, a[0].Force(), Done(NewAttrs(at, map[string]Value{"name": Text(at, base), "type": Text(at, kind), "hasExt": hasExt}))))
		b, ok := v.(Bool)
		switch {
		case isFault(v):
			return v
		case !ok:
			unknown = true
		case b.B:
			out = append(out, file)
		}
		return nil
	})
	if bad != nil || unknown {
		return bad
	}
	return fileset(at, out)
}

func hasExt(base string) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		ext, ok := ev.textArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "a string")
		}
		return Bool{at, strings.HasSuffix(base, "."+ext)}
	}
}

func primMaybeMissing(ev *Evaluator, at Place, a []*Thunk) Value {
	name, other := ev.treePath(at, a[0])
	if name == "" || ev.files == nil {
		return other
	}
	if _, err := ev.fileType(name); errors.Is(err, fs.ErrNotExist) {
		return fileset(at, nil)
	}
	files, ok, other := ev.filesOf(at, a[0])
	if !ok {
		return other
	}
	return fileset(at, files)
}
