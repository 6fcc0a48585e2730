package syntax

import (
	"strings"
	"testing"
)

// nests are ways to put expressions into each other without end: the text that is repeated, and what would close it.
var nests = map[string][2]string{
	"paren":         {"(", ")"},
	"list":          {"[", "]"},
	"set":           {"{a=", ";}"},
	"rec":           {"rec{a=", ";}"},
	"legacy let":    {"let{body=", ";}"},
	"let value":     {"let a=", ";in a"},
	"let body":      {"let in ", ""},
	"with":          {"with {};", ""},
	"assert":        {"assert true;", ""},
	"if":            {"if ", " then 1 else 2"},
	"else":          {"if 1 then 1 else ", ""},
	"function":      {"x: ", ""},
	"pattern":       {"{a?", "}:1"},
	"not":           {"!", ""},
	"minus":         {"- ", ""},
	"string":        {`"${`, `}"`},
	"indented":      {"''${", "}''"},
	"path":          {"./${", "}"},
	"name":          {"{${", "}=1;}"},
	"select name":   {"a.${", "}"},
	"or":            {"a.a or ", ""},
	"implication":   {"1->", ""},
	"update":        {"1//", ""},
	"concat":        {"1++", ""},
	"pipe back":     {"f<|", ""},
	"inherit":       {"{inherit(", ")a;}"},
	"paren in list": {"[(", ")]"},
	// These do not recurse in the parser, but make a tree as high as they are long.
	"sum":         {"1+", ""},
	"product":     {"1 * ", ""},
	"conjunction": {"1&&", ""},
	"pipe":        {"f|>", ""},
	"application": {"f ", ""},
	"has":         {"", "?a"},
	"chains":      {"(", "+1+1+1+1)"},
	"long path":   {"", ".a"},
	"attr path":   {"{b", ".a"},
}

// TestDepth checks that nesting ends in an error and not in a stack overflow, and that a tenth of the limit is fine.
func TestDepth(t *testing.T) {
	for name, n := range nests {
		for _, times := range []int{MaxDepth + 100, 20000} {
			src := strings.Repeat(n[0], times) + "1" + strings.Repeat(n[1], times)
			if _, err := Parse(name, []byte(src)); err == nil {
				t.Errorf("%s, %d times: accepted", name, times)
			} else if len(err.Error()) > 300 {
				t.Errorf("%s: error has %d bytes", name, len(err.Error()))
			}
		}
		if name == "attr path" {
			continue // not an expression when repeated
		}
		src := strings.Repeat(n[0], MaxDepth/10) + "1" + strings.Repeat(n[1], MaxDepth/10)
		if name == "long path" {
			src = "a" + src[1:]
		}
		f, err := Parse(name, []byte(src))
		if err != nil {
			t.Errorf("%s, %d times: %v", name, MaxDepth/10, err)
			continue
		}
		checkRanges(t, f)
	}
}

// TestDepthMessage checks what the error says and where it points.
func TestDepthMessage(t *testing.T) {
	_, err := Parse("deep.nix", []byte("\n"+strings.Repeat("(", 2*MaxDepth)))
	if err == nil || err.Error() != "deep.nix:2:5001: expressions are nested deeper than 5000" {
		t.Errorf("got %v", err)
	}
	_, err = Parse("long.nix", []byte(strings.Repeat("1 + ", 2*MaxDepth)+"1"))
	if err == nil || err.Error() != "long.nix:1:20003: expressions are nested deeper than 5000" {
		t.Errorf("got %v", err)
	}
}

func TestSize(t *testing.T) {
	_, err := Parse("big.nix", make([]byte, MaxSize+1))
	if err == nil || !strings.Contains(err.Error(), "more than the limit of 67108864") {
		t.Errorf("got %v", err)
	}
}

// hostile returns files of about size bytes that try to cost more time or memory than their size allows.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	files := map[string]string{
		"dots":             fill("a."),
		"names of dots":    fill("a_."),
		"schemes":          fill("a_b.") + ":x",
		"open braces":      fill("{"),
		"braces, comments": fill("{/**/a/**/"),
		"open angles":      fill("<a"),
		"angle":            "<" + fill("a/"),
		"spaces":           fill(" "),
		"comments":         fill("/**/"),
		"comment lines":    fill("#\n"),
		"open comment":     "/*" + fill("*"),
		"quotes":           fill(`"`),
		"dollars":          `"` + fill("$"),
		"two quotes":       fill("''"),
		"indentation":      "''" + fill(" ") + "''",
		"same names":       "{" + fill("a=1;") + "}",
		"same sets":        "{" + fill("a={};") + "}",
		"same formals":     "{" + fill("a,") + "}:1",
		"empty inherits":   "{" + fill("inherit;") + "}",
		"list of lists":    "[" + fill("[]") + "]",
		"list of strings":  "[" + fill(`""`) + "]",
		"numbers":          "[" + fill("1.5 ") + "]",
		"names":            "[" + fill("a ") + "]",
		"high bytes":       fill("\xff"),
		"path":             fill("a/"),
		"slashes":          "a" + fill("/"),
	}
	for name, n := range nests {
		files["nest "+name] = fill(n[0] + n[1])
		if n[0] != "" {
			files["nest open "+name] = fill(n[0])
		}
	}
	return files
}

// TestHostile only sees that every such file is answered; BenchmarkHostile measures them at 5 MB.
func TestHostile(t *testing.T) {
	for name, src := range hostile(50_000) {
		if f, err := Parse(name, []byte(src)); err == nil {
			checkRanges(t, f)
			_ = CheckScope(f)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	files := hostile(5_000_000)
	for _, name := range sortedKeys(files) {
		src := []byte(files[name])
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(name, src)
			}
		})
	}
}
