package modules_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/modules"
	"assay/modules/clan"
	"assay/modules/symbolic"
)

// truthRegistries are asked of every flake, beside those that were found.
var truthRegistries = [][]string{
	{"flake", "modules", "*", "*"}, {"flake", "nixosModules", "*"}, {"flake", "darwinModules", "*"},
	{"flake", "homeModules", "*"}, {"flake", "homeManagerModules", "*"},
}

// TestTruth compares what is read of real flakes with what Nix evaluates: names
// are complete and none is invented, and the imports of a member are the same
// wherever Nix could evaluate them and the reader says that it knows them.
func TestTruth(t *testing.T) {
	corpus, inputs := os.Getenv("ASSAY_CORPUS"), os.Getenv("ASSAY_NIX_INPUTS")
	if corpus == "" || inputs == "" {
		t.Skip("not run: ASSAY_CORPUS and ASSAY_NIX_INPUTS name no directories with checkouts and with nixpkgs, flake-parts and import-tree")
	}
	nix := newestNix(t)
	flakes, err := filepath.Glob(filepath.Join(corpus, "*", modules.FlakeFile))
	if err != nil || len(flakes) == 0 {
		t.Fatalf("no flakes below %s: %v", corpus, err)
	}
	table := []string{fmt.Sprintf("%-28s %13s %6s %8s %6s %6s %5s %9s %9s %7s %5s %8s", "", "aspects/truth", "exact", "unknown", "wrong", "no Nix", "lost", "invented", "edges", "hosts", "exact", "clan")}
	for _, name := range flakes {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			table = append(table, truthOf(t, &asker{nix: nix, inputs: inputs, repo: dir}))
		})
	}
	t.Log("\n" + strings.Join(table, "\n"))
}

// TestTruthFixture does it with a flake of our own; without Nix it is compared
// with what Nix said.
func TestTruthFixture(t *testing.T) {
	dir, err := filepath.Abs("testdata/truth/fixture")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := modules.ReadFlake(os.DirFS(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range tree.Aspects {
		ids, sure := edgesOf(a.Imports)
		lines = append(lines, fmt.Sprintf("%s %v %t", idOf(a.Path), ids, sure))
	}
	slices.Sort(lines)
	want, err := os.ReadFile(filepath.Join(dir, "want.txt"))
	if got := strings.Join(lines, "\n") + "\n"; err != nil || got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if inputs := os.Getenv("ASSAY_NIX_INPUTS"); inputs != "" {
		t.Log(truthOf(t, &asker{nix: newestNix(t), inputs: inputs, repo: dir}))
	}
}

// score is one line of the table.
type score struct {
	read, truth, exact, unknown, wrong, unevaluated, lost, invented, edges, edgesTruth, hosts, hostsTruth, hostsExact, hostsCompared, clan, clanTruth int
}

func truthOf(t *testing.T, a *asker) string {
	repo := filepath.Base(a.repo)
	tree, err := modules.ReadFlake(os.DirFS(a.repo), nil)
	if err != nil {
		t.Fatal(err)
	}
	a.names = attributeNames(t, a.repo)
	a.registries = slices.Clone(truthRegistries)
	for _, r := range tree.Registries {
		if !r.List && !slices.ContainsFunc(a.registries, func(p []string) bool { return slices.Equal(p, r.Path) }) {
			a.registries = append(a.registries, r.Path)
		}
	}
	said, err := a.ask(t)
	if err != nil {
		t.Logf("Nix cannot evaluate it with stubs: %v", err)
		return fmt.Sprintf("%-28s %9d/-     Nix cannot evaluate it with stubs; %d hosts are read", repo, len(tree.Aspects), len(tree.Hosts))
	}
	var s score
	compareNames(t, tree, said, &s)
	compareRegistries(t, tree, said)
	a.open(t, said)
	compareMembers(t, tree, said, &s)
	compareHosts(t, tree, said, &s)
	compareClan(t, a.repo, tree, said, &s)
	return fmt.Sprintf("%-28s %9d/%-3d %6d %8d %6d %6d %5d %9d %4d/%-4d %3d/%-3d %2d/%-2d %4d/%-3d", repo,
		s.read, s.truth, s.exact, s.unknown, s.wrong, s.unevaluated, s.lost, s.invented, s.edges, s.edgesTruth,
		s.hosts, s.hostsTruth, s.hostsExact, s.hostsCompared, s.clan, s.clanTruth)
}

// idOf is an option's path as Nix writes it.
func idOf(path []string) string {
	words := make([]string, len(path))
	for i, name := range path {
		words[i] = symbolic.AttrName(name)
	}
	return strings.Join(words, ".")
}

func compareNames(t *testing.T, tree *modules.Tree, said *truth, s *score) {
	read := map[string]bool{}
	for _, a := range tree.Aspects {
		read[idOf(a.Path)] = true
	}
	s.read, s.truth = len(read), len(said.Names)
	for _, path := range said.Names {
		if !read[idOf(path)] {
			s.lost++
			t.Errorf("not read: %s", idOf(path))
		}
		delete(read, idOf(path))
	}
	for id := range read {
		s.invented++
		t.Errorf("invented: %s", id)
	}
}

// compareRegistries looks for options of modules that were not found.
func compareRegistries(t *testing.T, tree *modules.Tree, said *truth) {
	for _, path := range said.Typed {
		if !slices.ContainsFunc(tree.Registries, func(r modules.Registry) bool { return slices.Equal(r.Path, path) }) {
			t.Logf("an option of modules that is no registry: %s", idOf(path))
		}
	}
}

func compareMembers(t *testing.T, tree *modules.Tree, said *truth, s *score) {
	for _, a := range tree.Aspects {
		id := idOf(a.Path)
		theirs, ok := said.Members[id]
		if !ok {
			continue
		}
		if theirs == nil {
			s.unevaluated++
			continue
		}
		got, sure := edgesOf(a.Imports)
		want := aspectsAmong(theirs)
		s.edges += len(got)
		s.edgesTruth += len(want)
		switch {
		case slices.Equal(got, want) && sure:
			s.exact++
		case !sure:
			s.unknown++
		default:
			s.wrong++
			t.Errorf("%s imports %v, and Nix says %v", id, got, want)
		}
	}
}

// edgesOf are the members that a list of imports names, in its order and as
// often as it does, and whether that is surely all.
func edgesOf(imports []modules.Import) (ids []string, sure bool) {
	sure = true
	for _, i := range imports {
		switch {
		case i.Condition != "" || i.Why != "":
			sure = false
		case i.Module != nil:
			inner, all := edgesOf(i.Module.Imports)
			ids, sure = append(ids, inner...), sure && all && i.Module.Why == ""
		case i.Name != "":
			ids = append(ids, idOf(i.Path))
		}
	}
	return ids, sure
}

// aspectsAmong are the members among what Nix says.
func aspectsAmong(edges []string) []string {
	var ids []string
	for _, e := range edges {
		if id, ok := strings.CutPrefix(e, "aspect "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// outputs are the outputs that hold hosts, with their class.
var outputs = map[string]string{"nixos": "nixosConfigurations", "darwin": "darwinConfigurations", "homeManager": "homeConfigurations"}

func compareHosts(t *testing.T, tree *modules.Tree, said *truth, s *score) {
	read := map[string]*modules.Host{}
	for _, h := range tree.Hosts {
		if name := outputs[string(h.Class)]; name != "" {
			read[idOf([]string{name, h.Name})] = h
		}
	}
	s.hosts = len(read)
	complain := t.Errorf
	if slices.ContainsFunc(tree.Lost, func(p fleet.Problem) bool { return strings.Contains(p.Text, "onfigurations") }) {
		complain = t.Logf // the reader says that it does not know all
	}
	for name, hosts := range said.Hosts {
		for _, host := range hosts {
			s.hostsTruth++
			id := idOf([]string{name, host})
			h := read[id]
			if h == nil {
				complain("host not read: %s", id)
				continue
			}
			delete(read, id)
			theirs, ok := said.HostModules[id]
			if !ok || theirs == nil {
				continue
			}
			s.hostsCompared++
			var got []string
			sure := false
			tree.Alone(func() { got, sure = edgesOf(tree.OpenHost(h).Imports) })
			if want := aspectsAmong(theirs); slices.Equal(got, want) {
				s.hostsExact++
			} else if sure {
				t.Errorf("%s has %v, and Nix says %v", id, got, want)
			}
		}
	}
	for id := range read {
		t.Errorf("a host that Nix does not have: %s", id)
	}
}

// clanOf is the inventory of a checkout. The caller has the tree for itself.
func clanOf(tree *modules.Tree, repo string) *clan.Inventory {
	sources := clan.Sources{JSONName: "inventory.json"}
	sources.JSON, _ = os.ReadFile(filepath.Join(repo, sources.JSONName))
	entries, _ := os.ReadDir(filepath.Join(repo, "machines"))
	for _, e := range entries {
		if e.IsDir() {
			sources.Directories = append(sources.Directories, clan.Directory{Path: "machines/" + e.Name()})
		}
	}
	for _, path := range [][]string{{"clan"}, {"flake", "clan"}} {
		for _, d := range tree.Definitions(path...) {
			sources.Definitions = append(sources.Definitions, clan.Definition{Value: d.Value, Condition: d.Condition, Priority: d.Priority})
		}
	}
	return clan.Read(tree.Evaluator(), sources)
}

// compareClan compares the machines of the inventory that clan resolves.
func compareClan(t *testing.T, repo string, tree *modules.Tree, said *truth, s *score) {
	if len(said.Clan) == 0 {
		return // no clan, or one that Nix cannot evaluate with stubs
	}
	var names []string
	more := ""
	tree.Alone(func() {
		inventory := clanOf(tree, repo)
		more = inventory.More
		for _, m := range inventory.Machines {
			names = append(names, m.Name)
		}
	})
	s.clan, s.clanTruth = len(names), len(said.Clan)
	if !slices.Equal(names, said.Clan) {
		complain := t.Errorf
		if more != "" {
			complain = t.Logf
		}
		complain("the clan's machines are %v, and Nix says %v (%s)", names, said.Clan, more)
	}
}

// nixFiles are the names of the Nix files below a directory.
func nixFiles(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(name, ".nix") {
			out = append(out, filepath.Join(root, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
