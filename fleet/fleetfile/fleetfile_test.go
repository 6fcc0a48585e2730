package fleetfile

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
)

// exampleFile is the example fleet's registry.
const exampleFile = "../../fleet.toml"

func TestParseExample(t *testing.T) {
	src, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	file, err := Parse("fleet.toml", src)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Unenforced) > 0 || file.Refusal() != nil {
		t.Errorf("unenforced: %v", file.Unenforced)
	}
	f := file.Fleet
	var names []string
	for _, m := range f.Machines {
		names = append(names, m.Name)
	}
	if got, want := strings.Join(names, " "), "argentum blackphos cinnabar electrum galena rosegold scheelite stibnite"; got != want {
		t.Errorf("machines %s, want %s", got, want)
	}
	c := f.Machine("cinnabar")
	if c.Class != fleet.NixOS || c.User != "cameron" || c.Deploy.Targets[0] != "root@cinnabar.zt" || c.Deploy.Guessed {
		t.Errorf("cinnabar: %+v", c)
	}
	if line(src, c.At.Line) != "[machines.cinnabar]" || c.At.Column != len("[machines.")+1 {
		t.Errorf("cinnabar is at %+v: %s", c.At, line(src, c.At.Line))
	}
	if a := c.Aspects[1]; !strings.HasPrefix(line(src, a.At.Line)[a.At.Column-1:], `"`+a.Name+`"`) {
		t.Errorf("aspect %s is not at %+v", a.Name, a.At)
	}
	h := f.Overlay.Hotfixes[0]
	if h.Package != "micromamba" || line(src, h.At.Line) != "[[overlay.hotfix]]" {
		t.Errorf("hotfix %+v at %s", h, line(src, h.At.Line))
	}
	if got := f.RolesOf("cinnabar"); !slices.Contains(got, "zerotier/controller") || slices.Contains(f.RolesOf("galena"), "zerotier/controller") {
		t.Errorf("roles of cinnabar: %v", got)
	}
}

func line(src []byte, n int) string { return strings.Split(string(src), "\n")[n-1] }

func TestGuessedTargets(t *testing.T) {
	file, err := Parse("fleet.toml", []byte(`
[fleet]
name = "x"
domain = "zt"
[machines.web]
system = "x86_64-linux"
[machines.mac]
system = "aarch64-darwin"
[machines.db]
system = "aarch64-linux"
deploy.targets = ["admin@db"]
`))
	if err != nil {
		t.Fatal(err)
	}
	for m, want := range map[string]fleet.Deploy{
		"web": {Targets: []string{"root@web.zt"}, Guessed: true},
		"mac": {},
		"db":  {Targets: []string{"admin@db"}},
	} {
		d := file.Fleet.Machine(m).Deploy
		if !slices.Equal(d.Targets, want.Targets) || d.Guessed != want.Guessed || d.Build != "local" || d.Become != "none" {
			t.Errorf("%s: %+v", m, d)
		}
	}
}

func TestUnenforced(t *testing.T) {
	file, err := Parse("fleet.toml", []byte(`
caches = ["https://cache.example.org"]
[fleet]
name = "x"
[machines.web]
system = "x86_64-linux"
deploy.jump = ["bastion"]
deploy.build = "local"
[machines.db]
system = "x86_64-linux"
deploy = { build = "web", become = "sudo" }
[services.ca]
input = "clan-core"
roles.server = {}
[rollout]
[[rollout.waves]]
size = 1
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range file.Unenforced {
		got = append(got, u.At.String()+" "+u.Path)
	}
	want := []string{"fleet.toml:2 caches",
		"fleet.toml:13 services.ca.input", "fleet.toml:16 rollout.waves"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if err := file.Refusal(); err == nil || !strings.Contains(err.Error(), "fleet.toml:16:11: rollout.waves: updates do not go in waves yet; hint: ") {
		t.Errorf("refusal: %v", err)
	}
}

// TestSchema: every key is documented, below a table of the schema, and has a
// form that is known.
func TestSchema(t *testing.T) {
	types := make(map[string]Type)
	for _, k := range Schema() {
		if types[k.Path] != "" {
			t.Errorf("%s is there twice", k.Path)
		}
		types[k.Path] = k.Type
		parent, _ := splitPath(k.Path)
		if in := types[strings.TrimSuffix(parent, "[]")]; parent != "" && in != Table && !(in == Tables && strings.HasSuffix(parent, "[]")) {
			t.Errorf("%s is in %q", k.Path, in)
		}
		if k.Doc == "" {
			t.Errorf("%s says nothing", k.Path)
		}
		if e, _ := formOf(k.Form)("\x00 "); e == "" && k.Form != "" {
			t.Errorf("%s: the form %q takes everything", k.Path, k.Form)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	src := bigFile(5000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Parse("fleet.toml", src); err != nil {
			b.Fatal(err)
		}
	}
}

// bigFile is a fleet of n machines.
func bigFile(n int) []byte {
	var b strings.Builder
	b.WriteString("[fleet]\nname = \"x\"\ndomain = \"zt\"\n[tags]\nedge = \"@cloud and not m[1-9]*\"\n[services.s.roles.peer]\ntags = [\"cloud\"]\n")
	for i := range n {
		fmt.Fprintf(&b, "[machines.m%d]\nsystem = \"x86_64-linux\"\nuser = \"u\"\ntags = [\"cloud\", \"rack%d\"]\naspects = [\"base\", \"server\"]\n", i, i%40)
	}
	return []byte(b.String())
}
