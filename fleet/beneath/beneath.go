// Package beneath reads the files of a directory and never anything outside of
// it, as os.Root does and faster: os.Root opens every directory of a path on
// its own and asks after every entry that it lists, where Linux can be told to
// stay below a directory (openat2 with RESOLVE_BENEATH).
//
// Whatever goes wrong is left to os.Root, so errors are its own; elsewhere than
// on Linux it does everything. A file system of this package may be used by
// several goroutines at once.
package beneath

import (
	"io/fs"
	"os"
	"syscall"
)

// opener opens a file at once.
type opener interface {
	openFile(name string) (*os.File, error)
}

// Open opens a file of root for reading, whose files fsys are. What is no regular
// file is opened too, and a pipe is not waited for: whoever reads looks first.
func Open(root *os.Root, fsys fs.FS, name string) (*os.File, error) {
	if o, ok := fsys.(opener); ok {
		if f, err := o.openFile(name); err == nil {
			return f, nil
		}
	}
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// files are the files of an os.Root.
type files interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.StatFS
	fs.ReadLinkFS
}
