package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// revisionWords are what a flake says that puts its commit into its systems.
var revisionWords = regexp.MustCompile(`\bself\.(rev|shortRev|dirtyRev|dirtyShortRev|lastModified\w*|revCount)\b|\bconfigurationRevision\b`)

// The most that is read to find them.
const (
	mostNixFiles = 2000
	mostNixBytes = 1 << 20 // of one file
)

// errFound ends a walk.
var errFound = errors.New("found")

// saysRevision returns the first .nix file below dir that puts the commit of
// the flake into what it builds; "" where none does, or none of the first
// thousands.
func saysRevision(dir string) (found string) {
	read := 0
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && path != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(path) != ".nix":
			return nil
		}
		if st, err := d.Info(); err != nil || st.Size() > mostNixBytes {
			return nil
		}
		if read++; read > mostNixFiles {
			return errFound
		}
		text, err := os.ReadFile(path)
		if err != nil || !revisionWords.Match(text) {
			return nil
		}
		if found, err = filepath.Rel(dir, path); err != nil {
			found = path
		}
		return errFound
	})
	return found
}

// noteRevision says what committing a new file does to systems that have the
// commit in them.
func (p *printer) noteRevision(dir string) {
	if file := saysRevision(dir); file != "" {
		p.clean("note: %s puts the commit into the systems, so that each commit, also of this file, makes other systems: assay status counts them behind, and assay plan says that nothing but the revision is different", file)
	}
}
