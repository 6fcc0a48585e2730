package modules

import (
	"io/fs"
	"path"
	"strings"

	"assay/fleet"
)

// discover lists the files that vic/import-tree takes below root: all whose
// name ends in ".nix" and whose path below root has no component that starts
// with "_". Directories are read in byte order of names and entered in place;
// a symbolic link counts as a file and is never entered.
func discover(fsys fs.FS, root string) ([]string, []fleet.Problem) {
	var files []string
	var problems []fleet.Problem
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := fs.ReadDir(fsys, dir)
		if err != nil {
			problems = append(problems, failure(fleetPos(dir), "cannot read the directory: "+cause(err).Error(), ""))
			return
		}
		for _, e := range entries { // sorted by name
			if strings.HasPrefix(e.Name(), "_") {
				continue
			}
			name := path.Join(dir, e.Name())
			switch {
			case e.IsDir():
				walk(name)
			case strings.HasSuffix(e.Name(), ".nix"):
				files = append(files, name)
			}
		}
	}
	if info, err := fs.Stat(fsys, root); err == nil && !info.IsDir() {
		return []string{root}, nil
	}
	walk(root)
	return files, problems
}
