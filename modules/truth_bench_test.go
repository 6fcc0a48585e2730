package modules_test

import (
	"os"
	"path/filepath"
	"testing"

	"assay/modules"
	"assay/modules/clan"
)

// BenchmarkClan asks which machines a clan has: clan-core itself, as the clan
// command does (the inventory that its modules resolve, evaluated by Nix, a
// process each time), and the reader, which reads the whole flake for it.
func BenchmarkClan(b *testing.B) {
	corpus, inputs := os.Getenv("ASSAY_CORPUS"), os.Getenv("ASSAY_NIX_INPUTS")
	if corpus == "" || inputs == "" {
		b.Skip("not run: ASSAY_CORPUS and ASSAY_NIX_INPUTS name no directories with checkouts and with nixpkgs, flake-parts, import-tree and clan-core")
	}
	flakes, err := filepath.Glob(filepath.Join(corpus, "*", modules.FlakeFile))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range flakes {
		dir := filepath.Dir(name)
		a := &asker{nix: newestNix(b), inputs: inputs, repo: dir, names: attributeNames(b, dir), registries: truthRegistries}
		if said, err := a.ask(b); err != nil || len(said.Clan) == 0 {
			continue
		}
		a.part = ".clan"
		b.Run(filepath.Base(dir)+"/clan", func(b *testing.B) {
			for b.Loop() {
				if said, err := a.eval(b, nil, nil); err != nil || len(said.Clan) == 0 {
					b.Fatal(said, err)
				}
			}
		})
		b.Run(filepath.Base(dir)+"/read", func(b *testing.B) {
			for b.Loop() {
				tree, err := modules.ReadFlake(os.DirFS(dir), nil)
				if err != nil {
					b.Fatal(err)
				}
				var inventory *clan.Inventory
				tree.Alone(func() { inventory = clanOf(tree, dir) })
				if len(inventory.Machines) == 0 {
					b.Fatal("no machines")
				}
			}
		})
	}
}
