package syntax

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkParse parses the corpus and the example tree, all files of each in one operation.
func BenchmarkParse(b *testing.B) {
	for _, tree := range []string{"testdata/corpus", "../aspects"} {
		files := parsable(b, tree)
		total := 0
		for _, src := range files {
			total += len(src)
		}
		b.Run(filepath.Base(tree), func(b *testing.B) {
			if total == 0 {
				b.Skip("not run: no Nix files in " + tree)
			}
			b.SetBytes(int64(total))
			b.ReportAllocs()
			for b.Loop() {
				for _, src := range files {
					if _, err := Parse("bench", src); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// parsable returns the files below dir that Parse accepts.
func parsable(b *testing.B, dir string) [][]byte {
	var files [][]byte
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".nix") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Parse(path, src); err == nil {
			files = append(files, src)
		}
		return nil
	})
	return files
}
