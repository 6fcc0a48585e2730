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
func discover(src *sources, root string) ([]string, []fleet.Problem) {
	if info, err := fs.Stat(src.fsys, root); err == nil && !info.IsDir() {
		return []string{root}, nil
	}
	all, problems := src.walk(root, func(name string) bool { return !strings.HasPrefix(path.Base(name), "_") })
	var files []string
	for _, name := range all {
		if strings.HasSuffix(name, ".nix") && src.visible(name) {
			files = append(files, name)
		}
	}
	return files, problems
}

// everyFile lists all files below root as lib.filesystem.listFilesRecursive
// does, or root itself if it is a file.
func everyFile(src *sources, root string) ([]string, []fleet.Problem) {
	if info, err := fs.Stat(src.fsys, root); err == nil && !info.IsDir() {
		return []string{root}, nil
	}
	return src.walk(root, func(string) bool { return true })
}

// maxFiles bounds the files of one directory tree.
const maxFiles = 200_000

// walk lists the files below a directory that enter accepts, as well as the
// directories they are in.
func (s *sources) walk(root string, enter func(name string) bool) ([]string, []fleet.Problem) {
	var files []string
	var problems []fleet.Problem
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := s.list(dir)
		if err != nil {
			problems = append(problems, failure(fleetPos(dir), "cannot read the directory: "+cause(err).Error(), ""))
			return
		}
		for _, e := range entries { // sorted by name
			name := e.Name()
			if dir != "." {
				name = dir + "/" + name
			}
			switch {
			case !enter(name) || name == ".git" || len(files) >= maxFiles:
			case e.IsDir():
				walk(name)
			default:
				files = append(files, name)
			}
		}
	}
	walk(root)
	return files, problems
}
