package clan

import (
	"os"
	"path/filepath"
	"testing"

	"assay/modules"
	"assay/modules/symbolic"
)

// TestFlakes reads the inventories of real flakes from flake.nix on.
func TestFlakes(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory with checkouts")
	}
	flakes, err := filepath.Glob(filepath.Join(dir, "*", modules.FlakeFile))
	if err != nil || len(flakes) == 0 {
		t.Fatalf("no flakes below %s: %v", dir, err)
	}
	for _, name := range flakes {
		root := filepath.Dir(name)
		t.Run(filepath.Base(root), func(t *testing.T) {
			tree, err := modules.ReadFlake(os.DirFS(root), nil)
			if err != nil {
				t.Fatal(err)
			}
			tree.Alone(func() {
				s := sourcesOf(t, os.DirFS(root))
				for _, path := range [][]string{{"clan"}, {"flake", "clan"}} {
					for _, d := range tree.Definitions(path...) {
						s.Definitions = append(s.Definitions, Definition{d.Value, d.Condition, d.Priority})
					}
				}
				if len(s.Definitions) == 0 {
					return
				}
				if clanCore() != "" {
					s.Foreign = map[string]symbolic.Value{"": services(t)}
				}
				v := Read(tree.Evaluator(), s)
				t.Logf("%d definitions, %d machines, %d addresses, %d instances, %d service modules, more %q %q", len(s.Definitions), len(v.Machines), len(v.Addresses()), len(v.Instances), len(v.Modules), v.More, v.MoreInstances)
				for _, p := range v.Problems {
					t.Log(p.Error())
				}
				for _, c := range corpus {
					if v.More == "" && c.repo == filepath.Base(root) && (c.machines > 0 && len(v.Machines) != c.machines || len(v.Addresses()) != c.targets) {
						t.Errorf("%d machines with %d addresses, want %d with %d", len(v.Machines), len(v.Addresses()), c.machines, c.targets)
					}
				}
			})
		})
	}
}
