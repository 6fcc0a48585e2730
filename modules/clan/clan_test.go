package clan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// tree gives the evaluator the files of a file system.
type tree struct{ fs.FS }

func (t tree) Parsed(name string) (*syntax.File, error) {
	content, err := t.Content(name)
	if err != nil {
		return nil, err
	}
	return syntax.Parse(name, content)
}

func (t tree) Content(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, errors.New("outside")
	}
	return fs.ReadFile(t.FS, name)
}

func (t tree) Entries(name string) (map[string]string, error) {
	entries, err := fs.ReadDir(t.FS, name)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{}
	for _, e := range entries {
		kinds[e.Name()] = "regular"
		if e.IsDir() {
			kinds[e.Name()] = "directory"
		}
	}
	return kinds, nil
}

// readTree reads the definitions of clan in the named files, which are modules.
func readTree(t *testing.T, fsys fs.FS, s Sources, names ...string) *Inventory {
	t.Helper()
	ev := symbolic.New(tree{fsys}, symbolic.DefaultLimits)
	for _, name := range names {
		v := ev.Import(symbolic.Place{}, name)
		if f, ok := v.(*symbolic.Func); ok {
			v = ev.Apply(f.Place, f, symbolic.FlakeModuleArgs(f.Place))
		}
		s.Definitions = append(s.Definitions, Definition{Value: v})
	}
	return Read(ev, s)
}

// readText reads one definition of clan, called a.nix, or more with further
// names: b.nix, c.nix.
func readText(t *testing.T, s Sources, texts ...string) *Inventory {
	t.Helper()
	fsys := fstest.MapFS{}
	var names []string
	for i, text := range texts {
		name := string(rune('a'+i)) + ".nix"
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		names = append(names, name)
	}
	return readTree(t, fsys, s, names...)
}

// shownInventory is an inventory as text, one fact on a line.
func shownInventory(v *Inventory) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, m := range v.Machines {
		class := string(m.Class)
		if m.ClassWhy != "" {
			class = "class?(" + m.ClassWhy + ")"
		}
		text := fmt.Sprintf("machine %s %s tags %v", m.Name, class, m.AllTags())
		for _, p := range []struct{ name, text string }{
			{"if ", m.Condition}, {"tags?", m.TagsWhy}, {"target ", m.TargetHost.Text}, {"target?", m.TargetHost.Why},
			{"build ", m.BuildHost.Text}, {"files ", strings.Join(m.Files, " ")},
		} {
			if p.text != "" {
				text += " | " + p.name + p.text
			}
		}
		line("%s", text)
	}
	for _, t := range v.Tags {
		if !fleet.ReservedTag(t.Name) || !t.At.IsZero() {
			line("tag %s %v%s", t.Name, t.Members, orQuestion(t.Why))
		}
	}
	for _, i := range v.Instances {
		line("instance %s %s:%s%s", i.Name, i.Input.Text, i.Module.Text, orQuestion(i.Why))
		for _, r := range i.Roles {
			line("  role %s %s extra %d%s%s", r.Name, shownData(r.Settings), len(r.Extra), orQuestion(r.Why), orQuestion(r.ExtraWhy))
			for _, m := range r.Members {
				text := ""
				if m.Condition != "" {
					text = " if " + m.Condition
				}
				line("    %s by %s%s %s", m.Machine, m.Via, text, shownData(m.Settings))
			}
		}
	}
	for _, p := range v.Problems {
		line("%s", p.Error())
	}
	return b.String()
}

func orQuestion(why string) string {
	if why == "" {
		return ""
	}
	return " ?(" + why + ")"
}

func shownData(s Settings) string {
	out, err := json.Marshal(s.Data)
	if err != nil {
		return err.Error()
	}
	return string(out) + orQuestion(s.Why)
}

// TestFixtures compares every directory of testdata with its want.txt: files
// *.clan.nix are definitions of clan, in order of name.
func TestFixtures(t *testing.T) {
	dirs, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.Name() == "fuzz" || d.Name() == "nix" {
			continue
		}
		t.Run(d.Name(), func(t *testing.T) {
			fsys := os.DirFS(path.Join("testdata", d.Name()))
			got := shownInventory(readTree(t, fsys, sourcesOf(t, fsys), clanFiles(t, fsys)...))
			want, err := fs.ReadFile(fsys, "want.txt")
			if err != nil || got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func clanFiles(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	names, err := fs.Glob(fsys, "*.clan.nix")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// sourcesOf are inventory.json and the directories below machines.
func sourcesOf(t *testing.T, fsys fs.FS) Sources {
	t.Helper()
	s := Sources{JSONName: "inventory.json"}
	s.JSON, _ = fs.ReadFile(fsys, s.JSONName)
	entries, _ := fs.ReadDir(fsys, "machines")
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		d := Directory{Path: path.Join("machines", e.Name())}
		files, err := fs.ReadDir(fsys, d.Path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			d.Files = append(d.Files, f.Name())
		}
		s.Directories = append(s.Directories, d)
	}
	return s
}

func TestTarget(t *testing.T) {
	for text, want := range map[string]string{
		"":                       " []",
		"anvil.zt":               "root@anvil.zt []",
		"ssh://ada@anvil.zt:22":  "ada@anvil.zt:22 []",
		"root@a?ProxyJump=t@b,c": "root@a [t@b c]",
		"a?Port=2&proxyjump=b":   "root@a [b]",
		"a?ProxyJump=none":       "root@a []",
	} {
		address, jump := Target(text)
		if got := fmt.Sprintf("%s %v", address, jump); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
