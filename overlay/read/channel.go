package read

import (
	"slices"

	"assay/fleet"
	"assay/modules"
	"assay/modules/symbolic"
)

// channels are the package sets that layers put below pkgs under a name.
func (r *reader) channels(layers []layer) []fleet.Channel {
	var out []fleet.Channel
	for _, l := range layers {
		for i := range l.names {
			n := &l.names[i]
			if n.v == nil {
				continue
			}
			if c, ok := r.channel(n.v); ok {
				c.As, c.Systems, c.At = n.name, []string{r.system}, n.at.Pos()
				out = slices.DeleteFunc(out, func(o fleet.Channel) bool { return o.As == n.name })
				out = append(out, c)
			}
		}
	}
	if !slices.ContainsFunc(out, func(c fleet.Channel) bool { return c.Name == defaultInput }) {
		out = append(out, fleet.Channel{Name: defaultInput, Input: defaultInput, Systems: []string{r.system}})
	}
	for i := range out {
		out[i].Default = out[i].Name == defaultInput
	}
	return out
}

// channel reports whether a value is the package set of an input: import
// inputs.x { … }, inputs.x.legacyPackages.SYSTEM, or either with patches.
func (r *reader) channel(v symbolic.Value) (fleet.Channel, bool) {
	v = r.ev.Known(v)
	if ref, ok := v.(*symbolic.Ref); ok {
		if ref.Root == symbolic.Inputs && len(ref.Path) == 3 && ref.Path[1] == "legacyPackages" {
			return fleet.Channel{Name: ref.Path[0], Input: ref.Path[0]}, true
		}
		return fleet.Channel{}, false
	}
	fn, args := symbolic.Applied(v)
	p, ok := fn.(*symbolic.Prim)
	if !ok || p.Name != "import" || len(args) != 2 {
		return fleet.Channel{}, false
	}
	return r.source(args[0].Force())
}

// source is the tree of nixpkgs that is imported.
func (r *reader) source(v symbolic.Value) (fleet.Channel, bool) {
	v = r.ev.Known(v)
	switch v := v.(type) {
	case *symbolic.Cond: // inputs.a or inputs.b
		if ref, ok := v.Then.Force().(*symbolic.Ref); ok && ref.Root == symbolic.Inputs && len(ref.Path) == 1 {
			switch r.declared(ref.Path[0]) {
			case fleet.True:
				return r.source(ref)
			case fleet.False:
				return r.source(v.Else.Force())
			}
		}
	case *symbolic.Ref:
		rest := v.Path
		if v.Root == symbolic.Inputs && len(rest) > 0 && (len(rest) == 1 || len(rest) == 2 && rest[1] == "outPath") {
			return fleet.Channel{Name: rest[0], Input: rest[0]}, true
		}
	case *symbolic.String:
		if len(v.Parts) == 1 && v.Parts[0].X != nil {
			return r.source(v.Parts[0].X)
		}
	case *symbolic.Call:
		fn, args := symbolic.Applied(v)
		ref, ok := fn.(*symbolic.Ref)
		if !ok || len(args) != 1 || len(ref.Path) == 0 || ref.Path[len(ref.Path)-1] != "applyPatches" {
			break
		}
		set, ok := r.ev.Known(args[0].Force()).(*symbolic.Attrs)
		if !ok || set.Attr("src") == nil {
			break
		}
		base, ok := r.source(set.Attr("src").V.Force())
		if !ok {
			break
		}
		c := fleet.Channel{Name: "patched " + base.Name, Patched: base.Name}
		if a := set.Attr("patches"); a != nil {
			c.Patches = r.patches(a.V.Force())
		}
		return c, true
	}
	return fleet.Channel{}, false
}

func (r *reader) patches(v symbolic.Value) []fleet.Patch {
	l, ok := r.ev.Known(v).(*symbolic.List)
	if !ok {
		return []fleet.Patch{{Reason: "unknown: " + symbolic.Why(v), At: v.Where().Pos()}}
	}
	var out []fleet.Patch
	for _, item := range l.Items {
		out = append(out, fleet.Patch{URL: item.V.Force().Where().Source(), At: item.V.Force().Where().Pos()})
	}
	return out
}

// declared reports whether flake.nix declares an input.
func (r *reader) declared(input string) fleet.Truth {
	flake, ok := r.ev.Import(symbolic.Place{}, modules.FlakeFile).(*symbolic.Attrs)
	if !ok || flake.Attr("inputs") == nil {
		return fleet.Unknown
	}
	inputs, ok := r.ev.Known(flake.Attr("inputs").V.Force()).(*symbolic.Attrs)
	switch {
	case ok && inputs.Attr(input) != nil:
		return fleet.True
	case ok && len(inputs.Rest) == 0:
		return fleet.False // an argument of outputs alone would be declared too, under its name
	}
	return fleet.Unknown
}
