package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"assay/secrets/sops"
)

// editPrefix starts the names of directories that a text is edited in.
const editPrefix = "assay-edit-"

// editorPatience is how long an editor may take to end when it is told to.
const editorPatience = 2 * time.Second

// inEditor has a text edited under the name of a file and returns what was
// saved. It lies in memory only, and is gone when this returns.
func (a *app) inEditor(ctx context.Context, name string, text []byte) (edited []byte, err error) {
	editor := cmp.Or(a.env.Getenv("VISUAL"), a.env.Getenv("EDITOR"))
	if strings.TrimSpace(editor) == "" {
		return nil, usagef("no editor is named; hint: set EDITOR, or: assay secrets set %s < FILE", name)
	}
	dir, remove, err := a.memoryDir()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, filepath.Base(name))
	defer func() { err = errors.Join(err, remove()) }()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	if err := a.runEditor(ctx, editor, file); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	edited, err = io.ReadAll(io.LimitReader(f, sops.MaxPlaintext+1))
	if err == nil && len(edited) > sops.MaxPlaintext {
		err = fmt.Errorf("the text is larger than %d MiB", sops.MaxPlaintext>>20)
	}
	return edited, err
}

// runEditor runs the editor on the terminal. Its own ctrl-c is the editor's;
// what asks this program to end ends the editor first.
func (a *app) runEditor(ctx context.Context, editor, file string) error {
	presses, deaf := a.env.listen()
	defer deaf()
	cmd := exec.Command("/bin/sh", append([]string{"-c", editor + ` "$@"`, "editor"}, append(privately(editor), file)...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.env.Stdin, os.Stderr, a.env.Stderr
	if out, ok := a.env.Stdout.(*output); ok {
		cmd.Stdout = out.Writer
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the editor %q: %w", editor, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("the editor %q: %w; nothing is written", editor, err)
			}
			return nil
		case signal := <-presses:
			if signal == os.Interrupt {
				continue
			}
		case <-ctx.Done():
		}
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case <-ended:
		case <-time.After(editorPatience):
			_ = cmd.Process.Kill()
			<-ended
		}
		return withCode(exitDeclined, errors.New("interrupted; nothing is written"))
	}
}

// privately are arguments that keep an editor from copying what it edits to
// elsewhere: swap, backup and undo files, and registers.
func privately(editor string) []string {
	words := strings.Fields(editor)
	if len(words) > 0 {
		switch filepath.Base(words[0]) {
		case "vim", "nvim":
			return []string{"-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noswapfile noundofile"}
		}
	}
	return nil
}

// memoryDir makes a directory of this user's in memory. It is locked as long
// as it is used; those of processes that were killed are removed.
func (a *app) memoryDir() (dir string, remove func() error, err error) {
	var why []string
	for _, place := range []string{a.env.Getenv("XDG_RUNTIME_DIR"), "/dev/shm"} {
		if !filepath.IsAbs(place) {
			continue
		}
		if err := inMemory(place); err != nil {
			why = append(why, place+": "+err.Error())
			continue
		}
		removeStale(place)
		if dir, err = os.MkdirTemp(place, editPrefix); err != nil { // mode 0700
			why = append(why, err.Error())
			continue
		}
		lock, err := os.Open(dir)
		if err == nil {
			err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		}
		if err != nil {
			return "", nil, errors.Join(err, os.RemoveAll(dir))
		}
		return dir, func() error { return errors.Join(wipeDir(dir), lock.Close()) }, nil
	}
	why = append(why, "no file system in memory is at hand")
	return "", nil, fmt.Errorf("the text would lie on disk: %s; hint: assay secrets get FILE | …, and assay secrets set FILE < …, keep it in pipes", strings.Join(why, "; "))
}

// removeStale removes the directories of processes that are gone.
func removeStale(place string) {
	found, _ := filepath.Glob(filepath.Join(place, editPrefix+"*"))
	for _, dir := range found {
		st, err := os.Lstat(dir)
		if sys, ok := statOf(st, err); !ok || !st.IsDir() || int(sys.Uid) != os.Getuid() {
			continue
		}
		lock, err := os.Open(dir)
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = wipeDir(dir)
		}
		lock.Close()
	}
}

func statOf(st os.FileInfo, err error) (*syscall.Stat_t, bool) {
	if err != nil {
		return nil, false
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	return sys, ok
}

// wipeDir overwrites the files of a directory and removes it.
func wipeDir(dir string) error {
	_ = filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if st, err := d.Info(); err == nil {
			if f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NOFOLLOW, 0); err == nil {
				_, _ = f.Write(make([]byte, min(st.Size(), sops.MaxPlaintext))) // best effort: it is removed in any case
				_ = f.Close()
			}
		}
		return nil
	})
	return os.RemoveAll(dir)
}
