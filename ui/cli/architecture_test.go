package cli

import (
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// room is one row of the house's table: what the packages of a tree may
// import from assay, which libraries they may use, and the sentence that
// explains it to somebody whose import was refused.
type room struct {
	pkg       string   // path below assay/; "x/..." is the tree
	imports   []string // assay packages, same notation
	libraries []string // module path prefixes beside the standard library
	why       string
}

// charm is what only ui may import.
const charm = "github.com/charmbracelet/"

// house is the direction of imports. The first row that matches a package
// decides, so trees stand below their exceptions.
var house = []room{
	{".", []string{"ui/cli"}, nil,
		"main only starts ui/cli"},
	{"ui/cli/...", []string{"..."}, []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/aymanbagabas/go-udiff", "github.com/gofrs/flock", "github.com/google/renameio/v2", "golang.org/x/crypto/ssh", "golang.org/x/sys/unix", "golang.org/x/term"},
		"ui/cli wires engines, connectors and session together"},
	{"ui/view/viewtest", []string{"ui/...", "fleet", "fleet/repo", "fleet/session", "fleet/run/...", "modules/compose"}, nil,
		"viewtest opens the example fleet for the tests of views"},
	{"ui/word", []string{"fleet", "fleet/engine", "fleet/session", "overlay", "fleet/run/event", "fleet/run/plan"}, nil,
		"word says things; it draws and asks nothing"},
	{"ui/action", nil, nil, "the table of actions knows no view"},
	{"ui/style", nil, []string{charm, "github.com/muesli/termenv"}, "style knows roles, not what has them"},
	{"ui/term", []string{"fleet/host", "ui/term/quiet"}, []string{charm, "github.com/aymanbagabas/go-osc52/v2"},
		"term is the border to the terminal"},
	{"ui/term/quiet", nil, []string{charm + "lipgloss"}, "quiet must be initialised before Bubble Tea"},
	{"ui/widget", []string{"ui/action", "ui/style", "ui/term"}, []string{charm},
		"widgets know nothing of fleets"},
	{"ui/config", []string{"fleet", "ui/action", "ui/style"}, []string{"github.com/BurntSushi/toml"},
		"config reads what the operator wants of the console"},
	{"ui/view/...", []string{"ui/...", "fleet", "fleet/engine", "fleet/session", "modules/compose", "overlay", "overlay/care", "secrets", "secrets/audit", "fleet/run/event", "fleet/run/plan", "fleet/run/state"}, nil,
		"views see values only: they start nothing, and never see keys or the terminal"},
	{"ui/...", []string{"ui/...", "fleet", "fleet/engine", "fleet/session", "modules/compose", "overlay", "overlay/care", "secrets", "secrets/audit", "fleet/run/event", "fleet/run/plan", "fleet/run/state"}, []string{charm, "github.com/sahilm/fuzzy", "golang.org/x/term", "golang.org/x/sys/unix"},
		"the console sees values only and asks session through an interface that ui declares"},

	{"fleet", nil, nil, "fleet is a leaf: values that everybody shares, standard library only"},
	{"fleet/host", nil, nil, "fleet/host is a leaf: what it takes to reach a host, standard library only"},
	{"fleet/engine", []string{"fleet/host"}, nil, "fleet/engine is a leaf: what it takes to realise a system; it knows hosts as host.Conn only"},
	{"fleet/run/event", nil, nil, "fleet/run/event is a leaf: the contract between a run and everybody who watches it"},

	{"fleet/fleetfile", []string{"fleet"}, []string{"github.com/BurntSushi/toml"},
		"fleetfile turns text into fleet values"},
	{"fleet/checkout", []string{"fleet/engine/nix/runner"}, []string{"github.com/google/renameio/v2", "golang.org/x/sys/unix"},
		"checkout asks git; it does not know what for"},
	{"fleet/beneath", nil, []string{"golang.org/x/sys/unix"}, "beneath reads files and knows nothing of fleets"},
	{"fleet/repo", []string{"fleet", "fleet/beneath", "fleet/checkout", "fleet/fleetfile", "modules", "modules/compose", "overlay", "overlay/read", "secrets", "secrets/vars"}, nil,
		"repo opens a directory; it reaches no host and runs no engine"},
	{"fleet/session", []string{"fleet/...", "modules/...", "overlay", "overlay/care", "overlay/hydra", "overlay/indexes", "secrets/..."}, []string{"github.com/google/renameio/v2", "golang.org/x/crypto/ssh"},
		"session holds the verbs; it never sees ui"},

	{"fleet/engine/embedded", []string{"fleet", "fleet/engine", "fleet/host", "modules/compose"}, []string{"github.com/nix-community/go-nix"},
		"an engine satisfies fleet/engine and does not know who calls it"},
	{"fleet/engine/nix/guard", []string{"fleet/engine", "fleet/host"}, nil,
		"the guard works on a host through host.Conn"},
	{"fleet/engine/nix/deploy", []string{"fleet", "fleet/engine", "fleet/engine/nix/guard", "fleet/engine/nix/record", "fleet/engine/nix/runner", "fleet/host", "fleet/rundir"}, []string{"github.com/nix-community/go-nix"},
		"deploy brings to a host what Nix built, over any host.Conn"},
	{"fleet/engine/nix/record", []string{"fleet/engine"}, []string{"github.com/nix-community/go-nix"},
		"record describes what Nix built; where that is does not matter"},
	{"fleet/engine/nix/nixlog", []string{"fleet/engine", "fleet/host"}, nil,
		"nixlog reads what Nix says; it starts nothing"},
	{"fleet/engine/nix", []string{"fleet/engine", "fleet/engine/nix/nixlog", "fleet/engine/nix/record", "fleet/engine/nix/runner", "fleet/host"}, []string{"github.com/google/renameio/v2"},
		"engine/nix drives Nix here; what happens on hosts is a deployer's"},
	{"fleet/engine/nix/miniature", nil, nil,
		"miniature writes Nix files for tests and demos; it knows nothing of fleets"},
	{"fleet/engine/nix/native", nil, nil,
		"native is the module that stands beside fleet.toml; Nix reads the rest"},
	{"fleet/engine/nix/runner", []string{"fleet/host"}, nil,
		"the runner starts programs; it does not know what for"},
	{"fleet/host/remote", []string{"fleet/host", "fleet/host/knownhosts", "fleet/host/sshconfig"}, []string{"golang.org/x/crypto"},
		"host/remote satisfies fleet/host and does not know what runs over it"},
	{"fleet/host/sshconfig", nil, nil, "host/sshconfig asks the ssh command, standard library only"},
	{"fleet/host/knownhosts", nil, []string{"golang.org/x/crypto/ssh", "github.com/google/renameio/v2", "github.com/gofrs/flock"},
		"host/knownhosts knows files and keys, no hosts"},
	{"fleet/rundir", nil, []string{"github.com/gofrs/flock"}, "rundir makes directories, whatever for"},
	{"fleet/host/awake", nil, nil, "host/awake keeps this computer awake, standard library only"},
	{"fleet/host/sim", []string{"fleet/host"}, []string{"golang.org/x/crypto", "github.com/google/renameio/v2"},
		"host/sim plays hosts; nothing but ui/cli may start it"},
	{"fleet/host/bed", nil, nil, "the test bed knows script/hosts and nothing of assay"},
	{"fleet/host/probe", []string{"fleet", "fleet/host"}, nil,
		"host/probe reads facts over a host.Conn"},

	{"fleet/run/plan", []string{"fleet", "fleet/engine", "modules/compose"}, []string{"github.com/aymanbagabas/go-udiff"},
		"a plan is pure: facts and systems in, a value out"},
	{"fleet/run/rollout", []string{"fleet", "fleet/engine", "fleet/host", "fleet/run/event", "fleet/run/plan"}, nil,
		"rollout knows interfaces, never engine/nix, host/remote or the terminal"},
	{"fleet/run/journal", []string{"fleet/run/event", "fleet/run/plan"}, []string{"github.com/google/renameio/v2", "github.com/gofrs/flock"},
		"the journal records events and knows nothing of those who make them"},
	{"fleet/run/state", []string{"fleet/run/event"}, nil,
		"state is a projection of events"},

	{"modules/syntax", nil, nil, "the parser knows no fleet, standard library only"},
	{"modules/symbolic", []string{"fleet", "modules/syntax"}, []string{"github.com/BurntSushi/toml"}, "the evaluator knows syntax and the values of fleet"},
	{"modules/compose", []string{"fleet", "modules", "modules/symbolic", "modules/syntax"}, nil, "compose reads trees and touches no host"},
	{"modules/clan", []string{"fleet", "modules/symbolic", "modules/syntax"}, nil, "clan resolves an inventory from values that others have read"},
	{"modules/aspects", nil, nil, "the example tree is data"},
	{"modules/packages", nil, nil, "the example packages are data"},
	{"modules", []string{"fleet", "modules/clan", "modules/symbolic", "modules/syntax"}, nil, "modules reads trees and touches no host"},
	{"overlay", []string{"fleet", "modules/syntax", "modules/symbolic"}, nil, "overlay resolves layers from values and syntax"},
	{"overlay/care", []string{"fleet", "modules/symbolic", "modules/syntax", "overlay", "overlay/hydra"}, nil, "care judges hotfixes from what others have asked for"},
	{"overlay/hydra", nil, []string{"github.com/google/renameio/v2"}, "hydra asks a Hydra; it does not know what for"},
	{"overlay/indexes", []string{"overlay"}, []string{"github.com/google/renameio/v2"}, "indexes keeps what channels hold in files"},
	{"overlay/read", []string{"fleet", "modules", "modules/compose", "modules/symbolic", "modules/syntax", "overlay"}, nil, "read reads overlays from a module tree and touches no host"},
	{"secrets/generate/...", []string{"secrets/secret", "secrets/generate/..."}, []string{"filippo.io/age", "github.com/go-crypt/x", "github.com/sethvargo/go-diceware", "golang.org/x/crypto"},
		"generators make values; where they are kept is not theirs to know"},
	{"secrets/deliver", []string{"fleet/host", "secrets/secret"}, nil,
		"deliver brings a key over any host.Conn; whose it is, it does not know"},
	{"secrets/...", []string{"fleet", "fleet/beneath", "secrets/..."}, []string{"filippo.io/age", "filippo.io/edwards25519", "go.yaml.in/yaml/v3", "golang.org/x/crypto", "github.com/google/renameio/v2", "github.com/gofrs/flock"},
		"secrets know the fleet's values only"},
}

// onlyFor names packages that just one place may import, so that knowledge of
// them does not spread.
var onlyFor = map[string]struct {
	importers []string
	why       string
}{
	"fleet/host/sim":          {[]string{"ui/cli/..."}, "no package but ui/cli and host/sim knows what a demo is"},
	"fleet/engine/embedded":   {[]string{"ui/cli/..."}, "engines are wired in ui/cli; everybody else asks through fleet/engine"},
	"fleet/host/bed":          {nil, "only tests have the test bed"},
	"secrets/canary":          {nil, "only tests look for leaks"},
	"secrets/sops/plugintest": {nil, "only tests have age plugins of their own"},
	"fleet/host/remote":       {[]string{"ui/cli/..."}, "connectors are wired in ui/cli; everybody else asks through fleet/host"},
	"modules/aspects":         {[]string{"ui/cli/..."}, "the example tree is the demo's"},
	"modules/packages":        {[]string{"ui/cli/..."}, "the example packages are the demo's"},
}

type listedPackage struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports,Standard", "assay/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []listedPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listedPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	return pkgs
}

func TestImportsFollowTheHouse(t *testing.T) {
	pkgs := listPackages(t)
	standard := map[string]bool{"C": true, "unsafe": true}
	for _, p := range pkgs {
		standard[p.ImportPath] = standard[p.ImportPath] || p.Standard
	}
	seen := 0
	for _, p := range pkgs {
		name, ours := inHouse(p.ImportPath)
		if !ours {
			continue
		}
		seen++
		for _, imported := range p.Imports {
			if !standard[imported] {
				if broken := violation(name, imported); broken != "" {
					t.Error(broken)
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("looked at %d packages only: go list no longer names them", seen)
	}
}

// TestViolationsAreFound keeps the table honest: imports that must be refused.
func TestViolationsAreFound(t *testing.T) {
	for _, wrong := range [][2]string{
		{"fleet", "assay/overlay"},
		{"fleet/engine", "assay/fleet/engine/embedded"},
		{"fleet/run/rollout", "assay/fleet/host/remote"},
		{"fleet/session", "assay/ui/cli"},
		{"fleet/session", "assay/fleet/host/sim"},
		{"modules/syntax", "github.com/BurntSushi/toml"},
		{"fleet/host/remote", charm + "lipgloss"},
		{"secrets/vars", "assay/modules"},
		{"nowhere", "assay/fleet"},
	} {
		if violation(wrong[0], wrong[1]) == "" {
			t.Errorf("assay/%s importing %s was not refused", wrong[0], wrong[1])
		}
	}
	if got := violation("fleet/engine", "assay/fleet/host"); got != "" {
		t.Errorf("a right import was refused: %s", got)
	}
}

// violation explains why a package of the house may not import another
// package, or returns "" when it may.
func violation(name, imported string) string {
	i := slices.IndexFunc(house, func(r room) bool { return matches(r.pkg, name) })
	if i < 0 {
		return "assay/" + name + " has no room in the house: add a row to the table in ui/cli/architecture_test.go and to ARCHITECTURE.md"
	}
	r := house[i]
	target, ours := inHouse(imported)
	if !ours {
		if slices.ContainsFunc(r.libraries, func(lib string) bool { return strings.HasPrefix(imported, lib) }) {
			return ""
		}
		return "assay/" + name + " may not import " + imported + ": " + r.why
	}
	if only, ok := onlyFor[target]; ok && !slices.ContainsFunc(only.importers, func(p string) bool { return matches(p, name) }) {
		return "assay/" + name + " may not import assay/" + target + ": " + only.why
	}
	if !slices.ContainsFunc(r.imports, func(p string) bool { return matches(p, target) }) {
		return "assay/" + name + " may not import assay/" + target + ": " + r.why
	}
	return ""
}

func inHouse(importPath string) (name string, ours bool) {
	if importPath == "assay" {
		return ".", true
	}
	return strings.CutPrefix(importPath, "assay/")
}

// matches reports whether a package is the pattern, or in its tree.
func matches(pattern, name string) bool {
	tree, isTree := strings.CutSuffix(pattern, "...")
	if !isTree {
		return path.Clean(pattern) == name
	}
	return strings.HasPrefix(name+"/", tree)
}
