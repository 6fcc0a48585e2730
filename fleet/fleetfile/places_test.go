package fleetfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// misplaced compares a decoded value with its place: every key and element
// must have one, and there must be in the source what the value begins with.
func misplaced(src, path string, v any, p *place) error {
	switch v := v.(type) {
	case map[string]any:
		for k, f := range v {
			at := p.fields[k]
			if at == nil {
				return fmt.Errorf("%s: the key %q has no place", path, k)
			}
			if rest := src[at.key:]; !strings.HasPrefix(rest, k) && strings.IndexAny(rest, `"'`) != 0 {
				return fmt.Errorf("%s: the key %q is not at %q", path, k, rest)
			}
			if err := misplaced(src, path+"."+k, f, at); err != nil {
				return err
			}
		}
	case []map[string]any:
		for i, e := range v {
			if i >= len(p.items) {
				return fmt.Errorf("%s: %d places of %d", path, len(p.items), len(v))
			}
			if err := misplaced(src, fmt.Sprintf("%s[%d]", path, i), e, p.items[i]); err != nil {
				return err
			}
		}
	case []any:
		if len(v) != len(p.items) {
			return fmt.Errorf("%s: %d places of %d", path, len(p.items), len(v))
		}
		for i, e := range v {
			if err := misplaced(src, fmt.Sprintf("%s[%d]", path, i), e, p.items[i]); err != nil {
				return err
			}
		}
	case string:
		if strings.IndexAny(src[p.value:], `"'`) != 0 {
			return fmt.Errorf("%s: the string %q is not at %q", path, v, src[p.value:])
		}
	default:
		if strings.IndexAny(src[p.value:], "0123456789+-tfin") != 0 {
			return fmt.Errorf("%s: %v is not at %q", path, v, src[p.value:])
		}
	}
	return nil
}

func checkPlaces(t *testing.T, src string) {
	t.Helper()
	at, s := scan(src)
	tree := make(map[string]any)
	if _, err := toml.Decode(src, &tree); err != nil || s.deep || len(s.notes) > 0 {
		return
	}
	if err := misplaced(src+" ", "", tree, at); err != nil {
		t.Errorf("%v\nin %q", err, src)
	}
}

func TestPlaces(t *testing.T) {
	checkPlaces(t, `# all that TOML has
"a b".'c.d' = 1
"esc\"aped\u0041" = 'lit'
x = [1, [2, "]"], {y = "}", z.z = [ # comment ]
  3.5, true,
]}, ]
long = """
a "" = [b] \""""""
raw = '''
it's [[no]] header'''''
when = [1979-05-27 07:32:00Z, 07:32:00]
[a.b]
k = 1
[[t]]
n = 1
[t.sub]
m = 1
[[t.many]]
[[t.many]]
o = inf
[[t]]
p = -1
[ "q" . r ]  # spaces
[a]
c.d.e = { }
`)
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, exampleFile) {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		checkPlaces(t, string(src))
		checkPlaces(t, strings.ReplaceAll(string(src), "\n", "\r\n"))
	}
}

func TestDepth(t *testing.T) {
	for _, src := range []string{
		"a = " + strings.Repeat("[", 100000) + strings.Repeat("]", 100000),
		"a = " + strings.Repeat("{a=", 100000) + "1" + strings.Repeat("}", 100000),
		strings.Repeat("a.", 100000) + "a = 1",
		"[" + strings.Repeat("a.", 100000) + "a]",
	} {
		if _, err := Parse("fleet.toml", []byte(src)); err == nil || !strings.Contains(err.Error(), "at most 64 levels") {
			t.Errorf("%.20s: %v", src, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, exampleFile) {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Fuzz(func(t *testing.T, src string) {
		checkPlaces(t, src)
		file, err := Parse("fleet.toml", []byte(src))
		if err == nil {
			if file.Fleet == nil || file.Fleet.Name == "" {
				t.Fatal("no errors and no fleet")
			}
			return
		}
		lines := strings.Split(src, "\n")
		for _, p := range err.(Errors) {
			if at := p.At; at.Line > len(lines) || at.Line > 0 && (at.Column < 1 || at.Column > len(lines[at.Line-1])+1) {
				t.Fatalf("a place outside of the file: %+v", p)
			}
		}
	})
}
