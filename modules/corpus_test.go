package modules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCorpus reads the checkouts of real flakes below $ASSAY_CORPUS.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory of checkouts")
	}
	dirs, err := filepath.Glob(filepath.Join(corpus, "*", FlakeFile))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no flakes below %s: %v", corpus, err)
	}
	for _, name := range dirs {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			start := time.Now()
			tree, err := ReadFlake(os.DirFS(dir), nil)
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			var b strings.Builder
			counts := map[string]int{}
			for _, a := range tree.Aspects {
				reg := registryOf(tree.Registries, a.Path)
				counts[pathText(reg.Path)]++
			}
			fmt.Fprintf(&b, "%v files %d aspects %d %v hosts %d", took.Round(time.Millisecond), len(tree.Files), len(tree.Aspects), counts, len(tree.Hosts))
			for _, h := range tree.Hosts {
				fmt.Fprintf(&b, "\n  %s %s %s %s modules %d %s", h.Class, h.Name, h.System, h.Form, len(h.Modules), h.Why)
			}
			for i, p := range tree.Problems {
				if i < 40 {
					fmt.Fprintf(&b, "\n    %s", p.Error())
				}
			}
			t.Log(b.String())
		})
	}
}
