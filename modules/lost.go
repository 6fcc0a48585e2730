package modules

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// lose notes problems that hide definitions.
func (t *Tree) lose(problems ...fleet.Problem) {
	t.Problems = append(t.Problems, problems...)
	t.Lost = append(t.Lost, problems...)
}

// Refused returns what Nix refuses in a file as soon as it has parsed it: a
// variable that is defined nowhere. The file is read all the same. ok is false
// for a file without such a fault.
func (t *Tree) Refused(file string) (p fleet.Problem, ok bool) { return t.src.refused(file) }

// Meant is the hint for an aspect that the tree does not define: that a file
// which could not be read may define it, and the name that is nearest to it;
// "" if there is nothing to say.
func (t *Tree) Meant(class fleet.Class, name string) string {
	meant := ""
	if near := fleet.Nearest(name, t.Names(class)); near != "" {
		meant = fmt.Sprintf("did you mean %q?", near)
	}
	if len(t.Lost) == 0 {
		return meant
	}
	lost := "it may be defined in " + t.lostFiles() + ", which could not be read"
	if meant == "" {
		return lost
	}
	return lost + "; or " + meant
}

// lostFiles names the first files of which definitions are missing.
func (t *Tree) lostFiles() string {
	const most = 3
	var files []string
	for _, p := range t.Lost {
		if !slices.Contains(files, p.At.File) {
			files = append(files, p.At.File)
		}
	}
	if len(files) > most {
		return fmt.Sprintf("%s or %d more", strings.Join(files[:most], ", "), len(files)-most)
	}
	return strings.Join(files, " or ")
}
