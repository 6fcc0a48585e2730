package fleetfile

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// features is a file with what TOML 1.0 has, dates aside.
const features = `# comment
"a b".'c.d' = 1
"esc\"aped\u0041" = 'lit'
x = [1, [2, "]"], {y = "}", z.z = [ # comment ]
  3.5, true,
]}, ]
long = """
a "" = [b] \""""
folded = """\
    one \
    two"""
raw = '''
it's [[no]] header'''
numbers = [0x1F, 0o17, 0b11, 1_000, -2, +3, 1e3, 0.25]
[a.b]
k = 1
[[t]]
n = 1
[t.sub]
m = 1
[[t.many]]
[[t.many]]
o = false
[[t]]
p = -1
[ "q" . r ]
[a]
c.d.e = { }
`

// TestNixReadsTheSame compares with builtins.fromTOML: what Nix refuses must
// be refused here, and what both accept must be the same values.
func TestNixReadsTheSame(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	all := filepath.Join(t.TempDir(), "features.toml")
	if err := os.WriteFile(all, []byte(features), 0o600); err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, file := range append(files, exampleFile, all) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, accepted := fromTOML(t, nix, file)
		root, problems := decode("fleet.toml", string(src))
		if !accepted {
			if _, err := Parse("fleet.toml", src); err == nil {
				t.Errorf("%s: Nix refuses it", file)
			}
			continue
		}
		if len(problems) > 0 {
			t.Errorf("%s: Nix accepts it: %v", file, problems)
			continue
		}
		if got := throughJSON(t, root.plain()); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%v\nNix has\n%v", file, got, want)
		}
		same++
	}
	if same < 8 {
		t.Errorf("only %d files were compared", same)
	}
}

// fromTOML returns what Nix reads; ok is false when it refuses the file.
func fromTOML(t *testing.T, nix, file string) (v any, ok bool) {
	t.Helper()
	abs, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := nixCommand(t, nix, abs, "{ file }: builtins.fromTOML (builtins.readFile file)")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && strings.Contains(stderr.String(), "while parsing a TOML string") {
		return nil, false
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", file, err, stderr.String())
	}
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v, true
}

func nixCommand(t *testing.T, nix, file, expression string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), nix, "--store", "dummy://", "--eval", "--strict", "--json", "--argstr", "file", file, "-E", expression)
	cmd.Env = append(os.Environ(), "NIX_USER_CONF_FILES=/dev/null")
	return cmd
}

// throughJSON is v as JSON has it.
func throughJSON(t *testing.T, v any) (back any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// TestNixAcceptsTheSame: whatever random redefinitions of keys pass here must
// pass Nix, and mean the same.
func TestNixAcceptsTheSame(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	r := rand.New(rand.NewPCG(4, 5))
	var accepted []string
	refused := 0
	for len(accepted) < 300 {
		src := randomTOML(r)
		if _, err := toml.Decode(src, new(map[string]any)); err != nil {
			continue
		}
		if _, problems := decode("fleet.toml", src); len(problems) == 0 {
			accepted = append(accepted, src)
		} else {
			refused++
		}
	}
	if refused < 30 {
		t.Errorf("only %d that the decoder lets pass were refused", refused)
	}
	text, err := json.Marshal(accepted)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "all.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := nixCommand(t, nix, file, "{ file }: map builtins.fromTOML (builtins.fromJSON (builtins.readFile file))").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []any
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, src := range accepted {
		root, _ := decode("fleet.toml", src)
		if got := throughJSON(t, root.plain()); !reflect.DeepEqual(got, want[i]) {
			t.Errorf("%s\nis %v\nNix has %v", src, got, want[i])
		}
	}
}

func randomTOML(r *rand.Rand) string {
	values := []string{"1", `"x"`, "[]", `[1, "y"]`, "{}", "{a = 1}", "{a.b = 1, c = {}}", "[{a = 1}, {b = 2}]"}
	var b strings.Builder
	for range 2 + r.IntN(4) {
		var path []string
		for range 1 + r.IntN(3) {
			path = append(path, string(rune('a'+r.IntN(3))))
		}
		key := strings.Join(path, ".")
		switch r.IntN(5) {
		case 0:
			fmt.Fprintf(&b, "[%s]\n", key)
		case 1:
			fmt.Fprintf(&b, "[[%s]]\n", key)
		default:
			fmt.Fprintf(&b, "%s = %s\n", key, values[r.IntN(len(values))])
		}
	}
	return b.String()
}
