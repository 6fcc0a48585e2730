package read

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// unusedOverlays are the overlays that the flake offers and that no file of
// the tree mentions.
func unusedOverlays(tree *modules.Tree, ev *symbolic.Evaluator, all []source) []fleet.Problem {
	set, ok := ev.Known(tree.Value("flake", "overlays")).(*symbolic.Attrs)
	if !ok {
		return nil
	}
	var out []fleet.Problem
	for _, name := range set.Names() {
		at := set.Attr(name).At.Pos()
		if mentioned(all, name) {
			continue
		}
		out = append(out, fleet.Problem{At: at, Severity: fleet.Warning, Text: "flake.overlays." + name + " is used by no machine: nothing in the flake mentions it",
			Hint: "it may be there for other flakes; else delete it"})
	}
	return out
}

// mentioned reports whether a file selects an overlay of that name, or the set
// of all overlays.
func mentioned(all []source, name string) bool {
	return slices.ContainsFunc(all, func(s source) bool {
		for rest := s.text; ; {
			at := bytes.Index(rest, []byte("overlays"))
			if at < 0 {
				return false
			}
			before, after := rest[:at], rest[at+len("overlays"):]
			rest = after
			if next, ok := bytes.CutPrefix(after, []byte(".")); ok {
				if bytes.HasPrefix(bytes.TrimLeft(next, `"`), []byte(name)) && !assigned(next) || bytes.HasPrefix(next, []byte("${")) {
					return true
				}
				continue
			}
			if bytes.HasSuffix(before, []byte("self.")) || bytes.HasSuffix(before, []byte("outputs.")) || bytes.HasSuffix(before, []byte("flake.")) && !assigned(after) ||
				bytes.HasSuffix(bytes.TrimSpace(before), []byte("inherit (self)")) {
				return true
			}
		}
	})
}

// assigned reports whether the line is a definition of what stands before it.
func assigned(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	path, _, ok := bytes.Cut(line, []byte("="))
	return ok && !bytes.ContainsAny(path, "[](){};")
}

// source is a Nix file of the tree.
type source struct {
	name string
	text []byte
}

// Sources are all Nix files that Nix sees in a flake.
type Sources struct{ all []source }

// Bounds of the files that are looked through for mentions.
const (
	maxSources = 20_000
	maxSource  = 1 << 20
)

// ReadSources reads all Nix files of the flake. It evaluates nothing, and may
// go on while others evaluate the tree.
func ReadSources(tree *modules.Tree, fsys fs.FS) Sources {
	var out Sources
	for _, name := range tree.NixFiles(maxSources) {
		if info, err := fs.Stat(fsys, name); err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
			continue
		}
		if text, err := fs.ReadFile(fsys, name); err == nil {
			out.all = append(out.all, source{name, text})
		}
	}
	return out
}

// deadFiles are the files that are overlays, that were not read, and whose
// path no file mentions: a layer that nothing imports.
func deadFiles(tree *modules.Tree, all []source) []fleet.Problem {
	loaded := tree.Loaded()
	var out []fleet.Problem
	for _, s := range all {
		if _, ok := slices.BinarySearch(loaded, s.name); ok || !overlayFile(s) || imported(all, s.name) {
			continue
		}
		out = append(out, fleet.Problem{At: fleet.Pos{File: s.name, Line: 1}, Severity: fleet.Warning,
			Text: "the overlay in " + s.name + " has no effect: nothing imports the file", Hint: "import it, or delete it"})
	}
	return out
}

// overlayFile reports whether a file is a function of final and prev, by the
// names that people give these.
func overlayFile(s source) bool {
	if !argument(s.text, "prev") && !argument(s.text, "super") {
		return false
	}
	f, err := syntax.Parse(s.name, s.text)
	if err != nil {
		return false
	}
	var args []string
	for n := syntax.Unparen(f.Root); ; {
		fn, ok := n.(*syntax.Lambda)
		if !ok {
			break
		}
		if fn.Arg != nil && fn.Pattern == nil {
			args = append(args, strings.TrimLeft(fn.Arg.Name, "_"))
		}
		n = syntax.Unparen(fn.Body)
	}
	if len(args) < 2 {
		return false
	}
	final, prev := args[len(args)-2], args[len(args)-1]
	return prev == "prev" && (final == "final" || final == "self" || final == "") || prev == "super" && (final == "self" || final == "final" || final == "")
}

// argument reports whether a text may have a function's argument of a name, of
// which only the end is given.
func argument(text []byte, name string) bool {
	for {
		_, after, ok := bytes.Cut(text, []byte(name))
		if !ok {
			return false
		}
		text = after
		if after = bytes.TrimSpace(after); len(after) > 0 && strings.IndexByte(":#/", after[0]) >= 0 { // or a comment, behind which it stands
			return true
		}
	}
}

// imported reports whether another file mentions a file's name, or that of a
// directory around it which has no default.nix: something may read that whole.
func imported(all []source, name string) bool {
	names := []string{"/" + path.Base(name)}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		own := slices.ContainsFunc(all, func(s source) bool { return s.name == path.Join(dir, "default.nix") })
		if own && path.Base(name) != "default.nix" {
			break
		}
		names = append(names, "/"+path.Base(dir))
	}
	return slices.ContainsFunc(all, func(s source) bool {
		return s.name != name && slices.ContainsFunc(names, func(n string) bool { return ends(s.text, n) })
	})
}

// ends reports whether a path that a text has ends in a name, as far as it is
// written: what follows may be computed.
func ends(text []byte, name string) bool {
	for {
		at := bytes.Index(text, []byte(name))
		if at < 0 {
			return false
		}
		text = text[at+len(name):]
		rest := bytes.TrimPrefix(text, []byte("/"))
		if len(rest) == 0 || !(rest[0] == '_' || rest[0] == '-' || rest[0] == '.' || rest[0] == '+' || '0' <= rest[0] && rest[0] <= '9' || 'A' <= rest[0] && rest[0] <= 'Z' || 'a' <= rest[0] && rest[0] <= 'z') {
			return true
		}
	}
}
