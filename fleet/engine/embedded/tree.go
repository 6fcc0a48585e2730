package embedded

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"
)

// node is one entry of a generation's directory. path is "/" for the directory
// itself and "/etc/motd" for an entry.
type node struct {
	path       string
	kind       nar.NodeType
	content    []byte // of a regular file
	executable bool
	target     string // of a link
}

func (n node) header() *nar.Header {
	return &nar.Header{
		Path:       n.path,
		Type:       n.kind,
		LinkTarget: n.target,
		Size:       int64(len(n.content)),
		Executable: n.executable,
	}
}

// tree completes entries with the directories above them and puts all in the
// order of a NAR: every directory before its entries, names by their bytes.
func tree(entries []node) []node {
	nodes := []node{{path: "/", kind: nar.TypeDirectory}}
	seen := map[string]bool{"/": true}
	for _, n := range entries {
		for dir := path.Dir(n.path); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			nodes = append(nodes, node{path: dir, kind: nar.TypeDirectory})
		}
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b node) int {
		if a.path == "/" || b.path == "/" {
			return cmp.Compare(len(a.path), len(b.path))
		}
		return slices.Compare(strings.Split(a.path, "/"), strings.Split(b.path, "/"))
	})
	return nodes
}

// link is an entry that points from inside a generation to an object beside
// the generation.
func link(rel, object string) node {
	up := strings.Repeat("../", strings.Count(rel, "/")+1)
	return node{path: "/" + rel, kind: nar.TypeSymlink, target: up + path.Base(object)}
}

// file is a regular file inside of a generation.
func file(rel string, content []byte) node {
	return node{path: "/" + rel, kind: nar.TypeRegular, content: content}
}
