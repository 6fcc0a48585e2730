package modules_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// truth is what testdata/truth/truth.nix answers.
type truth struct {
	Names       [][]string
	Typed       [][]string
	Hosts       map[string][]string
	Clan        []string            // machines of the inventory
	Members     map[string][]string // nil where Nix cannot evaluate it
	HostModules map[string][]string
}

// asker asks Nix about one flake.
type asker struct {
	nix, inputs, repo string
	names             []string
	registries        [][]string
	extra             bool   // flake.modules has to be declared for it
	real              bool   // inputs have to be directories for it
	unchecked         bool   // what nobody declares is dropped
	part              string // of the answer: ".clan" for that alone, "" for all
	runs              int
	last              string // why Nix last failed
}

// newestNix is the newest nix-instantiate of script/nixes, or the one in PATH.
func newestNix(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err == nil {
		found, _ := filepath.Glob(filepath.Join(cache, "assay", "nix", "[0-9]*", "bin", "nix-instantiate"))
		if len(found) > 0 {
			return slices.Max(found)
		}
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	return nix
}

// ask asks for the names. A flake that relies on somebody else to declare
// flake.modules gets it declared, and one that takes files from an input gets a
// directory.
func (a *asker) ask(t testing.TB) (said *truth, err error) {
	for i := range 8 {
		a.extra, a.real, a.unchecked = i&1 != 0, i&2 != 0, i&4 != 0
		if said, err = a.eval(t, nil, nil); err == nil {
			break
		}
	}
	return said, err
}

// maxRuns bounds how often Nix is started for one flake.
const maxRuns = 30

// open asks for the imports of all members and for the modules of all hosts.
// What Nix cannot evaluate is found by halves.
func (a *asker) open(t testing.TB, said *truth) {
	said.Members, said.HostModules = map[string][]string{}, map[string][]string{}
	var hosts [][]string
	for kind, names := range said.Hosts {
		for _, name := range names {
			hosts = append(hosts, []string{kind, name})
		}
	}
	slices.SortFunc(hosts, slices.Compare)
	a.halves(t, said.Names, func(part [][]string) bool {
		got, err := a.eval(t, part, nil)
		if err == nil {
			for id, edges := range got.Members {
				said.Members[id] = edges
			}
		}
		return err == nil
	}, func(path []string) { said.Members[idOf(path)] = nil })
	a.halves(t, hosts, func(part [][]string) bool {
		got, err := a.eval(t, nil, part)
		if err == nil {
			for id, edges := range got.HostModules {
				said.HostModules[id] = edges
			}
		}
		return err == nil
	}, func(path []string) { said.HostModules[idOf(path)] = nil })
}

func (a *asker) halves(t testing.TB, all [][]string, try func([][]string) bool, bad func([]string)) {
	if len(all) == 0 || a.runs <= maxRuns && try(all) {
		return
	}
	if len(all) == 1 || a.runs > maxRuns {
		t.Logf("Nix cannot evaluate %d of them with stubs, as %s: %s", len(all), idOf(all[0]), a.last)
		for _, path := range all {
			bad(path)
		}
		return
	}
	a.halves(t, all[:len(all)/2], try, bad)
	a.halves(t, all[len(all)/2:], try, bad)
}

func (a *asker) eval(t testing.TB, members, hosts [][]string) (*truth, error) {
	t.Helper()
	a.runs++
	expr, err := filepath.Abs("testdata/truth/truth.nix")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("import %s { inputsDir = %q; repo = %q; names = %s; registries = %s; members = %s; hosts = %s; extra = %t; real = %t; unchecked = %t; }",
		expr, a.inputs, a.repo, nixList(a.names), nixLists(a.registries), nixLists(members), nixLists(hosts), a.extra, a.real, a.unchecked)
	cmd := exec.CommandContext(t.Context(), a.nix, "--eval", "--strict", "--json", "--readonly-mode", "--extra-experimental-features", "pipe-operators", "-")
	cmd.Stdin = strings.NewReader("(" + text + ")" + a.part)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=substituters =\ndownload-attempts = 1\nconnect-timeout = 1\nexperimental-features = nix-command flakes", "NIX_USER_CONF_FILES=/dev/null")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		a.last = lastLines(complaints.String())
		return nil, errors.New(a.last)
	}
	said := &truth{}
	if a.part != "" {
		return said, json.Unmarshal(out, &said.Clan)
	}
	if err := json.Unmarshal(out, said); err != nil {
		t.Fatal(err)
	}
	return said, nil
}

func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-14):], "\n")
}

func nixList(names []string) string {
	var b strings.Builder
	b.WriteString("[")
	for _, n := range names {
		b.WriteString(" " + symbolic.Quote(n))
	}
	return b.String() + " ]"
}

func nixLists(paths [][]string) string {
	var b strings.Builder
	b.WriteString("[")
	for _, p := range paths {
		b.WriteString(" " + nixList(p))
	}
	return b.String() + " ]"
}

// attributeNames are all names that the files of a flake ask a set for.
func attributeNames(t testing.TB, root string) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, name := range nixFiles(t, root) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := syntax.Parse(name, content)
		if err != nil {
			continue
		}
		syntax.Inspect(f.Root, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Select:
				for _, a := range n.Path {
					seen[a.Name] = true
				}
			case *syntax.Inherit:
				for _, a := range n.Names {
					seen[a.Name] = seen[a.Name] || n.From != nil
				}
			case *syntax.Formal:
				seen[n.Name] = true
			}
			return true
		})
	}
	var out []string
	for name, asked := range seen {
		own := strings.HasPrefix(name, "__") || slices.Contains([]string{"", "type", "_type", "outPath", "imports", "_file", "_class", "key"}, name)
		if asked && !own {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
