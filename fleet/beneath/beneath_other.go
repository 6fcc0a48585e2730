//go:build !linux

package beneath

import (
	"io/fs"
	"os"
)

// FS returns the files of a root as root.FS() does.
func FS(root *os.Root) fs.FS { return root.FS() }
