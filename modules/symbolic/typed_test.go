package symbolic

import (
	"strings"
	"testing"
)

// typeText writes a type with those inside of it.
func typeText(ev *Evaluator, t Type) string {
	var parts []string
	for _, p := range ev.Inner(t) {
		parts = append(parts, typeText(ev, p))
	}
	if len(parts) == 0 {
		return t.Name
	}
	return t.Name + "(" + strings.Join(parts, " ") + ")"
}

func TestTypeOf(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`types.attrsOf (types.lazyAttrsOf types.deferredModule)`, "attrsOf(lazyAttrsOf(deferredModule))"},
		{`with types; nullOr (either (listOf str) ints.positive)`, "nullOr(either(listOf(str) ints.positive))"},
		{`types.oneOf [ types.str (types.uniq types.raw) ]`, "oneOf(str uniq(raw))"},
		{`types.submodule { options = { }; }`, "submodule"},
		{`types.attrsWith { elemType = types.str; lazy = true; }`, "attrsWith(str)"},
		{`types.deferredModuleWith { staticModules = [ ]; }`, "deferredModuleWith"},
		{`let t = inputs.nixpkgs.lib.types; in t.coercedTo t.str (x: x) (t.unique { message = ""; } t.path)`, "coercedTo(str unique(path))"},
		{`types.enum [ "a" "b" ]`, "enum"},
	} {
		ev := New(nil, DefaultLimits)
		source := `{ lib, inputs, ... }: let inherit (lib) types mkOption; in mkOption { type = ` + c.source + `; }`
		v := ev.Apply(Place{}, ev.File(parseTest(t, "t.nix", source)), FlakeModuleArgs(Place{}))
		option, ok := ev.Option(v)
		if !ok {
			t.Errorf("%s: %T is no option", c.source, v)
			continue
		}
		typ, ok := ev.TypeOf(option.Attr("type").V.Force())
		if got := typeText(ev, typ); !ok || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.source, got, ok, c.want)
		}
	}
	if _, ok := New(nil, DefaultLimits).TypeOf(Int{N: 1}); ok {
		t.Error("1 is a type")
	}
}
