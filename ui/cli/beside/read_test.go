package beside

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/fleet/engine/nix/miniature"
)

// The size of a synthetic dendritic tree, of which n times as many make one
// that is n times as large.
const (
	treeAspects  = 100 // each in a file of its own
	treeMachines = 10
	treeImports  = 21 // aspects of a machine
)

// dendriticFlake makes the directory a dendritic flake of n times the size:
// aspects that import one another in threes, packages, texts, and machines in
// a file each.
func (at *bench) dendriticFlake(b *testing.B, n int) {
	b.Helper()
	at.write(b, "flake.nix", `{
  inputs.nixpkgs.url = "path:/nowhere/nixpkgs";
  inputs.flake-parts = { url = "path:/nowhere/flake-parts"; inputs.nixpkgs-lib.follows = "nixpkgs"; };
  inputs.import-tree.url = "path:/nowhere/import-tree";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
`)
	at.write(b, "modules/parts.nix", "{ inputs, ... }: { imports = [ inputs.flake-parts.flakeModules.modules ]; systems = [ \"x86_64-linux\" ]; }\n")
	for i := range n * treeAspects {
		imports := ""
		if i%3 == 2 {
			imports = fmt.Sprintf("    imports = with config.flake.modules.nixos; [ aspect%d aspect%d ];\n", i-1, i-2)
		}
		at.write(b, fmt.Sprintf("modules/part%d/aspect%d.nix", i/50, i), fmt.Sprintf(`# What aspect %[1]d is for.
{ config, ... }: {
  flake.modules.nixos.aspect%[1]d = { lib, pkgs, ... }: {
%[2]s    environment.etc."aspect/%[1]d.txt".text = "a text of ${toString %[1]d} words";
    environment.variables.ASPECT_%[1]d = lib.mkDefault (lib.concatStringsSep ":" [ "a" "b" "%[1]d" ]);
  };
}
`, i, imports))
	}
	for i := range n * treeMachines {
		var imports strings.Builder
		for j := range treeImports / 3 { // each imports two more
			third := (i*treeImports/3 + j) % (n * treeAspects / 3)
			fmt.Fprintf(&imports, " aspect%d", third*3+2)
		}
		at.write(b, fmt.Sprintf("modules/machines/machine%d.nix", i), fmt.Sprintf(`{ inputs, config, ... }: {
  flake.nixosConfigurations.machine%[1]d = inputs.nixpkgs.lib.nixosSystem {
    modules = (with config.flake.modules.nixos; [%[2]s ]) ++ [ { nixpkgs.system = "x86_64-linux"; networking.hostName = "machine%[1]d"; } ];
  };
}
`, i, &imports))
	}
	at.run(b, "git", "init", "--quiet")
	at.run(b, "git", "add", "--all")
}

// lock locks the inputs and commits: to small ones, or with ASSAY_NIX_INPUTS to
// flake-parts and import-tree themselves over nixpkgs' lib, where a machine is
// what lib.evalModules makes of it.
func (at *bench) lock(b *testing.B) {
	b.Helper()
	world, err := miniature.Write(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	if inputs := os.Getenv("ASSAY_NIX_INPUTS"); inputs != "" {
		world.Dir = b.TempDir()
		for name, part := range map[string]string{"nixpkgs": "lib", "flake-parts": ".", "import-tree": "."} {
			from, err := filepath.EvalSymlinks(filepath.Join(inputs, name, part))
			if err == nil {
				err = os.CopyFS(filepath.Join(world.Dir, name, part), os.DirFS(from))
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		at.write(b, filepath.Join(world.Dir, "nixpkgs/flake.nix"), `{
  outputs = { self }: {
    lib = (import ./lib).extend (lib: _: {
      nixosSystem = { modules, ... }: lib.evalModules { class = "nixos"; modules = modules ++ [ { _module.freeformType = lib.types.attrsOf lib.types.anything; } ]; };
    });
  };
}
`)
	}
	at.run(b, "nix", append([]string{"flake", "lock"}, world.Overrides("nixpkgs", "flake-parts", "import-tree")...)...)
	at.commit(b)
}

// peak is the most memory that runs of a program took, in bytes.
type peak struct{ most int64 }

// peaking runs a program whose exit code is one of those, and returns what it
// prints.
func (at *bench) peaking(b *testing.B, p *peak, codes []int, program string, args ...string) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), program, args...)
	cmd.Dir, cmd.Env = at.dir, at.env
	out, err := cmd.Output()
	if cmd.ProcessState == nil || !slices.Contains(codes, cmd.ProcessState.ExitCode()) {
		b.Fatalf("%s %.300q: %v\n%.2000s", program, args, err, out)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		p.most = max(p.most, usage.Maxrss<<10)
	}
	return string(out)
}

func (p *peak) String() string { return fmt.Sprintf("%d MB", p.most>>20) }

// withoutCache has Nix evaluate what it is asked: a flake that changes is
// asked the first time.
var withoutCache = []string{"--option", "eval-cache", "false"}

// BenchmarkRead asks which machines a dendritic flake has, and everything that
// assay tells of it, beside Nix.
func BenchmarkRead(b *testing.B) {
	at := newBench(b)
	at.dendriticFlake(b, 1)
	at.lock(b)
	last := fmt.Sprintf("machine%d", treeMachines-1)
	var peaks [4]peak
	asking := func(i int, program string, args ...string) func() {
		if i > 1 {
			program, args = at.find(program), append(args, withoutCache...)
		}
		return func() {
			if out := at.peaking(b, &peaks[i], []int{0}, program, args...); i != 1 && !strings.Contains(out, last) {
				b.Fatalf("%s %q does not say %s:\n%s", program, args, last, out)
			}
		}
	}
	const names = "builtins.attrNames"
	compare(b, 5,
		contender{"assay machines", nil, asking(0, at.assay, "machines"), nil},
		contender{"assay check", nil, asking(1, at.assay, "check"), nil},
		contender{"nix eval .#nixosConfigurations", nil, asking(2, "nix", "eval", "--json", ".#nixosConfigurations", "--apply", names), nil},
		contender{"nix flake show", nil, asking(3, "nix", "flake", "show", "--json"), nil})
	b.Logf("peak memory: %v, %v, %v, %v", &peaks[0], &peaks[1], &peaks[2], &peaks[3])
	b.Log("not run: clan's own questions (clanInternals.inventory): clan-core evaluates with its locked inputs only, which are not here without a network")
}

// BenchmarkGrowth reads trees of 1, 10 and 50 times the size.
func BenchmarkGrowth(b *testing.B) {
	at := newBench(b)
	var table strings.Builder
	for _, command := range []string{"machines", "check"} {
		var first []float64
		for _, n := range []int{1, 10, 50} {
			at.dir = b.TempDir()
			at.dendriticFlake(b, n)
			took, p := at.reading(b, command)
			row := []float64{took.wall.Seconds(), took.cpu.Seconds(), float64(p.most)}
			if first == nil {
				first = row
			}
			fmt.Fprintf(&table, "%-8s %2dx: %4d files, %3d machines: %6.0f ms wall, %6.0f ms CPU, %4d MB; %.1f, %.1f and %.1f times those of 1x, load %s\n", command, n,
				n*(treeAspects+treeMachines)+1, n*treeMachines, row[0]*1000, row[1]*1000, p.most>>20, row[0]/first[0], row[1]/first[1], row[2]/first[2], load())
		}
	}
	b.Log("\n" + table.String())
}

// reading is the median of five new processes that read the directory.
func (at *bench) reading(b *testing.B, command string) (cost, peak) {
	b.Helper()
	var p peak
	var costs []cost
	for range 5 {
		costs = append(costs, measure(b, func() { at.peaking(b, &p, []int{0, 1}, at.assay, command) }))
	}
	return median(costs), p
}

// corpus is where checkouts of real flakes are.
func (at *bench) corpus(b *testing.B) (dirs []string) {
	b.Helper()
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		b.Skip("not run: ASSAY_CORPUS names no directory with checkouts")
	}
	flakes, err := filepath.Glob(filepath.Join(corpus, "*", "flake.nix"))
	if err != nil || len(flakes) == 0 {
		b.Fatalf("no flakes below %s: %v", corpus, err)
	}
	at.env = append(at.env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	for _, name := range flakes {
		dirs = append(dirs, filepath.Dir(name))
	}
	return dirs
}

// BenchmarkAudit audits real repositories for the first time, with nothing kept,
// and once more; beside it git goes through all commits and does nothing else.
func BenchmarkAudit(b *testing.B) {
	at := newBench(b)
	var table strings.Builder
	for _, dir := range at.corpus(b) {
		at.dir = dir
		commits, err := at.try(b, "git", "rev-list", "--count", "HEAD")
		if err != nil {
			b.Fatalf("%s: %v\n%s", dir, err, commits)
		}
		var p peak
		var first, again, walk []cost
		env := at.env
		for range 9 {
			at.env = append(slices.Clip(env), "XDG_CACHE_HOME="+b.TempDir())
			for _, costs := range []*[]cost{&first, &again} {
				*costs = append(*costs, measure(b, func() { at.peaking(b, &p, []int{0, 1}, at.assay, "secrets", "audit") }))
			}
			walk = append(walk, measure(b, func() { at.run(b, "git", "rev-list", "--count", "HEAD") }))
		}
		at.env = env
		fmt.Fprintf(&table, "| %s | %s | %.3f s | %.3f s | %.3f s | %v |\n", strings.Replace(filepath.Base(dir), "+", "/", 1), strings.TrimSpace(commits),
			median(first).wall.Seconds(), median(again).wall.Seconds(), median(walk).wall.Seconds(), &p)
	}
	fmt.Printf("load %s\n| repository | commits | `secrets audit`, first ever | afterwards | `git rev-list` | memory |\n%s", load(), &table)
}

// BenchmarkCorpus reads real repositories: each command is a new process, the
// files are in the system's memory.
func BenchmarkCorpus(b *testing.B) {
	at := newBench(b)
	var table strings.Builder
	for _, dir := range at.corpus(b) {
		at.dir = dir
		commit, err := at.try(b, "git", "rev-parse", "HEAD")
		if err != nil {
			commit = "no commit"
		}
		var p peak
		out := at.peaking(b, &p, []int{0, 1}, at.assay, "machines", "--json")
		machines, inMachines := at.reading(b, "machines")
		check, inCheck := at.reading(b, "check")
		fmt.Fprintf(&table, "| %s | %.12s | %d | %d ms | %d ms | %v | %d ms | %d ms | %v |\n", strings.Replace(filepath.Base(at.dir), "+", "/", 1), commit,
			strings.Count(out, "\"class\":"), machines.wall/time.Millisecond, machines.cpu/time.Millisecond, &inMachines, check.wall/time.Millisecond, check.cpu/time.Millisecond, &inCheck)
	}
	// A log of more than ten lines would be cut.
	fmt.Printf("load %s\n| repository | commit | machines | `machines`: wall | CPU | memory | `check`: wall | CPU | memory |\n%s", load(), &table)
}
