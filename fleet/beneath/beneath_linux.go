package beneath

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// FS returns the files of a root as root.FS() does. The root must stay open.
func FS(root *os.Root) fs.FS {
	slow, ok := root.FS().(files)
	if !ok {
		return root.FS()
	}
	dir, err := root.Open(".")
	if err != nil {
		return slow
	}
	out := &below{files: slow, dir: dir, root: root.Name()}
	fd, err := out.open("openat", ".", unix.O_PATH)
	if err != nil { // an old kernel, or a filter of system calls
		dir.Close()
		return slow
	}
	unix.Close(fd)
	return out
}

// below are the files below a directory.
type below struct {
	files
	dir  *os.File
	root string
}

// open opens a file that is below the directory, links on the way included. What
// is not there has the error of os.Root's call of that name: of that the kernel is
// certain. Any other error is for os.Root to tell.
func (b *below) open(call, name string, flags uint64) (int, error) {
	if !fs.ValidPath(name) {
		return -1, fs.ErrInvalid
	}
	fd, err := unix.Openat2(int(b.dir.Fd()), name, &unix.OpenHow{
		Flags: flags | unix.O_RDONLY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err == unix.ENOENT {
		return -1, &fs.PathError{Op: call, Path: name, Err: err}
	}
	return fd, err
}

// openFile implements opener.
func (b *below) openFile(name string) (*os.File, error) {
	fd, err := b.open("openat", name, unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return b.file(fd, name), nil
}

func (b *below) file(fd int, name string) *os.File {
	return os.NewFile(uintptr(fd), filepath.Join(b.root, name))
}

// ReadFile implements fs.ReadFileFS.
func (b *below) ReadFile(name string) ([]byte, error) {
	fd, err := b.open("openat", name, unix.O_NONBLOCK) // which a pipe would wait in
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return b.files.ReadFile(name)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return b.files.ReadFile(name)
	}
	text := make([]byte, 0, st.Size+1) // one more, so that the end is seen
	for {
		n, err := unix.Read(fd, text[len(text):cap(text)])
		if err != nil {
			return b.files.ReadFile(name)
		}
		if n == 0 {
			return text, nil
		}
		text = slices.Grow(text[:len(text)+n], 1)
	}
}

// ReadDir implements fs.ReadDirFS.
func (b *below) ReadDir(name string) ([]fs.DirEntry, error) {
	fd, err := b.open("openat", name, unix.O_DIRECTORY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return b.files.ReadDir(name)
	}
	dir := b.file(fd, name)
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return b.files.ReadDir(name)
	}
	slices.SortFunc(entries, func(x, y fs.DirEntry) int { return strings.Compare(x.Name(), y.Name()) })
	return entries, nil
}

// Stat implements fs.StatFS.
func (b *below) Stat(name string) (fs.FileInfo, error) {
	return b.stat(name, 0, b.files.Stat)
}

// Lstat implements fs.ReadLinkFS.
func (b *below) Lstat(name string) (fs.FileInfo, error) {
	return b.stat(name, unix.O_NOFOLLOW, b.files.Lstat)
}

func (b *below) stat(name string, flags uint64, slow func(string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	if name == "." { // which os.Root calls so
		return slow(name)
	}
	fd, err := b.open("statat", name, unix.O_PATH|flags)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return slow(name)
	}
	f := b.file(fd, name)
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return slow(name)
	}
	return info, nil
}

// ReadLink implements fs.ReadLinkFS.
func (b *below) ReadLink(name string) (string, error) {
	fd, err := b.open("readlinkat", name, unix.O_PATH|unix.O_NOFOLLOW)
	if errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err != nil {
		return b.files.ReadLink(name)
	}
	defer unix.Close(fd)
	to := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, "", to)
	if err != nil || n == len(to) {
		return b.files.ReadLink(name)
	}
	return string(to[:n]), nil
}
