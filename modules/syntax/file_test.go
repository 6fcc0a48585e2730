package syntax

import (
	"slices"
	"strings"
	"testing"
)

func mustParse(t *testing.T, src string) *File {
	t.Helper()
	f, err := Parse("test.nix", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPosition(t *testing.T) {
	f := mustParse(t, "1 +\n\t2 # ü x\r\n+\r3")
	for _, c := range []struct {
		text         string
		line, column int
	}{{"1", 1, 1}, {"+", 1, 3}, {"2", 2, 2}, {"x", 2, 9}, {"3", 4, 1}} {
		got := f.Position(Pos(strings.Index(f.Source, c.text)))
		if got != (Position{"test.nix", c.line, c.column}) {
			t.Errorf("%s stands at %v, want %d:%d", c.text, got, c.line, c.column)
		}
	}
	end := Position{"test.nix", 4, 2}
	if got := f.Position(1000); got != end || end.String() != "test.nix:4:2" {
		t.Errorf("behind the end: %v", got)
	}
	if got := f.Position(-1); got.Line != 1 || got.Column != 1 {
		t.Errorf("before the start: %v", got)
	}
	if got := mustParse(t, "1\n").Position(2); got.Line != 2 || got.Column != 1 {
		t.Errorf("after the last line break: %v", got)
	}
}

// TestRanges lists the source text of every node of an expression, parents first.
func TestRanges(t *testing.T) {
	for src, want := range map[string]string{
		" ( a ) ":                   "Paren:( a )|Ident:a",
		"f  a.b or c":               "Apply:f  a.b or c|Ident:f|Select:a.b or c|Ident:a|AttrName:b|Ident:c",
		`"x${ y }z"`:                `String:"x${ y }z"|Part:x|Part:${ y }|Ident:y|Part:z`,
		"./a/${b}":                  "Path:./a/${b}|Part:./a/|Part:${b}|Ident:b",
		"{ a.b = 1 ; }":             "Attrs:{ a.b = 1 ; }|Assign:a.b = 1 ;|AttrName:a|AttrName:b|Int:1",
		"{ inherit ( x ) a b; }":    "Attrs:{ inherit ( x ) a b; }|Inherit:inherit ( x ) a b;|Ident:x|AttrName:a|AttrName:b",
		`x: x."q".${z} ? a`:         `Lambda:x: x."q".${z} ? a|AttrName:x|HasAttr:x."q".${z} ? a|Select:x."q".${z}|Ident:x|AttrName:"q"|AttrName:${z}|Ident:z|AttrName:a`,
		"{ a ? 1, ... } @ y : - a":  "Lambda:{ a ? 1, ... } @ y : - a|Pattern:{ a ? 1, ... }|Formal:a ? 1|Int:1|AttrName:y|Unary:- a|Ident:a",
		"y@{ a }: 1 ":               "Lambda:y@{ a }: 1|AttrName:y|Pattern:{ a }|Formal:a|Int:1",
		"a + # c\n b |> f":          "Binary:a + # c\n b |> f|Binary:a + # c\n b|Ident:a|Ident:b|Ident:f",
		"with a; assert b; c":       "With:with a; assert b; c|Ident:a|Assert:assert b; c|Ident:b|Ident:c",
		"if a then b else [ c 1.] ": "If:if a then b else [ c 1.]|Ident:a|Ident:b|List:[ c 1.]|Ident:c|Float:1.",
		"let a = <x>; in rec { }":   "Let:let a = <x>; in rec { }|Assign:a = <x>;|AttrName:a|SearchPath:<x>|Attrs:rec { }",
		"let { body = u:v; }":       "LegacyLet:let { body = u:v; }|Assign:body = u:v;|AttrName:body|URI:u:v",
		"''\n  a\n  ''${b} ''":      "String:''\n  a\n  ''${b} ''|Part:  a\n  ''${b} ",
	} {
		f := mustParse(t, src)
		var got []string
		Inspect(f.Root, func(n Node) bool {
			got = append(got, strings.TrimPrefix(typeName(n), "*syntax.")+":"+f.Text(n))
			return true
		})
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%q\n got %q\nwant %q", src, s, want)
		}
	}
}

func TestInspectPrunes(t *testing.T) {
	f := mustParse(t, "{ a = { b = 1; }; c = [ 2 ]; }")
	var names []string
	Inspect(f.Root, func(n Node) bool {
		if a, ok := n.(*AttrName); ok {
			names = append(names, a.Name)
		}
		a, ok := n.(*Assign)
		return !ok || a.Path[0].Name != "a"
	})
	if !slices.Equal(names, []string{"c"}) {
		t.Errorf("visited the names %v", names)
	}
}

func TestOperatorPosition(t *testing.T) {
	f := mustParse(t, "a /* + */ + b")
	if at := f.Root.(*Binary).OpPos; at != 10 {
		t.Errorf("operator at %d", at)
	}
}

// TestSourceIsCopied: the caller may use its buffer again.
func TestSourceIsCopied(t *testing.T) {
	src := []byte("name")
	f, err := Parse("x", src)
	if err != nil {
		t.Fatal(err)
	}
	copy(src, "xxxx")
	if f.Root.(*Ident).Name != "name" || f.Source != "name" {
		t.Errorf("tree changed to %q", f.Root.(*Ident).Name)
	}
}
