package symbolic

import (
	"strings"
	"testing"

	"assay/modules/syntax"
)

// options are what the resolver of the tests knows, by path.
var options = map[string]string{
	"factory":           `{ mk = name: { ${name} = 1; }; pick = { a, b ? 5, ... }: [ a b ]; }`,
	"factory.mk":        `name: { ${name} = 1; }`,
	"factory.pick":      `{ a, b ? 5, ... }: [ a b ]`,
	"on":                `true`,
	"names":             `[ "x" "y" ]`,
	"word":              `"w"`,
	"alias":             `config: config.word`,
	"set":               `{ a = 1; z = 2; }`,
	"set.a":             `1`,
	"set.z":             `2`,
	"loop":              `config: config.loop2`,
	"loop2":             `config: config.loop`,
	"_module.args.mine": `x: x + 1`,
	"flake.lib.twice":   `x: x * 2`,
}

func parseTest(t testing.TB, name, source string) *syntax.File {
	t.Helper()
	f, err := syntax.Parse(name, []byte(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return f
}

func resolving(t *testing.T) *Evaluator {
	ev := New(nil, DefaultLimits)
	ev.Resolve(func(r *Ref) (Value, bool) {
		name := strings.Join(r.Path, ".")
		source, ok := options[name]
		if !ok {
			return nil, false
		}
		v := ev.File(parseTest(t, name, source))
		if strings.HasPrefix(source, "config:") {
			v = ev.Apply(Place{}, v, &Ref{Root: Flake})
		}
		return v, true
	})
	return ev
}

// written prints a value with its references.
func written(ev *Evaluator, v Value) string {
	switch v := v.(type) {
	case *Ref:
		return v.String()
	case *List:
		var out []string
		for _, i := range v.Items {
			out = append(out, written(ev, i.V.Force()))
		}
		return "[" + strings.Join(out, " ") + "]"
	}
	data, bad := ev.plain(v, 0)
	if bad != nil {
		return "? " + Why(bad)
	}
	var b strings.Builder
	writeJSON(&b, data)
	return b.String()
}

func TestResolve(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`{ config, ... }: config.factory.mk "n"`, `{"n":1}`},
		{`{ config, ... }: if config.on then 1 else 2`, `1`},
		{`{ config, ... }: config.on && !config.on`, `false`},
		{`{ config, ... }: config.names ++ [ config.word ]`, `["x" "y" config.word]`},
		{`{ config, ... }: "${config.alias}!"`, `"w!"`},
		{`{ config, ... }: { ${config.word} = 1; }`, `{"w":1}`},
		{`{ config, ... }: config.set // { b = 2; }`, `{"a":1,"b":2,"z":2}`},
		{`{ config, ... }: [ (config.set ? a) (config.set ? b) (config.set.b or 7) (config.set.a or 7) ]`, `[true false 7 config.set.a]`},
		{`{ config, ... }: [ config.unknown config.set.a config.on ]`, `[config.unknown config.set.a config.on]`},
		{`{ config, lib, ... }: lib.genAttrs config.names (n: 0)`, `{"x":0,"y":0}`},
		{`{ config, lib, ... }: lib.optionals config.on config.names`, `config.names`},
		{`{ config, lib, ... }: lib.attrNames config.set`, `["a" "z"]`},
		{`{ config, ... }: with config.set; [ a nothing ]`, `[config.set.a config.set.nothing]`},
		{`{ config, ... }: with { nothing = 3; }; with config.set; [ a nothing ]`, `[config.set.a 3]`},
		{`{ config, ... }: config.factory.pick config.set`, `[config.set.a 5]`},
		{`{ config, ... }: config.loop + 1`, `? reads the flake's loop`},
		{`{ mine, ... }: mine 1`, `2`},
		{`{ other, ... }: other`, `config._module.args.other`},
		{`{ withSystem, ... }: withSystem`, `withSystem`},
		{`{ self, ... }: self.lib.twice 4`, `8`},
		{`{ inputs, ... }: inputs.self.lib.twice 4`, `8`},
		{`{ config, ... }: config.set.a == 1`, `true`},
		{`{ config, ... }: [ 1 ] == [ config.set.a ]`, `true`},
		{`{ config, ... }@args: args.config.set.a + args.mine 1`, `3`},
		{`{ given, ... }: given.x`, `9`},
		{`args: [ args.given.x (args ? given) ]`, `[9 true]`},
		{`args: (args // { more = 1; }).given.x`, `9`},
	} {
		ev := resolving(t)
		given := NewAttrs(Place{}, map[string]Value{"x": Int{N: 9}})
		args := FlakeModuleArgsWith(Place{}, map[string]Value{"given": given})
		v := ev.Apply(Place{}, ev.File(parseTest(t, "t.nix", c.source)), args)
		if got := written(ev, v); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// TestResolveCondition: what the module system's mkIf asks is resolved too.
func TestResolveCondition(t *testing.T) {
	ev := resolving(t)
	v := ev.Apply(Place{}, ev.File(parseTest(t, "t.nix", `{ config, lib, ... }: lib.mkIf config.on 1`)), FlakeModuleArgs(Place{}))
	w, ok := v.(*Wrap)
	if !ok {
		t.Fatalf("mkIf is %T", v)
	}
	if b, ok := w.If.Force().(Bool); !ok || !b.B {
		t.Errorf("the condition is %s", written(ev, w.If.Force()))
	}
}

// TestKnown: a value of an earlier pass is taken up.
func TestKnown(t *testing.T) {
	ev := New(nil, DefaultLimits)
	f := parseTest(t, "t.nix", `{ config, ... }: [ (config.factory.mk "n") (if config.on then 1 else 2) config.loop ]`)
	old := ev.Apply(Place{}, ev.File(f), FlakeModuleArgs(Place{})).(*List)
	next := resolving(t)
	for i, want := range []string{`{"n":1}`, `1`, `config.loop`} {
		v := old.Items[i].V.Force()
		if got := ev.Known(v); got != v {
			t.Errorf("without a resolver, Known changes element %d to %v", i, got)
		}
		if got := written(next, next.Known(v)); got != want {
			t.Errorf("element %d is %s, want %s", i, got, want)
		}
	}
}

func TestOutputsArgs(t *testing.T) {
	ev := New(nil, DefaultLimits)
	v := ev.Apply(Place{}, ev.File(parseTest(t, "flake.nix",
		`{ self, nixpkgs, mine, ... }@inputs: [ self inputs.self nixpkgs.x inputs.nixpkgs.x inputs.other mine (inputs.nixpkgs.lib.optional true 1) ]`)),
		OutputsArgs(Place{}, map[string]Value{"mine": Int{N: 1}}))
	want := `[config.flake config.flake inputs.nixpkgs.x inputs.nixpkgs.x inputs.other 1 [1]]`
	if got := written(ev, v); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
