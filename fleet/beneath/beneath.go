// Package beneath reads the files of a directory and never anything outside of
// it, as os.Root does and faster: os.Root opens every directory of a path on
// its own and asks after every entry that it lists, where Linux can be told to
// stay below a directory (openat2 with RESOLVE_BENEATH).
//
// Whatever goes wrong, but for what is not there, is left to os.Root, and errors
// are its own; elsewhere than on Linux it does everything. A file system of this
// package may be used by several goroutines at once.
package beneath

import (
	"errors"
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
		if f, err := o.openFile(name); err == nil || errors.Is(err, fs.ErrNotExist) {
			return f, err
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
