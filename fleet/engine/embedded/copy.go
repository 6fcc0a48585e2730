package embedded

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/nix-community/go-nix/pkg/nar"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// Copy sends the objects as one archive in one command. Each is checked
// against its store path before it leaves, every file's SHA-256 is checked as it
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
		if err == nil {
			return fmt.Errorf("copy objects: %w", sendErr)
		}
		return fmt.Errorf("copy objects: %w; then %w", sendErr, err)
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
	sums       strings.Builder // SHA-256 of every regular file, as sha256sum prints it
}

// shipment looks at the objects in the local store and makes sure that each
// is what its path says.
func (s *store) shipment(objects []engine.Object) (*shipment, error) {
	out := &shipment{store: s}
	for _, o := range objects {
		if err := out.add(o); err != nil {
			return nil, err
		}
	}
	slices.Sort(out.references)
	out.references = slices.Compact(out.references)
	return out, nil
}

// add adds one object.
func (s *shipment) add(o engine.Object) error {
	c, err := s.store.inspect(o.Path)
	if err != nil {
		return err
	}
	o.NarSize = c.narSize
	if c.tree {
		s.trees = append(s.trees, o)
	} else {
		s.files = append(s.files, o)
	}
	s.references = append(s.references, c.references...)
	s.sums.WriteString(c.sums)
	return nil
}

// contents is what an archive has to know of an object.
type contents struct {
	tree       bool
	narSize    int64
	references []string // base names
	sums       string   // SHA-256 of the regular files, as sha256sum prints it
}

// inspect reads an object and compares it with its path. Objects do not
// change, so it looks at those that many hosts share only once. The names in
// sums hold nothing that sha256sum would escape: regular files are objects or
// have the fixed names of a generation.
func (s *store) inspect(p string) (contents, error) {
	if err := engine.CheckPath(p); err != nil {
		return contents{}, err
	}
	s.mu.Lock()
	c, ok := s.checked[p]
	s.mu.Unlock()
	if ok {
		return c, nil
	}
	base := path.Base(p)
	hash, size, err := readNar(s.file(p), func(h *nar.Header, r io.Reader) error {
		if h.Type != nar.TypeRegular {
			c.tree = c.tree || h.Path == "/"
			return nil
		}
		sum := sha256.New()
		in := io.TeeReader(r, sum)
		if h.Path == "/links" {
			refs, err := parseLinks(in)
			if err != nil {
				return err
			}
			for _, ref := range refs {
				c.references = append(c.references, path.Base(ref))
			}
		}
		if _, err := io.Copy(io.Discard, in); err != nil {
			return err
		}
		c.sums += fmt.Sprintf("%x  %s\n", sum.Sum(nil), path.Join(base, h.Path))
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("%s is not in the local store; hint: build it first", base)
	}
	_, name, _ := strings.Cut(base, "-")
	if err != nil || makePath(hash, name) != p {
		return c, fmt.Errorf("%s is damaged in the local store %s; hint: remove its file and try again", base, s.dir)
	}
	c.narSize = size
	if !c.tree {
		s.mu.Lock()
		s.checked[p] = c
		s.mu.Unlock()
	}
	return c, nil
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
	buf := make([]byte, 32<<10)
	for _, o := range slices.Concat(s.files, s.trees) {
		_, _, err := readNar(s.store.file(o.Path), func(h *nar.Header, r io.Reader) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return sendEntry(t, path.Join(path.Base(o.Path), h.Path), h, r, buf)
		})
		if err != nil {
			return err
		}
		sent += o.NarSize
		if progress != nil {
			progress(sent)
		}
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
// their owner: without that nobody but root could move them. buf is to copy by.
func sendEntry(t *tar.Writer, name string, h *nar.Header, r io.Reader, buf []byte) error {
	switch h.Type {
	case nar.TypeDirectory:
		return t.WriteHeader(header(name+"/", tar.TypeDir, 0o755))
	case nar.TypeSymlink:
		out := header(name, tar.TypeSymlink, 0o777)
		out.Linkname = h.LinkTarget
		return t.WriteHeader(out)
	}
	out := header(name, tar.TypeReg, 0o444)
	if h.Executable {
		out.Mode = 0o555
	}
	out.Size = h.Size
	if err := t.WriteHeader(out); err != nil {
		return err
	}
	_, err := io.CopyBuffer(t, r, buf)
	return err
}

func header(name string, kind byte, mode int64) *tar.Header {
	return &tar.Header{Name: name, Typeflag: kind, Mode: mode, ModTime: time.Unix(1, 0), Format: tar.FormatGNU}
}
