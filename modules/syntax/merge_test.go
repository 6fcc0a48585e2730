package syntax

import (
	"errors"
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	f := mustParse(t, `{
  flake.modules.nixos.a = { x = 1; };
  flake = { inputs = rec { y = 2; }; };
  flake.inputs.z = 3;
  inherit (src) s;
  "f" = g;
  ${dyn}.p = 1;
  flake.modules.${dyn} = { };
}`)
	s, err := Merge(false, f.Root.(*Attrs).Bindings)
	if err != nil {
		t.Fatal(err)
	}
	if got := outline(s); got != "{flake{modules{nixos{a{x=1}} ${dyn}{}} inputs rec{y=2 z=3}} s<src f=g ${dyn}{p=1}}" {
		t.Error(got)
	}
	if flake := s.Member("flake"); flake.Value == nil || f.Position(flake.At.Start).Line != 2 {
		t.Errorf("flake is first defined at %v", f.Position(flake.At.Start))
	}
	if s.Member("nothing") != nil {
		t.Error("found a member that is not there")
	}
}

// outline shows a merged set: name=value, name{members}, name<source of inherit.
func outline(s *Set) string {
	var out []string
	show := func(name string, value Expr, set *Set) string {
		if set != nil {
			return name + outline(set)
		}
		return name + "=" + Printer{Source: true}.String(value)
	}
	for _, m := range s.Members {
		if m.Inherit != nil {
			out = append(out, m.Name+"<"+Printer{Source: true}.String(m.Inherit.From))
		} else {
			out = append(out, show(m.Name, m.Value, m.Set))
		}
	}
	for _, d := range s.Dynamic {
		out = append(out, show("${"+Printer{Source: true}.String(d.Name.X)+"}", d.Value, d.Set))
	}
	rec := ""
	if s.Rec {
		rec = " rec"
	}
	return rec + "{" + strings.Join(out, " ") + "}"
}

// TestMergeMany crosses the size from which members are indexed.
func TestMergeMany(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		b.WriteString("a" + strings.Repeat("x", i) + ".b = 1; ")
	}
	f := mustParse(t, "{ "+b.String()+"a.c = 2; }")
	s, err := Merge(false, f.Root.(*Attrs).Bindings)
	if err != nil || len(s.Members) != 100 || s.Member("a"+strings.Repeat("x", 99)) == nil {
		t.Errorf("%d members, %v", len(s.Members), err)
	}
	if _, err := Parse("twice", []byte("{ "+b.String()+"a = 1; }")); err == nil {
		t.Error("a second definition after many is accepted")
	}
}

func TestMergeDuplicate(t *testing.T) {
	f := mustParse(t, "[ { a.b = 1; } { a.b = 2; } ]")
	elems := f.Root.(*List).Elems
	_, err := Merge(false, append(elems[0].(*Attrs).Bindings, elems[1].(*Attrs).Bindings...))
	var d *DuplicateAttr
	if !errors.As(err, &d) || d.Path != "a.b" || f.Text(d.First) != "b" || d.First.Start > d.Start || d.Error() != "attribute 'a.b' is defined twice" {
		t.Errorf("%#v", err)
	}
}

func TestCheckScope(t *testing.T) {
	for src, want := range map[string]string{
		"x": "x", "a: a": "", "a: b": "b", "{ a, b ? a }@c: [ a b c ]": "", "{ a ? b, b }: a": "", "{ a ? c }: a": "c", "{ ... }@x: y": "y",
		"let a = b; b = a; in a": "", "let a = 1; in { b = a; c = b; }": "b", "rec { a = b; b = 1; }": "", "{ a = b; b = 1; }": "b",
		"with { }; anything": "", "with x; y": "x", "a: with a; [ b (c: d) ]": "", "[ (with { }; a) b ]": "b",
		"{ inherit a; }": "a", "rec { inherit a; }": "a", "a: rec { inherit a; }": "", "rec { inherit (a) b; a = { }; }": "", "{ inherit (a) b; a = { }; }": "a",
		"let inherit (a) b; a = { }; in b": "", "let inherit a; in a": "a", "let a.b = c; in a": "c", "let a.b = 1; in b": "b",
		"rec { a.b = c; c = 1; }": "", "{ a = rec { b = c; }; a.c = 1; }": "", "{ a.c = 1; a = rec { b = c; }; }": "c",
		"let { a = b; b = 1; body = a; }": "", "let { body = c; }": "c", `"${a}"`: "a", "./${a}": "a", "{ ${a} = 1; }": "a", "{ }.${a}": "a",
		"{ } ? ${a}": "a", "rec { ${a} = 1; a = \"x\"; }": "", "{ }.a or b": "b", "map toString __curPos": "", "__typeOf builtins.x": "", "__nothing": "__nothing",
		"let or = 1; in [ ]": "", "let f = 1; in f or": "or", "let true = false; in true": "", "z: [ c b a ]": "c", "{ z = y; a = x; }": "y",
		"let a1=1;a2=1;a3=1;a4=1;a5=1;a6=1;a7=1;a8=1;a9=1; in [ a1 a9 a10 ]": "a10",
	} {
		err := CheckScope(mustParse(t, src))
		got := ""
		if err != nil {
			got = strings.Trim(strings.TrimPrefix(err.(*Error).Message, "undefined variable "), "'")
		}
		if got != want {
			t.Errorf("%s: undefined %q, want %q", src, got, want)
		}
	}
}
