package clan

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay/modules/symbolic"
)

// clanSays is what testdata/nix/clan.nix answers.
type clanSays struct {
	Machines map[string]struct {
		MachineClass          string
		Tags                  []string
		TargetHost, BuildHost *string
	}
	Instances map[string]map[string]struct {
		Members map[string]any
		Extra   int
	}
	Checks []string
}

// reference returns the directories that the environment names.
func reference(t *testing.T) (nix, core, lib string) {
	t.Helper()
	core, lib = clanCore(), os.Getenv("ASSAY_NIXPKGS_LIB")
	if lib == "" {
		lib = input("nixpkgs")
	}
	if core == "" || lib == "" {
		t.Skip("not run: ASSAY_NIX_INPUTS names no directory with clan-core and nixpkgs")
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	return nix, core, lib
}

// clanCore is a checkout of clan-core, or "".
func clanCore() string { return input("clan-core") }

// input is the directory of that name in ASSAY_NIX_INPUTS, or "".
func input(name string) string {
	dir := filepath.Join(os.Getenv("ASSAY_NIX_INPUTS"), name)
	if _, err := os.Stat(dir); err != nil || os.Getenv("ASSAY_NIX_INPUTS") == "" {
		return ""
	}
	return dir
}

// askClan evaluates definitions of clan with clan's own modules.
func askClan(t *testing.T, dir, files string) clanSays {
	t.Helper()
	nix, core, lib := reference(t)
	lib = libOf(lib)
	expr, err := filepath.Abs("testdata/nix/clan.nix")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), nix, "--eval", "--strict", "--json", "--readonly-mode", "--expr",
		fmt.Sprintf("import %s { clan = /. + %q; lib = /. + %q; dir = %q; files = %s; }", expr, core, lib, dir, files))
	cmd.Env = append(os.Environ(), "NIX_CONFIG=substituters =\nexperimental-features = nix-command flakes")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, tail(complaints.String()))
	}
	var said clanSays
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	return said
}

// libOf accepts a checkout of nixpkgs.lib too, whose lib is a directory of it.
func libOf(dir string) string {
	if _, err := os.Stat(filepath.Join(dir, "lib", "default.nix")); err == nil {
		return filepath.Join(dir, "lib")
	}
	return dir
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

// services reads clan's own service modules, as somebody who has its source.
func services(t *testing.T) symbolic.Value {
	t.Helper()
	dir := clanCore()
	ev := symbolic.New(tree{os.DirFS(dir)}, symbolic.DefaultLimits)
	entries, err := os.ReadDir(filepath.Join(dir, "clanServices"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]symbolic.Value{}
	for _, e := range entries {
		if e.IsDir() {
			ev.Begin()
			out[e.Name()] = ev.Import(symbolic.Place{}, "clanServices/"+e.Name()+"/default.nix")
		}
	}
	return symbolic.NewAttrs(symbolic.Place{}, out)
}

// TestAgainstClan reads the fixtures that clan accepts and compares.
func TestAgainstClan(t *testing.T) {
	reference(t)
	for _, name := range []string{"sources", "members", "settings"} {
		t.Run(name, func(t *testing.T) {
			dir, err := filepath.Abs("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			fsys := os.DirFS(dir)
			files := "["
			for _, f := range clanFiles(t, fsys) {
				files += " " + filepath.Join(dir, f)
			}
			said := askClan(t, dir, files+" ]")
			s := sourcesOf(t, fsys)
			s.Foreign = map[string]symbolic.Value{"": services(t)}
			got := readTree(t, fsys, s, clanFiles(t, fsys)...)
			n := compare(t, got, said)
			t.Logf("%d facts agree", n)
		})
	}
}

// compare reports every fact that is known here and that clan has otherwise,
// and the number of those that agree.
func compare(t *testing.T, v *Inventory, said clanSays) (agree int) {
	t.Helper()
	same := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, and clan says %v", what, got, want)
			return
		}
		agree++
	}
	var names []string
	for _, m := range v.Machines {
		names = append(names, m.Name)
		theirs, ok := said.Machines[m.Name]
		if !ok {
			t.Errorf("clan has no machine %s", m.Name)
			continue
		}
		if m.ClassWhy == "" {
			same(m.Name+": class", string(m.Class), theirs.MachineClass)
		}
		if m.TagsWhy == "" && v.More == "" && !slices.ContainsFunc(v.Tags, func(t Tag) bool { return t.Why != "" }) {
			same(m.Name+": tags", m.AllTags(), theirs.Tags)
		}
		if m.TargetHost.Why == "" {
			same(m.Name+": target", m.TargetHost.Text, orEmpty(theirs.TargetHost))
		}
		if m.BuildHost.Why == "" {
			same(m.Name+": build", m.BuildHost.Text, orEmpty(theirs.BuildHost))
		}
	}
	if len(said.Machines) != len(names) && v.More == "" {
		t.Errorf("%d machines, and clan has %d", len(names), len(said.Machines))
	}
	if len(said.Instances) != len(v.Instances) && v.MoreInstances == "" {
		t.Errorf("%d instances, and clan has %d", len(v.Instances), len(said.Instances))
	}
	agree += compareRoles(t, v, said)
	limits := 0
	for _, p := range v.Problems {
		if strings.Contains(p.Text, "allows at most") || strings.Contains(p.Text, "needs at least") {
			limits++
		}
	}
	same("constraints that do not hold", limits, len(said.Checks))
	return agree
}

// compareRoles compares members, their settings and the number of modules.
func compareRoles(t *testing.T, v *Inventory, said clanSays) (agree int) {
	t.Helper()
	for _, i := range v.Instances {
		for _, r := range i.Roles {
			theirs := said.Instances[i.Name][r.Name]
			what := i.Name + "/" + r.Name
			if r.ExtraWhy == "" {
				if agree++; len(r.Extra) != theirs.Extra {
					t.Errorf("%s: %d extra modules, and clan has %d", what, len(r.Extra), theirs.Extra)
				}
			}
			for _, m := range r.Members {
				settings, ok := theirs.Members[m.Machine]
				if !ok && m.Condition == "" {
					t.Errorf("%s: clan has no member %s", what, m.Machine)
					continue
				}
				agree += within(t, what+", "+m.Machine, m.Settings.Data, settings)
			}
			if r.Why == "" && len(r.Members) != len(theirs.Members) {
				t.Errorf("%s: %d members, and clan has %d", what, len(r.Members), len(theirs.Members))
			}
		}
	}
	return agree
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// within checks that what is known here is what clan has, which has defaults
// besides.
func within(t *testing.T, what string, got, want any) (agree int) {
	t.Helper()
	if set, ok := want.(map[string]any); ok && set["failed"] == true {
		return 0 // clan refuses them
	}
	switch got := got.(type) {
	case Unknown:
		return 0
	case map[string]any:
		set, ok := want.(map[string]any)
		if !ok {
			t.Errorf("%s: %v, and clan says %v", what, got, want)
			return 0
		}
		for name, v := range got {
			if _, ok := set[name]; !ok {
				t.Errorf("%s.%s: clan has no such setting", what, name)
				continue
			}
			agree += within(t, what+"."+name, v, set[name])
		}
		return agree
	case []any:
		list, ok := want.([]any)
		if !ok || len(list) != len(got) {
			t.Errorf("%s: %v, and clan says %v", what, got, want)
			return 0
		}
		for i, v := range got {
			agree += within(t, what, v, list[i])
		}
		return agree
	case int64:
		if f, ok := want.(float64); ok && f == float64(got) {
			return 1
		}
	default:
		if reflect.DeepEqual(got, want) {
			return 1
		}
	}
	t.Errorf("%s: %v, and clan says %v", what, got, want)
	return 0
}
