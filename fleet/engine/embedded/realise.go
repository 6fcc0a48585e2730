package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/modules/compose"
)

// onlyNix is the reason for everything that takes a real build.
const onlyNix = "only Nix can build this"

// realisation is what comes of a composition: the files to put on the host
// and what could not be realised.
type realisation struct {
	files []wanted // by source
	left  []engine.LeftOut
}

// realise works out the files of all scopes.
func (e *Engine) realise(c compose.Composition) realisation {
	var r realisation
	for _, scope := range append([]compose.Scope{c.Scope}, c.Homes...) {
		e.realiseScope(&r, c.Class, scope)
	}
	r.dropClashes()
	slices.SortFunc(r.left, func(a, b engine.LeftOut) int {
		return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.What, b.What))
	})
	return r
}

func (r *realisation) leave(scope, what, why string) {
	r.left = append(r.left, engine.LeftOut{Scope: scope, What: line(what), Why: line(why)})
}

func (e *Engine) realiseScope(r *realisation, class fleet.Class, scope compose.Scope) {
	files, took := declaredFiles(scope)
	for _, f := range files {
		e.realiseFile(r, class, scope.User, f)
	}
	for _, p := range scope.Packages {
		took[p.Option] = true
	}
	for _, o := range scope.Options {
		switch {
		case len(o.Definitions) == 0:
		case o.Merged.State != compose.Known && (!took[o.Path] || isPackages(scope, o.Path)):
			r.leave(scope.User, o.Path, unknownReason(o))
		case !took[o.Path]:
			r.leave(scope.User, o.Path, onlyNix)
		}
	}
	seen := make(map[string]bool)
	for _, f := range scope.Foreign {
		if !seen[f.Ref] {
			seen[f.Ref] = true
			r.leave(scope.User, "imports "+f.Ref, "a module from outside of the tree; "+onlyNix)
		}
	}
}

// isPackages reports whether the option lists packages for the manifest.
func isPackages(scope compose.Scope, option string) bool {
	return slices.ContainsFunc(scope.Packages, func(p compose.Package) bool { return p.Option == option })
}

// realiseFile realises one file, or leaves all of its options out.
func (e *Engine) realiseFile(r *realisation, class fleet.Class, user string, f *declared) {
	w, why := e.file(class, user, f)
	names := slices.Sorted(maps.Keys(f.attrs))
	if why != "" {
		for _, name := range names {
			if a := f.attrs[name]; !a.known {
				r.leave(user, a.option, a.why)
			} else {
				r.leave(user, a.option, why)
			}
		}
		return
	}
	for _, name := range names {
		a := f.attrs[name]
		switch {
		case !a.known:
			r.leave(user, a.option, a.why)
		case name == "mode" && f.option == "environment.etc":
			if w != nil && !linkMode(a.value) {
				r.leave(user, a.option, "this engine links files and sets no other mode than 0444 and 0555")
			}
		case !f.has(name):
			r.leave(user, a.option, onlyNix)
		}
	}
	if w != nil {
		r.files = append(r.files, *w)
	}
}

// has reports whether the engine understands an attribute of the file.
func (f *declared) has(name string) bool {
	switch name {
	case "text", "source", "enable", "target":
		return true
	case "mode":
		return f.option == "environment.etc"
	case "executable":
		return f.option != "environment.etc"
	}
	return false
}

// file gives the file that declares comes to: nil without a reason when it is
// disabled, and nil with the reason when it cannot be realised.
func (e *Engine) file(class fleet.Class, user string, f *declared) (w *wanted, why string) {
	if a, ok := f.attrs["enable"]; ok && a.known && a.value == false {
		return nil, ""
	}
	for _, name := range slices.Sorted(maps.Keys(f.attrs)) {
		if !f.attrs[name].known && f.has(name) {
			return nil, "the file is left out: its " + name + " is not known"
		}
	}
	target := f.name
	if a, ok := f.attrs["target"]; ok && a.value != nil {
		target, ok = a.value.(string)
		if !ok {
			return nil, "the file is left out: its target is not a string"
		}
	}
	if !validTarget(target) {
		return nil, "the file is left out: " + strconv.Quote(clip(line(target), 100)) + " is no path that can be put below its directory"
	}
	if user != "" && !userName().MatchString(user) {
		return nil, "the file is left out: " + strconv.Quote(clip(line(user), 100)) + " is not the name of a user"
	}
	out := f.places(class, user, target)
	out.executable = f.executable()
	out.content, why = e.content(f)
	if why != "" {
		return nil, why
	}
	return &out, ""
}

// executable is home-manager's executable attribute, or the x bit of NixOS's
// mode.
func (f *declared) executable() bool {
	if f.option != "environment.etc" {
		return f.attrs["executable"].value == true
	}
	mode, _ := f.attrs["mode"].value.(string)
	n, err := strconv.ParseUint(mode, 8, 32)
	return err == nil && n&0o100 != 0
}

// linkMode reports whether a mode of environment.etc is one that a link to a
// store object has.
func linkMode(value any) bool {
	switch value {
	case nil, "symlink", "direct-symlink", "0444", "444", "0555", "555":
		return true
	}
	return false
}

// content gives the bytes of a file, or why there are none.
func (e *Engine) content(f *declared) (content []byte, why string) {
	text, source := f.attrs["text"].value, f.attrs["source"].value
	switch {
	case text != nil && source != nil:
		return nil, "the file is left out: both its text and its source are set"
	case text != nil:
		s, ok := text.(string)
		if !ok {
			return nil, "the file is left out: its text is not a string"
		}
		return []byte(s), ""
	case source == nil:
		return nil, "the file is left out: this tree gives it neither text nor source"
	}
	p, ok := source.(compose.PathRef)
	if !ok {
		return nil, onlyNix
	}
	content, err := e.readFile(p.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Sprintf("the file is left out: its source %s does not exist", p.Path)
	case err != nil: // the error may name a place on this computer: not in a record
		return nil, fmt.Sprintf("the file is left out: its source %s cannot be read as a file", p.Path)
	}
	return content, ""
}

// dropClashes leaves out every file that wants the place of another or a place
// below it, and puts the rest in order.
func (r *realisation) dropClashes() {
	slices.SortStableFunc(r.files, func(a, b wanted) int { return strings.Compare(a.source, b.source) })
	taken := make(map[string]bool)
	kept := r.files[:0]
	for _, f := range r.files {
		clash := taken[f.source]
		for i, c := range f.source {
			clash = clash || c == '/' && taken[f.source[:i]]
		}
		if clash {
			r.leave("", f.shown, "another file of this configuration has its place")
			continue
		}
		taken[f.source] = true
		kept = append(kept, f)
	}
	r.files = kept
}

// unknownReason says why the merge of an option is not known.
func unknownReason(o compose.Option) string {
	reason := withoutPositions(o.Merged.Reason)
	switch {
	case o.Merged.State == compose.Known:
		return ""
	case o.Merged.State == compose.Conflict:
		return "definitions in conflict: " + reason
	case reason == "":
		return "value not known"
	}
	return "value not known: " + reason
}
