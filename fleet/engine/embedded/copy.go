package embedded

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// Copy sends the objects as one archive in one command. Each is checked
// against its store path as it leaves, every file's SHA-256 is checked as it
// arrives, and the host renames each object into place: files first, then
// directories, and those only when all they refer to is there. progress gets
// the sum of the NAR sizes of the objects that were sent.
func (e *Engine) Copy(ctx context.Context, conn host.Conn, objects []engine.Object, progress func(sent int64)) error {
	if len(objects) == 0 {
		return nil
	}
	s, err := e.store.shipment(objects)
	if err != nil {
		return fmt.Errorf("copy objects: %w", err)
	}
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := s.send(ctx, w, progress)
		w.CloseWithError(err)
		sent <- err
	}()
	err = conn.Run(ctx, host.Command{Script: preludeSh + copySh, Stdin: r})
	r.CloseWithError(errClosed)
	if sendErr := <-sent; sendErr != nil && !errors.Is(sendErr, errClosed) {
		err = errors.Join(sendErr, err)
	}
	return explain("copy objects", err)
}

// errClosed ends the sender when the host has stopped reading.
var errClosed = errors.New("the host has stopped reading")

// shipment is what one archive holds.
type shipment struct {
	store      *store
	files      []engine.Object // one-file objects
	trees      []engine.Object // directories
	references []string        // base names that the directories refer to
	sums       strings.Builder
}

// shipment looks at the objects in the local store and makes sure that each
// is what its path says.
func (s *store) shipment(objects []engine.Object) (*shipment, error) {
	out := &shipment{store: s}
	for _, o := range objects {
		if err := CheckPath(o.Path); err != nil {
			return nil, err
		}
		stat, err := os.Lstat(s.file(o.Path))
		if err != nil {
			return nil, fmt.Errorf("%s is not in the local store; hint: build it first: %w", path.Base(o.Path), err)
		}
		hash, size, err := hashPath(s.file(o.Path))
		if err != nil {
			return nil, err
		}
		_, name, _ := strings.Cut(path.Base(o.Path), "-")
		if makePath(hash, name) != o.Path {
			return nil, fmt.Errorf("%s in the local store %s is damaged; hint: remove it and try again", path.Base(o.Path), s.dir)
		}
		o.NarSize = size
		if !stat.IsDir() {
			out.files = append(out.files, o)
			continue
		}
		out.trees = append(out.trees, o)
		refs, err := s.references(o.Path)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			out.references = append(out.references, path.Base(ref))
		}
	}
	slices.Sort(out.references)
	out.references = slices.Compact(out.references)
	return out, out.addSums()
}

// addSums lists the SHA-256 of every regular file, as sha256sum does. Names
// hold nothing that it would escape: regular files are objects or the fixed
// names of a generation.
func (s *shipment) addSums() error {
	return s.walk(func(_ engine.Object, rel, file string, d fs.DirEntry) error {
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return err
		}
		fmt.Fprintf(&s.sums, "%x  %s\n", sum.Sum(nil), rel)
		return nil
	}, nil)
}

// walk calls visit for everything below every object, and after, which may be
// nil, at the end of each object.
func (s *shipment) walk(visit func(o engine.Object, rel, file string, d fs.DirEntry) error, after func(o engine.Object)) error {
	for _, o := range slices.Concat(s.files, s.trees) {
		top := s.store.file(o.Path)
		err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(s.store.dir, file)
			if err != nil {
				return err
			}
			return visit(o, filepath.ToSlash(rel), file, d)
		})
		if err != nil {
			return err
		}
		if after != nil {
			after(o)
		}
	}
	return nil
}

// send writes the archive. Its form is GNU's, which is what GNU tar, busybox
// tar and bsdtar all read for names of any length.
func (s *shipment) send(ctx context.Context, w io.Writer, progress func(sent int64)) error {
	t := tar.NewWriter(w)
	control := []struct{ name, content string }{
		{"sums", s.sums.String()},
		{"files", baseNames(s.files)},
		{"trees", baseNames(s.trees)},
		{"references", strings.Join(append(s.references, ""), "\n")},
	}
	for _, c := range control {
		if err := sendText(t, c.name, c.content); err != nil {
			return err
		}
	}
	var sent int64
	err := s.walk(func(_ engine.Object, rel, file string, d fs.DirEntry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return sendEntry(t, rel, file, d)
	}, func(o engine.Object) {
		sent += o.NarSize
		if progress != nil {
			progress(sent)
		}
	})
	if err != nil {
		return err
	}
	if err := sendText(t, "end", ""); err != nil {
		return err
	}
	return t.Close()
}

func baseNames(objects []engine.Object) string {
	var b strings.Builder
	for _, o := range objects {
		b.WriteString(path.Base(o.Path) + "\n")
	}
	return b.String()
}

func sendText(t *tar.Writer, name, content string) error {
	h := header(name, tar.TypeReg, 0o644)
	h.Size = int64(len(content))
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.WriteString(t, content)
	return err
}

// sendEntry writes one file, link or directory. Directories stay writable for
// their owner: without that nobody but root could move them.
func sendEntry(t *tar.Writer, rel, file string, d fs.DirEntry) error {
	switch {
	case d.IsDir():
		return t.WriteHeader(header(rel+"/", tar.TypeDir, 0o755))
	case d.Type()&fs.ModeSymlink != 0:
		target, err := os.Readlink(file)
		if err != nil {
			return err
		}
		h := header(rel, tar.TypeSymlink, 0o777)
		h.Linkname = target
		return t.WriteHeader(h)
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	h := header(rel, tar.TypeReg, 0o444|int64(stat.Mode().Perm()&0o111))
	h.Size = stat.Size()
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}

func header(name string, kind byte, mode int64) *tar.Header {
	return &tar.Header{Name: name, Typeflag: kind, Mode: mode, ModTime: time.Unix(1, 0), Format: tar.FormatGNU}
}
