package syntax

import (
	"strings"
	"testing"
)

// trees gives for each expression the tree as the source form of the printer shows it: fully parenthesised, sets merged and sorted.
// TestReference compares the same constructs with Nix's own parser.
var trees = []struct{ src, want string }{
	// literals
	{"42", "42"}, {"007", "7"}, {"1.5", "1.5e+00"}, {".5", "5.e-01"}, {"1.", "1.e+00"}, {"12.5e-3", "1.25e-02"}, {"0.0", "0.0"},
	{"[ 1.2.3 ]", "[ (1.2e+00) (3.e-01) ]"}, {"[ 00.5 ]", "[ (0) (5.e-01) ]"}, {"[ 1a ]", "[ (1) (a) ]"},
	{"http://a.b/c?d=e", `"http://a.b/c?d=e"`}, {"x:y", `"x:y"`}, {"x: y", "(x: y)"}, {"_:y", "(_: y)"}, {"a_b:c", "(a_b: c)"},
	{"<nixpkgs/lib>", "<nixpkgs/lib>"}, {"a <b", "(a < b)"}, {"a<b>c", "((a <b>) c)"}, {"[ a<b/c>d ]", "[ (a) (<b/c>) (d) ]"},
	{"a'b-c_d", "a'b-c_d"}, {"true", "true"}, {"__curPos", "__curPos"},
	// paths
	{"./a", "./a"}, {"a/b", "a/b"}, {"a.b/c", "a.b/c"}, {"/a", "/a"}, {"~/a", "~/a"}, {"./${a}/b", "./${a}/b"}, {"a/${b + c}.d", "a/${(b + c)}.d"},
	{"[ -a/b ]", "[ (-a/b) ]"}, {"a -b", "(a - b)"}, {"a-b", "a-b"}, {"a - b", "(a - b)"}, {"a /b", "(a /b)"}, {"a / b", "(a / b)"},
	{"a // b", "(a // b)"}, {"a//b", "(a // b)"}, {"./x//${a}", "./x//${a}"}, {"../.", "../."},
	// application and selection
	{"f a b", "((f a) b)"}, {"f (a b)", "(f (a b))"}, {"f a.b c", "((f (a).b) c)"}, {"f [ ] { }", "((f [ ]) { })"},
	{"a.b.c", "(a).b.c"}, {`a."b c".d`, `(a)."b c".d`}, {"a.${b}", "(a).${b}"}, {`a."x${b}"`, `(a).${"x${b}"}`}, {`a.${"b"}`, "(a).b"},
	{"a.b or c", "(a).b or (c)"}, {"a.b or c.d or e", "(a).b or ((c).d or (e))"}, {"f a.b or c d", "((f (a).b or (c)) d)"},
	{"a.or", "(a).or"}, {"f or", "(f or)"}, {"f or g", "((f or) g)"}, {"(a.b).c", "((a).b).c"}, {"{ }.a", "({ }).a"},
	// lists
	{"[ ]", "[ ]"}, {"[ a b.c (d e) ]", "[ (a) ((b).c) ((d e)) ]"}, {"[ a.b or c d ]", "[ ((a).b or (c)) (d) ]"},
	// operators: one level, then neighbouring levels, then associativity
	{"-a", "(- a)"}, {"!a", "(! a)"}, {"- - a", "(- (- a))"}, {"!!a", "(! (! a))"}, {"-a.b", "(- (a).b)"}, {"-f a", "(- (f a))"},
	{"-a ? b", "(((- a)) ? b)"}, {"a ++ b ? c", "(a ++ ((b) ? c))"}, {"a * b ++ c", "(a * (b ++ c))"}, {"a + b * c", "(a + (b * c))"},
	{"!a + b", "(! (a + b))"}, {"!a // b", "((! a) // b)"}, {"!a ? b", "(! ((a) ? b))"}, {"a * !b + c", "(a * (! (b + c)))"},
	{"a // b + c", "(a // (b + c))"}, {"a < b // c", "(a < (b // c))"}, {"a == b < c", "(a == (b < c))"}, {"a && b == c", "(a && (b == c))"},
	{"a || b && c", "(a || (b && c))"}, {"a -> b || c", "(a -> (b || c))"}, {"a |> b -> c", "(a |> (b -> c))"}, {"a -> b <| c", "((a -> b) <| c)"},
	{"a + b + c", "((a + b) + c)"}, {"a - b - c", "((a - b) - c)"}, {"a * b / c", "((a * b) / c)"}, {"a ++ b ++ c", "(a ++ (b ++ c))"},
	{"a // b // c", "(a // (b // c))"}, {"a && b && c", "((a && b) && c)"}, {"a || b || c", "((a || b) || c)"}, {"a -> b -> c", "(a -> (b -> c))"},
	{"a ? b ? c", "((((a) ? b)) ? c)"}, {"a |> b |> c", "((a |> b) |> c)"}, {"a <| b <| c", "(a <| (b <| c))"},
	{"a < b == c > d", "((a < b) == (c > d))"}, {"a <= b && c >= d", "((a <= b) && (c >= d))"}, {"a != b", "(a != b)"},
	{`a ? "b".${c}`, "((a) ? b.${c})"}, {"a.b or c + d", "((a).b or (c) + d)"}, {"1 -1", "(1 - 1)"}, {"f -1", "(f - 1)"},
	// keywords
	{"if a then b else c", "(if a then b else c)"}, {"if a then if b then c else d else e", "(if a then (if b then c else d) else e)"},
	{"if a then b else c + d", "(if a then b else (c + d))"}, {"with a; b + c", "(with a; (b + c))"}, {"assert a; b", "(assert a; b)"},
	{"let a = 1; in a b", "(let a = 1; in (a b))"}, {"let in a", "(let in a)"}, {"let { body = a; }", "(rec { body = a; }).body"},
	{"f (let { body = a; }) let { body = b; }", "((f (rec { body = a; }).body) (rec { body = b; }).body)"},
	// functions
	{"x: y: z", "(x: (y: z))"}, {"x: y z + 1", "(x: ((y z) + 1))"}, {"{ }: a", "({  }: a)"}, {"{ ... }: a", "({ ... }: a)"},
	{"{ b, a ? c d, ... }: a", "({ a ? (c d), b, ... }: a)"}, {"{ a, }: a", "({ a }: a)"}, {"{ a }@x: a", "({ a } @ x: a)"}, {"x@{ a }: a", "({ a } @ x: a)"},
	{"{ }@x: x", "({  } @ x: x)"}, {"x : x", "(x: x)"}, {"{ a ? { b }: b }: a", "({ a ? ({ b }: b) }: a)"}, {"{a}:a", "({ a }: a)"},
	// sets
	{"{ }", "{ }"}, {"rec { a = b; }", "rec { a = b; }"}, {"{ a.b.c = 1; }", "{ a = { b = { c = 1; }; }; }"},
	{`{ "a b" = 1; ${"c"} = 2; if' = 3; "if" = 4; "" = 5; }`, `{ "" = 5; "a b" = 1; c = 2; "if" = 4; if' = 3; }`},
	{"{ ${a} = 1; ${a}.b = 2; }", "{ ${a} = 1; ${a} = { b = 2; }; }"}, {"{ inherit a b; }", "{ inherit a ; inherit b ; }"},
	{`{ inherit (a b) c "d e"; }`, `{ c = ((a b)).c; "d e" = ((a b))."d e"; }`}, {"{ inherit; inherit (a); }", "{ }"}, {"{ or = 1; inherit (a) or-else; }", "{ or = 1; or-else = (a).or-else; }"},
	{"{ a.b = 1; a.c = 2; }", "{ a = { b = 1; c = 2; }; }"}, {"{ a.b = 1; a = { c = 2; }; }", "{ a = { b = 1; c = 2; }; }"},
	{"{ a = rec { b = 1; }; a.c = 2; }", "{ a = rec { b = 1; c = 2; }; }"}, {"{ a.c = 2; a = rec { b = 1; }; }", "{ a = { b = 1; c = 2; }; }"},
	{"{ a = { }; a = { ${b} = 1; }; }", "{ a = { ${b} = 1; }; }"},
	// white space and comments
	{" \t\r\n1 ", "1"}, {"# c\n1", "1"}, {"# c\r1", "1"}, {"/* c */ 1", "1"}, {"/**/1/***/", "1"}, {"a/* c */b", "(a b)"}, {"a # b\n c", "(a c)"},
}

func TestTrees(t *testing.T) {
	for _, c := range trees {
		f, err := Parse("tree.nix", []byte(c.src))
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := (Printer{Source: true}).String(f.Root); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
		checkRanges(t, f)
		checkReprint(t, f)
	}
}

// TestNixForm covers what the form of nix-instantiate --parse has of its own.
func TestNixForm(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a - b * c / d", "(__sub a (__div (__mul b c) d))"}, {"-a", "(__sub 0 a)"}, {"a < b", "(__lessThan a b)"},
		{"a > b", "(__lessThan b a)"}, {"a <= b", "(! (__lessThan b a))"}, {"a >= b", "(! (__lessThan a b))"},
		{"f a b", "(f a b)"}, {"(f a) b", "(f a b)"}, {"a |> f |> g", "(g (f a))"}, {"f <| g <| a", "(f (g a))"},
		{"(a - b) c d", "(__sub a b c d)"}, {"(-a) b", "(__sub 0 a b)"}, {"<a> b", `(__findFile __nixPath "a" b)`}, {"(a > b) c", "(__lessThan b a c)"},
		{"(a <= b) c", "((! (__lessThan b a)) c)"}, {"(a |> f) b", "(f a b)"}, {"(f <| a) b", "(f a b)"}, {"f (g a)", "(f (g a))"},
		{"assert a; b", "assert a; b"}, {"1234567.8", "1.23457e+06"}, {`"${a}"`, "(a)"}, {`"x${a}$"`, `("x" + a + "\$")`},
		{"''a''$''", `("a" + "\$")`}, {"''\n ${a}''", `("" + a)`}, {"<a>", `(__findFile __nixPath "a")`},
		{"./a/../b", "/d/b"}, {"./a/${b}//c", `(/d/a/ + b + "/" + "/c")`}, {"~/a", "/h/a"}, {"/${a}", "(/ + a)"},
		{"a.${b} or c", `(a)."${b}" or (c)`},
	} {
		f, err := Parse("tree.nix", []byte(c.src))
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := (Printer{Dir: "/d", Home: "/h"}).String(f.Root); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// TestStrings gives the decoded text of strings; an interpolation is shown as <source>.
func TestStrings(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`""`, ""}, {`"a"`, "a"}, {`"\n\r\t\"\\\$\a\'"`, "\n\r\t\"\\$a'"}, {`"$ $a $$ $${a} $$${a}$"`, "$ $a $$ $${a} $$<a>$"},
		{`"\${a}$\{a}"`, "${a}${a}"}, {"\"a\r\nb\rc\n\"", "a\nb\nc\n"}, {"\"\\\r\nb\"", "\r\nb"}, {`"${a}${b}"`, "<a><b>"},
		{`"${"}"}"`, `<"}">`}, {`"${{ a = 1; }.a} x"`, "<{ a = 1; }.a> x"}, {"\"\xff\"", "\xff"}, {"\"ü\"", "ü"},
		// indented: escapes
		{"''''", ""}, {"''a''", "a"}, {"''$''", "$"}, {"'''''''", "''"}, {"''a'''b''", "a''b"}, {"''''${a}''", "${a}"}, {"''$${a}''", "$${a}"},
		{"''${a}''", "<a>"}, {`''''\n''\t''\r''\x''\' ''`, "\n\t\rx' "}, {`''\n "x" \''`, `\n "x" \`}, {"''' ''", "' "}, {"''a'b''", "a'b"},
		{`''''\${a}''`, "${a}"}, {"'''${a}''", "'<a>"}, {"''\r\n  a\r\n''", "\r\n  a\r\n"},
		// indented: stripping
		{"'' a''", "a"}, {"''  ''", ""}, {"''\n  ''", ""}, {"''\n  a\n  ''", "a\n"}, {"''\n  a\n    b\n  ''", "a\n  b\n"}, {"''\n    a\n  b\n''", "  a\nb\n"},
		{"''  \n  a''", "a"}, {"''x\n  a''", "x\n  a"}, {"''\n\n  a''", "\na"}, {"''\n  a\n\n  b''", "a\n\nb"}, {"''\n  a\n \n  b''", "a\n\nb"},
		{"''\n  a\n     \n  b''", "a\n   \nb"}, {"''\n\ta\n  b''", "\ta\n  b"}, {"''\n  \ta\n    b''", "\ta\n  b"}, {"''\n  a\n  \t''", "a\n\t"},
		{"''\n  a   ''", "a   "}, {"''\n    ${a}\n  b''", "  <a>\nb"}, {"''\n  ${a}\n    ''", "<a>\n"}, {"''\n  ${a}    ''", "<a>    "},
		{"''\n  a\n ''${b}''", " a\n${b}"}, {"''\n  a\n '''b''", " a\n''b"}, {"''\n  a\n  ''\\n   b''", "a\n\n b"}, {"''\n  a\n${b}''", "  a\n<b>"},
		{"''\n  ${''\n    x\n  ''}y''", "<''\n    x\n  ''>y"}, {"''  a\n b\n''", " a\nb\n"}, {"''\n   a\n  $b\n ' c''", "  a\n $b\n' c"},
	} {
		f, err := Parse("string.nix", []byte(c.src))
		if err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		s, ok := f.Root.(*String)
		if !ok {
			t.Errorf("%q is a %T", c.src, f.Root)
			continue
		}
		var b strings.Builder
		for i, p := range s.Parts {
			if p.X == nil && (p.Text == "" || i > 0 && s.Parts[i-1].X == nil) {
				t.Errorf("%q: part %d is empty or follows literal text", c.src, i)
			}
			if p.X != nil {
				b.WriteString("<" + f.Text(p.X) + ">")
				if text := f.Text(&p); text[:2] != "${" || text[len(text)-1] != '}' {
					t.Errorf("%q: interpolation has the text %q", c.src, text)
				}
			}
			b.WriteString(p.Text)
		}
		if b.String() != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.src, b.String(), c.want)
		}
		if s.Indented != strings.HasPrefix(c.src, "''") {
			t.Errorf("%q: indented is %v", c.src, s.Indented)
		}
	}
}
