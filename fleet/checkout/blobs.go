package checkout

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"assay/fleet/engine/nix/runner"
)

// read says of each version what its text tells; blobs are git's names of the
// texts. Of texts of which it is kept what they tell, git is not asked.
func (q Question) read(ctx context.Context, h *History, versions []Version, blobs []string) error {
	file := ""
	if h.cache != "" {
		file = h.kept(q.As)
	}
	known := readSaid(file)
	unread := map[string][]string{} // the paths of each blob
	for i, v := range versions {
		if _, ok := known[said{blobs[i], v.Path}]; !ok && blobs[i] != "" && !slices.Contains(unread[blobs[i]], v.Path) {
			unread[blobs[i]] = append(unread[blobs[i]], v.Path)
		}
	}
	fresh := false
	err := contents(ctx, h.dir, unread, func(blob string, text []byte) {
		fresh = true
		for _, path := range unread[blob] {
			known[said{blob, path}] = q.Say(path, text)
		}
	})
	if err != nil {
		return err
	}
	now := map[said]string{}
	for i, v := range versions {
		key := said{blobs[i], v.Path}
		if says, ok := known[key]; ok {
			versions[i].Said, now[key] = says, says
		}
	}
	if file != "" && fresh {
		writeSaid(file, now)
	}
	return nil
}

// contents asks git for blobs and tells the text of each that it has here, nil
// for one that is too large.
func contents(ctx context.Context, dir string, blobs map[string][]string, tell func(blob string, text []byte)) error {
	if len(blobs) == 0 {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, "git", "--no-optional-locks", "-C", dir, "-c", "safe.bareRepository=explicit", "cat-file", "--batch")
	cmd.Env = append(runner.Environ(), "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0")
	var names strings.Builder
	for blob := range blobs {
		names.WriteString(blob + "\n")
	}
	cmd.Stdin = strings.NewReader(names.String())
	cmd.WaitDelay = time.Second
	var diagnosis bytes.Buffer
	cmd.Stderr = &diagnosis
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = readBatch(bufio.NewReader(out), tell)
	if err != nil {
		stop()
	}
	if failed := cmd.Wait(); err == nil && failed != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(diagnosis.String()), "\n")
		err = errors.New(cmp.Or(line, failed.Error()))
	}
	return err
}

// readBatch reads what `git cat-file --batch` prints.
func readBatch(r *bufio.Reader, tell func(blob string, text []byte)) error {
	total := int64(0)
	var text []byte
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var name, kind string
		var size int64
		if n, _ := fmt.Sscanf(line, "%s %s %d", &name, &kind, &size); n != 3 {
			continue // missing
		}
		if total += max(size, 0); size < 0 || total > maxBlobs {
			return errors.New("the history of the secrets is too large")
		}
		if size > maxBlob {
			if _, err := io.CopyN(io.Discard, r, size+1); err != nil {
				return err
			}
			tell(name, nil)
			continue
		}
		text = slices.Grow(text[:0], int(size)+1)[:size+1]
		if _, err := io.ReadFull(r, text); err != nil {
			return err
		}
		tell(name, text[:size])
	}
}
