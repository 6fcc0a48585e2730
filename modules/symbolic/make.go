package symbolic

import (
	"path"
	"strings"
)

// Later returns a value that fn computes when it is first asked for, within
// the budget of whoever asks.
func (ev *Evaluator) Later(fn func() Value) *Thunk { return ev.later(fn) }

// NewSet makes a set of attributes that are not computed yet; rest are values
// that are not known and of which the set may have any attribute.
func NewSet(at Place, attrs map[string]*Attr, rest ...Value) *Attrs {
	all := make([]Attr, 0, len(attrs))
	for name, a := range attrs {
		all = append(all, Attr{name: name, V: a.V, At: a.At, Maybe: a.Maybe})
	}
	out := makeSet(at, all)
	out.Rest = rest
	return out
}

// selection is the attribute of what a call comes to that is not known: a call
// of getAttr.
func selection(at Place, c *Call, name string) Value {
	get := &Call{Place: at, Fn: &Prim{Place: at, Name: "getAttr", spec: prims["getAttr"]}, Arg: Done(Text(at, name))}
	return &Call{Place: at, Fn: get, Arg: Done(c)}
}

// Selection takes the attribute of a call that is not known apart.
func Selection(v Value) (of Value, name string, ok bool) {
	c, ok := v.(*Call)
	if !ok {
		return nil, "", false
	}
	get, ok := c.Fn.(*Call)
	if !ok {
		return nil, "", false
	}
	if p, isPrim := get.Fn.(*Prim); !isPrim || p.Name != "getAttr" {
		return nil, "", false
	}
	s, ok := get.Arg.Force().(*String)
	if !ok {
		return nil, "", false
	}
	name, ok = s.Text()
	return c.Arg.Force(), name, ok
}

// InTree is the path that a string names if it is one of the flake's own
// files: "${self}/modules". It is relative to the root of the files.
func (s *String) InTree() (string, bool) {
	if len(s.Parts) == 0 || len(s.Parts) > 2 {
		return "", false
	}
	base := "."
	switch x := s.Parts[0].X.(type) {
	case *Path:
		base = x.Rel
	case *Ref:
		if !x.source() {
			return "", false
		}
	default:
		return "", false
	}
	rest := ""
	if len(s.Parts) == 2 {
		if s.Parts[1].X != nil || s.Parts[1].Text[0] != '/' {
			return "", false
		}
		rest = s.Parts[1].Text
	}
	name := path.Clean(base + rest)
	return name, !outside(name)
}

// libraryOf is nixpkgs' lib where v is the path of its directory in an input:
// "${inputs.nixpkgs}/lib".
func libraryOf(at Place, v Value) Value {
	s, ok := v.(*String)
	if !ok || len(s.Parts) != 2 || s.Parts[1].X != nil {
		return nil
	}
	r, ok := s.Parts[0].X.(*Ref)
	if !ok || r.Root != Inputs || len(r.Path) == 0 || !strings.HasPrefix(r.Path[0], "nixpkgs") {
		return nil
	}
	if len(r.Path) > 1 && !(len(r.Path) == 2 && r.Path[1] == "outPath") {
		return nil
	}
	if file := path.Clean(s.Parts[1].Text); file != "/lib" && file != "/lib/default.nix" {
		return nil
	}
	return &Ref{Place: at, Root: Lib}
}

// Spent reports whether the budget since Begin is used up.
func (ev *Evaluator) Spent() bool { return ev.steps > ev.limits.Steps || ev.bytes > ev.limits.Bytes }

// BeginSmall starts a budget of a fiftieth of the limits.
func (ev *Evaluator) BeginSmall() {
	ev.steps, ev.bytes = ev.limits.Steps-ev.limits.Steps/50, ev.limits.Bytes-ev.limits.Bytes/50
}

// Preset says what a file comes to in place of what is in it, until the next
// call of Resolve.
func (ev *Evaluator) Preset(file string, v Value) { ev.loaded[file] = Done(v) }

// PresetInput says that the default.nix of an input of the flake is a list of
// strings.
func (ev *Evaluator) PresetInput(name string, list []string) {
	if ev.inputs == nil {
		ev.inputs = map[string][]string{}
	}
	ev.inputs[name] = list
}

// presetOf is what an import of v is where v is an input with a preset, or nil.
func (ev *Evaluator) presetOf(at Place, v Value) Value {
	r, ok := v.(*Ref)
	if !ok || r.Root != Inputs || len(r.Path) == 0 || len(r.Path) > 2 || len(r.Path) == 2 && r.Path[1] != "outPath" {
		return nil
	}
	list, ok := ev.inputs[r.Path[0]]
	if !ok {
		return nil
	}
	texts := make([]*Thunk, len(list))
	for i, s := range list {
		texts[i] = Done(Text(at, s))
	}
	return newList(at, texts...)
}
