package symbolic

import (
	"fmt"
	"strings"
	"testing"

	"assay/modules/syntax"
)

// repeated is text of a size: head, then part for numbers from 0 on, then
// tail.
func repeated(size int, head, tail string, part func(i int) string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; b.Len() < size; i++ {
		b.WriteString(part(i))
	}
	b.WriteString(tail)
	return b.String()
}

func always(s string) func(int) string { return func(int) string { return s } }

// largeFiles are hostile or at least large files.
func largeFiles(size int) map[string]string {
	return map[string]string{
		"nested lists":     repeated(size, "", "", always("[")),
		"nested sets":      repeated(size, "", "", always("{a=")),
		"nested lets":      repeated(size, "", "", func(i int) string { return fmt.Sprintf("let v%d = 1; in ", i) }),
		"list":             repeated(size, "[", "]", always("1 ")),
		"set":              repeated(size, "{", "}", func(i int) string { return fmt.Sprintf("a%d=%d;", i, i) }),
		"dynamic names":    repeated(size, "{", "}", func(i int) string { return fmt.Sprintf(`${"a" + "%d"}=1;`, i) }),
		"doubling text":    repeated(size, `let v0 = "x"; `, " in v99", func(i int) string { return fmt.Sprintf("v%d = v%d + v%d; ", i+1, i, i) }),
		"doubling sets":    repeated(size, `let v0 = { }; `, " in builtins.toJSON v9999", func(i int) string { return fmt.Sprintf("v%d = { a = v%d; b = v%d; }; ", i+1, i, i) }),
		"doubling calls":   repeated(size, `f: let v0 = f; `, " in v9999", func(i int) string { return fmt.Sprintf("v%d = v%d v%d; ", i+1, i, i) }),
		"doubling ifs":     repeated(size, `c: let v0 = { }; `, " in v9999 // v9999", func(i int) string { return fmt.Sprintf("v%d = (if c then v%d else v%d) // { }; ", i+1, i, i) }),
		"text":             repeated(size, `"`, `"`, always("x")),
		"interpolations":   repeated(size, `let a = "x"; in "`, `"`, always("${a}")),
		"updates":          repeated(size, "{ }", "", func(i int) string { return fmt.Sprintf("//{a%d=1;}", i) }),
		"open updates":     repeated(size, "c: { }", "", func(i int) string { return fmt.Sprintf("//{a%d=1;}//c", i) }),
		"concatenations":   repeated(size, "[ ]", "", always("++[1]")),
		"applications":     repeated(size, "let f = x: f; in f ", "", always("1 ")),
		"selections":       repeated(size, "let s = { a = s; }; in s", "", always(".a")),
		"variables":        repeated(size, strings.Repeat("let w = 1; in ", 800)+"[", "]", always("w ")),
		"free variables":   repeated(size, strings.Repeat("with { };", 800)+"[", "]", always("(x) ")),
		"patterns":         repeated(size, "{", "}: a1", func(i int) string { return fmt.Sprintf("a%d?1,", i) }),
		"comments":         repeated(size, "1", "", always("/* x */\n")),
		"endless text":     repeated(size, "''", "", always("$''$ ")),
		"expression":       repeated(size, `builtins.match "`, `" "x"`, always("(a*)*")),
		"long JSON":        repeated(size, "builtins.fromJSON ''", "''", always("[")),
		"import of itself": "import ./t.nix",
		"endless imports":  "let f = n: import (./. + \"/t${toString n}.nix\") // f (n + 1); in f 0",
	}
}

// forest has every file, all alike.
type forest struct{ file *syntax.File }

func (f forest) Parsed(name string) (*syntax.File, error) {
	copied := *f.file
	copied.Name = name
	return &copied, nil
}
func (forest) Content(string) ([]byte, error)            { return []byte("x"), nil }
func (forest) Entries(string) (map[string]string, error) { return nil, nil }

// TestLargeFiles reads large files to the end: an error of the parser, or a
// value within the budget.
func TestLargeFiles(t *testing.T) {
	for name, source := range largeFiles(500_000) {
		ev, v := readLarge(source)
		if ev == nil {
			continue
		}
		if _, bad := ev.plain(v, 0); bad != nil && Why(bad) == "" {
			t.Errorf("%s: %T without a reason", name, bad)
		}
		if ev.steps > 8*DefaultLimits.Steps {
			t.Errorf("%s: %d steps", name, ev.steps)
		}
	}
}

// readLarge is the value of a file as a module; nil if it does not parse.
func readLarge(source string) (*Evaluator, Value) {
	f, err := syntax.Parse("t.nix", []byte(source))
	if err != nil {
		return nil, nil
	}
	ev := New(forest{f}, DefaultLimits)
	v := ev.File(f)
	if _, isFunc := v.(*Func); isFunc {
		v = ev.Apply(Place{}, v, MachineModuleArgs(Place{}, ""))
	}
	return ev, v
}

// BenchmarkLargeFile reads 5 MB of each kind.
func BenchmarkLargeFile(b *testing.B) {
	files := largeFiles(5_000_000)
	for _, name := range sortedKeys(files) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(files[name])))
			b.ReportAllocs()
			for b.Loop() {
				if ev, v := readLarge(files[name]); ev != nil {
					_, _ = ev.plain(v, 0)
				}
			}
		})
	}
}

// folds build something of n parts, as configurations do.
var folds = map[string]string{
	"update":          `n: builtins.length (builtins.attrNames (builtins.foldl' (a: i: a // { ${"k" + toString i} = i; }) { } (builtins.genList (i: i) n)))`,
	"concat":          `n: builtins.length (builtins.foldl' (a: i: a ++ [ i ]) [ ] (builtins.genList (i: i) n))`,
	"recursiveUpdate": `n: let r = lib.foldl' lib.recursiveUpdate { } (builtins.genList (i: { a.b.${"k" + toString i} = i; }) n); in builtins.length (builtins.attrNames r.a.b)`,
	"mergeAttrsList":  `n: builtins.length (builtins.attrNames (lib.mergeAttrsList (builtins.genList (i: { ${"k" + toString i} = i; }) n)))`,
	"mapAttrs":        `n: builtins.length (builtins.attrNames (builtins.mapAttrs (k: v: v + 1) (lib.genAttrs (map toString (builtins.genList (i: i) n)) (k: 1))))`,
	"unique":          `n: builtins.length (lib.unique (builtins.genList (i: i) n))`,
	"zip":             `n: builtins.length (lib.zipListsWith (a: b: a + b) (builtins.genList (i: i) n) (builtins.genList (i: i) n))`,
	"sort":            `n: builtins.length (builtins.sort (a: b: a < b) (builtins.genList (i: n - i) n))`,
	"groupBy":         `n: builtins.length (builtins.attrNames (builtins.groupBy toString (builtins.genList (i: i) n)))`,
}

func runFold(t testing.TB, source string, n int64) (steps, bytes int) {
	ev := New(nil, DefaultLimits)
	f, err := syntax.Parse("t.nix", []byte("lib: "+source))
	if err != nil {
		t.Fatal(err)
	}
	v := ev.Apply(Place{}, ev.Apply(Place{}, ev.File(f), &Ref{Root: Lib}), Int{N: n})
	if i, ok := v.(Int); !ok || i.N != n {
		t.Errorf("%s for %d: %v %s", source, n, v, Why(v))
	}
	return ev.steps, ev.bytes
}

// TestFoldsGrowLinearly: ten times the parts cost at most about ten times the
// work (n log n for some).
func TestFoldsGrowLinearly(t *testing.T) {
	for name, source := range folds {
		n := int64(1000)
		if name == "recursiveUpdate" { // one inside of the other, so bounded by depth
			n = 30
		}
		steps, bytes := runFold(t, source, n)
		steps10, bytes10 := runFold(t, source, 10*n)
		if steps10 > 16*steps || bytes10 > 16*bytes {
			t.Errorf("%s: %d steps and %d bytes for %d, %d and %d for ten times as many", name, steps, bytes, n, steps10, bytes10)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for _, name := range sortedKeys(folds) {
		for _, n := range []int64{300, 3000} {
			if name == "recursiveUpdate" && n > 300 {
				continue
			}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					runFold(b, folds[name], n)
				}
			})
		}
	}
}
