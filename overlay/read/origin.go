package read

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/modules/syntax"
	"assay/overlay"
)

// entry says what a name is.
func (r *reader) entry(n *attribute, channels []fleet.Channel) overlay.Entry {
	e := overlay.Entry{Package: n.name, Condition: n.condition, At: n.at.Pos()}
	if n.byName != nil {
		e.Kind, e.File, e.Pkgs, e.At = overlay.LayerPackages, n.byName.File, n.pkgs, fleet.Pos{File: n.byName.File, Line: 1}
		return e
	}
	r.ev.Begin()
	o := &origin{r: r, name: n.name, channels: channels, e: &e}
	o.value(n.v, 0)
	if b, node := r.binding(n); node != nil {
		e.Note = r.note(n)
		o.mentions(b.file, node)
	} else if e.Kind == overlay.LayerPackages && e.File != "" {
		e.At = fleet.Pos{File: e.File, Line: 1} // the name is that of the file
	}
	slices.Sort(e.Start.Others)
	e.Start.Others = slices.Compact(e.Start.Others)
	return e
}

// origin finds out what the value of a name is.
type origin struct {
	r        *reader
	name     string
	channels []fleet.Channel
	e        *overlay.Entry
	steps    int
}

// changers are the functions of a package, or of a set of packages, that make
// another one of it.
var changers = []string{"override", "overrideAttrs", "overrideDerivation", "overridePythonAttrs", "overrideScope", "overrideScope'",
	"overrideModAttrs", "overrideCabal", "extend", "withPackages", "appendOverlays", "overrideSrc", "withPlugins", "withExtensions"}

func (o *origin) value(v symbolic.Value, depth int) {
	e := o.e
	v = o.r.ev.Known(v)
	if c, ok := o.r.channel(v); ok {
		e.Kind, e.Channel, e.Input = overlay.LayerInputs, c.Name, c.Input
		return
	}
	switch v := v.(type) {
	case *symbolic.Ref:
		o.ref(v)
	case *symbolic.Call:
		o.call(v, depth)
	case *symbolic.Attrs:
		o.set(v)
	case *symbolic.Cond:
		o.cond(v, depth)
	case *symbolic.Unknown:
		e.Kind, e.Text, e.Start.Unclear = overlay.KindUnknown, v.Why, true
	default:
		e.Kind = overlay.KindValue
	}
}

// cond is a value of which one of two holds: what they have in common.
func (o *origin) cond(c *symbolic.Cond, depth int) {
	if depth > 8 {
		o.e.Kind, o.e.Text, o.e.Start.Unclear = overlay.KindUnknown, "too many conditions are inside of each other", true
		return
	}
	base := *o.e
	o.value(c.Then.Force(), depth+1)
	then := *o.e
	*o.e = base
	o.value(c.Else.Force(), depth+1)
	els := *o.e
	switch {
	case then.Kind == els.Kind && then.Channel == els.Channel && then.Input == els.Input:
		*o.e = then
		o.e.Start.Others = append(slices.Clip(then.Start.Others), els.Start.Others...)
	case then.Kind == overlay.LayerFlakeInputs: // inputs.x.packages.SYSTEM.y or z
		*o.e = then
		o.e.Start.Others = append(slices.Clip(then.Start.Others), els.Start.Others...)
	default:
		*o.e = base
		o.e.Kind, o.e.Text = overlay.KindUnknown, "depends on "+text(c.If)
	}
	o.e.Start.Prev = then.Start.Prev || els.Start.Prev
	o.e.Start.Unclear = o.e.Start.Unclear || then.Start.Prev != els.Start.Prev
}

// ref is a package, or a set of them, that is taken from somewhere.
func (o *origin) ref(ref *symbolic.Ref) {
	e := o.e
	switch path := ref.Path; {
	case (ref.Root == symbolic.Final || ref.Root == symbolic.Prev) && len(path) == 0:
		e.Kind = overlay.KindValue
	case ref.Root == symbolic.Final || ref.Root == symbolic.Prev:
		if alias := o.alias(path[0]); alias != nil && len(path) > 1 {
			o.hotfix(alias.Name, alias.As, path[1:])
			return
		}
		e.Kind = overlay.LayerOverrides
		o.start(ref, path)
	case ref.Root == symbolic.Inputs && len(path) > 3 && path[1] == "legacyPackages":
		o.hotfix(path[0], "", path[3:])
	case ref.Root == symbolic.Inputs && len(path) > 1:
		e.Kind, e.Input = overlay.LayerFlakeInputs, path[0]
	case ref.Root == symbolic.Inputs, ref.Root == symbolic.Lib, ref.Root == symbolic.Builtins:
		e.Kind = overlay.KindValue
		e.Start.Prev = ref.Root == symbolic.Lib && o.name == "lib"
	case ref.Root == symbolic.Flake && len(path) > 3 && path[0] == "flake" && (path[1] == "packages" || path[1] == "legacyPackages"):
		e.Kind, e.Pkgs = overlay.LayerPackages, overlay.PkgsPerSystem
	case ref.Root == symbolic.Arg && len(path) > 3 && path[0] == "perSystem" && path[2] == "packages":
		e.Kind, e.Pkgs = overlay.LayerPackages, overlay.PkgsPerSystem
	case ref.Root == symbolic.Flake && len(path) <= 1:
		e.Kind = overlay.KindValue
	default:
		e.Kind, e.Text, e.Start.Unclear = overlay.KindUnknown, symbolic.Why(ref), true
	}
}

func (o *origin) hotfix(channel, alias string, path []string) {
	o.e.Kind, o.e.Channel = overlay.LayerHotfixes, channel
	if alias != channel {
		o.e.Alias = alias
	}
	if of := strings.Join(path, "."); of != o.name {
		o.e.Of = of
	}
}

func (o *origin) alias(name string) *fleet.Channel {
	for i := range o.channels {
		if o.channels[i].As == name {
			return &o.channels[i]
		}
	}
	return nil
}

// start notes what is taken of the sets that an overlay gets.
func (o *origin) start(ref *symbolic.Ref, path []string) {
	s := &o.e.Start
	switch alias := o.alias(path[0]); {
	case alias != nil && len(path) > 1:
		if !slices.Contains(s.Channels, alias.As) {
			s.Channels = append(s.Channels, alias.As)
		}
	case ref.Root == symbolic.Prev && path[0] == o.name:
		s.Prev = true
	case ref.Root == symbolic.Prev:
		s.Others = append(s.Others, path[0])
	}
}

// call is something that a function makes.
func (o *origin) call(c *symbolic.Call, depth int) {
	e := o.e
	if of, name, ok := symbolic.Selection(c); ok && depth < 16 {
		if channel, ok := o.r.channel(of); ok {
			o.hotfix(channel.Name, "", []string{name})
			return
		}
		o.value(of, depth+1)
		return
	}
	fn, args := applied(c)
	if of, name, ok := symbolic.Selection(fn); ok && depth < 16 {
		if channel, isChannel := o.r.channel(of); isChannel {
			e.Kind, e.Channel = overlay.LayerPackages, channel.Name
			return
		}
		o.value(of, depth+1)
		if slices.Contains(changers, name) && (e.Kind == overlay.LayerHotfixes || e.Kind == overlay.LayerFlakeInputs) {
			e.Kind = overlay.LayerOverrides
			if e.Alias != "" {
				e.Start.Channels = []string{e.Alias}
			}
		}
		return
	}
	switch fn := fn.(type) {
	case *symbolic.Ref:
		o.called(fn, args)
	case *symbolic.Prim:
		e.Kind, e.Text, e.Start.Unclear = overlay.KindUnknown, symbolic.Why(c), true
	default:
		e.Kind, e.Text, e.Start.Unclear = overlay.KindUnknown, symbolic.Why(c), true
	}
}

// called is what a function that is not known makes.
func (o *origin) called(fn *symbolic.Ref, args []*symbolic.Thunk) {
	e := o.e
	if len(fn.Path) == 0 {
		e.Kind, e.Text, e.Start.Unclear = overlay.KindUnknown, symbolic.Why(fn), true
		return
	}
	last := fn.Path[len(fn.Path)-1]
	ours := fn.Root == symbolic.Final || fn.Root == symbolic.Prev
	switch {
	case slices.Contains(changers, last) && ours && len(fn.Path) > 1:
		e.Kind = overlay.LayerOverrides
		o.start(fn, fn.Path[:len(fn.Path)-1])
	case slices.Contains(changers, last) && fn.Root == symbolic.Inputs:
		e.Kind, e.Input = overlay.LayerOverrides, fn.Path[0]
	case strings.HasPrefix(last, "callPackage") || last == "callCabal2nix":
		e.Kind = overlay.LayerPackages
		if p, ok := o.r.ev.Known(args[0].Force()).(*symbolic.Path); ok {
			e.File = fileOf(o.r, p.Rel)
		}
		if alias := o.alias(fn.Path[0]); ours && alias != nil && len(fn.Path) > 1 {
			e.Channel, e.Alias = alias.Name, alias.As
		}
	case ours:
		e.Kind = overlay.LayerPackages // a builder of nixpkgs makes it
	case fn.Root == symbolic.Inputs:
		e.Kind, e.Input = overlay.LayerFlakeInputs, fn.Path[0]
	default:
		e.Kind, e.Text, e.Start.Unclear = overlay.KindUnknown, symbolic.Why(fn), true
	}
	for _, a := range args {
		o.inside(a, 0)
	}
	if e.Kind == overlay.LayerPackages && e.Start.Prev {
		e.Kind = overlay.LayerOverrides // it wraps what was there
	}
}

// set is a set that is written in place.
func (o *origin) set(set *symbolic.Attrs) {
	o.e.Kind = overlay.KindValue
	parts, _ := set.Parts()
	for _, v := range append(slices.Clip(set.Rest), parts...) {
		if inner, ok := v.(*symbolic.Attrs); ok && len(inner.Rest) == 0 {
			if more, _ := inner.Parts(); more == nil {
				continue
			}
		}
		base := *o.e
		o.value(v, 8)
		if o.e.Kind == overlay.KindUnknown || o.e.Kind == overlay.KindValue && !o.e.Start.Prev {
			base.Start = o.e.Start
			*o.e = base
			continue
		}
		o.e.Kind = overlay.LayerOverrides
		return
	}
}

// inside looks for the name's own package among what a function is given.
func (o *origin) inside(t *symbolic.Thunk, depth int) {
	if o.steps++; depth > 6 || o.steps > 500 {
		return
	}
	switch v := t.Force().(type) {
	case *symbolic.Ref:
		if v.Root == symbolic.Prev && len(v.Path) > 0 {
			o.start(v, v.Path)
		}
	case *symbolic.Attrs:
		for _, name := range v.Names() {
			o.inside(v.Attr(name).V, depth+1)
		}
		for _, rest := range v.Rest {
			o.inside(symbolic.Done(rest), depth+1)
		}
	case *symbolic.List:
		for _, item := range v.Items {
			o.inside(item.V, depth+1)
		}
	case *symbolic.String:
		for _, p := range v.Parts {
			if p.X != nil {
				o.inside(symbolic.Done(p.X), depth+1)
			}
		}
	case *symbolic.Call:
		fn, args := symbolic.Applied(v)
		for _, a := range append(args, symbolic.Done(fn)) {
			if _, again := a.Force().(*symbolic.Call); again && a.Force() == symbolic.Value(v) {
				continue
			}
			o.inside(a, depth+1)
		}
	}
}

// mentions takes in what the text of a binding takes from prev, also inside of
// functions that nobody calls here.
func (o *origin) mentions(f *syntax.File, node syntax.Node) {
	assign, ok := node.(*syntax.Assign)
	if !ok {
		return
	}
	_, prev := arguments(f.Root, assign.Start)
	syntax.Inspect(assign.Value, func(n syntax.Node) bool {
		s, ok := n.(*syntax.Select)
		if !ok {
			return true
		}
		if id, ok := syntax.Unparen(s.X).(*syntax.Ident); ok && prev != "" && id.Name == prev && s.Path[0].Static() && s.Path[0].Name == o.name {
			o.e.Start.Prev = true
		}
		return true
	})
}

// arguments are the names of final and prev in the overlay around a place:
// of the innermost function of two plain arguments.
func arguments(root syntax.Node, at syntax.Pos) (final, prev string) {
	syntax.Inspect(root, func(n syntax.Node) bool {
		if r := n.Range(); at < r.Start || at >= r.End {
			return false
		}
		if outer, ok := n.(*syntax.Lambda); ok && outer.Pattern == nil && outer.Arg != nil {
			if inner, ok := syntax.Unparen(outer.Body).(*syntax.Lambda); ok && inner.Pattern == nil && inner.Arg != nil {
				if _, more := syntax.Unparen(inner.Body).(*syntax.Lambda); !more && prev == "" {
					final, prev = outer.Arg.Name, inner.Arg.Name
				}
			}
		}
		return true
	})
	return final, prev
}

// applied takes a call apart up to what is selected from another one: of
// x.overrideAttrs f, where x is a call, the function is x.overrideAttrs.
func applied(v symbolic.Value) (fn symbolic.Value, args []*symbolic.Thunk) {
	for {
		c, ok := v.(*symbolic.Call)
		if !ok {
			break
		}
		if _, _, selected := symbolic.Selection(v); selected {
			break
		}
		args, v = append(args, c.Arg), c.Fn
	}
	slices.Reverse(args)
	return v, args
}
