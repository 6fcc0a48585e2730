package canary

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Walk looks at everything below a directory: names, where links lead, and the
// contents of files. What goes away meanwhile is not looked at. It returns at how
// many files.
func Walk(dir string, look func(name string, text []byte)) (files int, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) (failed error) {
		defer func() {
			if name != dir && errors.Is(failed, fs.ErrNotExist) {
				failed = nil
			}
		}()
		if err != nil {
			return err
		}
		look(name, []byte(d.Name()))
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(name)
			look(name, []byte(to))
			return err
		case d.Type().IsRegular():
			text, err := os.ReadFile(name)
			look(name, text)
			files++
			return err
		}
		return nil
	})
	return files, err
}

// Repository looks at what git has of a directory: all objects, whether or not
// something leads to them, and what differs from the index and the last commit.
// It returns at how many bytes.
func Repository(ctx context.Context, dir string, look func(name string, text []byte)) (size int, err error) {
	for _, args := range [][]string{
		{"cat-file", "--batch", "--batch-all-objects", "--unordered"}, {"diff"}, {"diff", "--cached"}, {"status", "--porcelain"}, {"reflog"},
	} {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			return size, fmt.Errorf("git %s: %w: %s", args[0], err, errs.Bytes())
		}
		look("git "+args[0], out.Bytes())
		size += out.Len()
	}
	return size, nil
}
