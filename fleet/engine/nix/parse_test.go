package nix

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine/nix/runner"
)

// The shapes of `nix path-info --json`: 2.8, 2.26, 2.34 with its second
// format.
var infoShapes = []string{
	`[{"path":"/nix/store/a","narSize":1,"references":[]},{"path":"/nix/store/b","narSize":2,"references":["/nix/store/a","/nix/store/b"],"valid":true}]`,
	`{"/nix/store/a":{"narSize":1,"references":[]},"/nix/store/b":{"narSize":2,"references":["/nix/store/a","/nix/store/b"]},"/nix/store/c":null}`,
	`{"version":2,"storeDir":"/nix/store","info":{"a":{"narSize":1,"references":[]},"b":{"narSize":2,"references":["a","b"]}}}`,
}

func TestReadInfo(t *testing.T) {
	for _, text := range infoShapes {
		objects := map[string]object{}
		if err := readInfo([]byte(text), objects); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		c, err := closureOf("/nix/store/b", objects)
		if err != nil || len(c.Objects) != 2 || c.Objects[0].Path != "/nix/store/a" || c.Objects[1].NarSize != 2 {
			t.Errorf("%s: %+v, %v", text, c, err)
		}
	}
	if _, err := closureOf("/nix/store/x", nil); err == nil {
		t.Error("a closure of nothing")
	}
}

func FuzzReadInfo(f *testing.F) {
	for _, text := range infoShapes {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		objects := map[string]object{}
		_ = readInfo([]byte(text), objects)
		for path := range objects {
			c, err := closureOf(path, objects)
			if err == nil && (len(c.Objects) == 0 || c.Objects[len(c.Objects)-1].Path != path) {
				t.Errorf("the closure of %q is %v", path, c.Objects)
			}
		}
	})
}

const dryRun = `warning: something else
these 2 derivations will be built:
  /nix/store/00000000000000000000000000000000-b-1.0.drv
  /nix/store/00000000000000000000000000000000-a.drv
these 3 paths will be fetched (1.50 MiB download, 0.25 GiB unpacked):
  /nix/store/00000000000000000000000000000000-x
  /nix/store/00000000000000000000000000000000-y
  /nix/store/00000000000000000000000000000000-z
  no path
`

func TestReadTodo(t *testing.T) {
	todo := readTodo(dryRun)
	if !slices.Equal(todo.Build, []string{"a", "b-1.0"}) || todo.Fetch != 3 || todo.Download != 3<<19 || todo.Unpacked != 1<<28 || todo.Unknown != "" {
		t.Errorf("got %+v", todo)
	}
	one := readTodo("this derivation will be built:\n  /nix/store/x.drv\nthis path will be fetched (512.0 KiB download, 12 B unpacked):\n  /nix/store/y\n")
	if len(one.Build) != 1 || one.Fetch != 1 || one.Download != 1<<19 || one.Unpacked != 12 {
		t.Errorf("got %+v", one)
	}
}

func FuzzReadTodo(f *testing.F) {
	f.Add(dryRun)
	f.Fuzz(func(t *testing.T, text string) {
		if todo := readTodo(text); todo.Download < 0 || todo.Unpacked < 0 || !slices.IsSorted(todo.Build) {
			t.Errorf("got %+v", todo)
		}
	})
}

func TestReadBuilders(t *testing.T) {
	text := "ssh://mac aarch64-darwin,x86_64-darwin - 4 # the laptop\n\n# none\nssh-ng://b x86_64-linux /key ; ssh://c - -\nssh://d\n"
	want := []builder{
		{"ssh://mac", []string{"aarch64-darwin", "x86_64-darwin"}}, {"ssh-ng://b", []string{"x86_64-linux"}}, {"ssh://c", nil}, {"ssh://d", nil},
	}
	if got := readBuilders(text); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestReadGraph(t *testing.T) {
	text := `digraph G {
"a.drv" [label = "a.drv", shape = box];
"b.drv" -> "a.drv" [color = "black"];
"c.drv" -> "b.drv" [color = "black"];
"source" -> "a.drv" [color = "red"];
}`
	var reached []string
	seen := map[string]bool{}
	reach(readGraph(text, "/s"), "/s/a.drv", func(d string) bool {
		reached = append(reached, d)
		was := seen[d]
		seen[d] = true
		return !was
	})
	if !slices.Equal(reached, []string{"/s/a.drv", "/s/b.drv", "/s/c.drv"}) {
		t.Errorf("reached %v", reached)
	}
}

func TestMarks(t *testing.T) {
	m, ok := readMark("assay:X ", `trace: assay:X {"event":"done","machine":"a b","is":{"path":"/p"}}`)
	if !ok || m.Event != "done" || m.Machine != "a b" || string(m.Is) != `{"path":"/p"}` {
		t.Errorf("got %+v, %v", m, ok)
	}
	for _, s := range []string{"", "trace: other", `trace: assay:X `, `mark = m: v: builtins.trace ("assay:X " + builtins.toJSON m) v;`} {
		if m, ok := readMark("assay:X ", s); ok {
			t.Errorf("%q is %+v", s, m)
		}
	}
	// What is not about the machines that were asked for is not believed.
	p := &process{machines: []string{"a"}, done: nil}
	if p.take(mark{Event: "nonsense", Machine: "a"}) {
		t.Error("an unknown event was taken")
	}
}

func TestQuote(t *testing.T) {
	if got, want := quote("a\"b\\c${d}\n"), `"a\"b\\c\${d}\n"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFlakeURL(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{flakeURL("/a/b", "", false), "git+file:///a/b"},
		{flakeURL("/a b/c", "x y/", true), "git+file:///a%20b/c?dir=x%20y&shallow=1"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestMapped(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/flake.nix", "")
	write(t, top+"/sub/a.nix", "")
	r := &repository{top: top, sub: "sub/"}
	const source = "/nix/store/00000000000000000000000000000000-source"
	for file, want := range map[string]string{
		source + "/sub/a.nix":                "a.nix",
		source + "/flake.nix":                "../flake.nix",
		top + "/sub/a.nix":                   "a.nix",
		"«git+file://" + top + "»/sub/a.nix": "a.nix",
		"/elsewhere" + source + "/sub/a.nix": "a.nix",
		source + "/gone.nix":                 "",
		source + "/../../etc/passwd":         "",
		"«github:a/b»/flake.nix":             "",
		"«string»":                           "",
		"":                                   "",
		"/nix/store/11111111111111111111111111111111-source/flake.nix": "",
	} {
		if got, ok := r.mapped(file, source); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	r := &repository{content: "c", url: "u"}
	keys := map[string]bool{}
	for _, e := range []*Engine{New(Options{}), New(Options{AcceptConfig: map[string]any{"cores": 1}}), New(Options{Inputs: map[string]string{"a": "b"}})} {
		for _, v := range []runner.Version{{Text: "2.8"}, {Text: "2.26"}} {
			keys[e.key(r, v, "x")] = true
			keys[e.key(r, v, "y")] = true
		}
	}
	if len(slices.Collect(maps.Keys(keys))) != 12 {
		t.Errorf("%d keys, want 12", len(keys))
	}
}

func TestAdvice(t *testing.T) {
	if s := oneLine("error: a\n  b\t c " + strings.Repeat("x", 600)); !strings.HasPrefix(s, "a b c x") || len(s) > 510 {
		t.Errorf("got %q", s)
	}
}
