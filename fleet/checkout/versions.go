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
	"strconv"
	"strings"
	"time"

	"assay/fleet/engine/nix/runner"
)

// Limits on what of a history is read.
const (
	maxVersions = 20_000    // of all paths
	maxBlob     = 1 << 20   // bytes of one version; larger ones have no text
	maxBlobs    = 256 << 20 // bytes of all
)

// Version is a file as a commit left it.
type Version struct {
	Path string // relative to the directory, with slashes
	At   time.Time
	Text []byte // nil where the commit removed it, or git does not have it
}

// Versions returns what the commits of the current branch made of paths, files
// or directories, newest first; keep says of which files. Names are not
// followed through renames. Nothing is fetched: what a partial clone lacks has
// no text, and of a shallow one the history is as long as it is. What git says
// of a commit is kept in the directory cache, if that is not "".
func Versions(ctx context.Context, dir, cache string, paths []string, keep func(path string) bool) ([]Version, error) {
	out, err := history(ctx, dir, cache, paths)
	if err != nil {
		return nil, err
	}
	versions, blobs, err := parseRaw(out, keep)
	if err != nil {
		return nil, err
	}
	texts, err := contents(ctx, dir, blobs)
	for i := range versions {
		versions[i].Text = texts[blobs[i]]
	}
	return versions, err
}

// parseRaw reads `git log -z --raw`: fields that end with NUL, of which
// "commit TIME" begins a commit and ":MODE MODE BLOB BLOB STATUS" a file,
// whose name is the next.
func parseRaw(out string, keep func(string) bool) (versions []Version, blobs []string, err error) {
	var at time.Time
	fields := strings.Split(out, "\x00")
	for i := 0; i < len(fields) && len(versions) < maxVersions; i++ {
		field := strings.TrimLeft(fields[i], "\n")
		if seconds, ok := strings.CutPrefix(field, "commit "); ok {
			seconds, rest, _ := strings.Cut(seconds, "\n")
			n, err := strconv.ParseInt(seconds, 10, 64)
			if err != nil {
				return nil, nil, fmt.Errorf("git log: no time in %.40q", field)
			}
			at, field = time.Unix(n, 0), strings.TrimLeft(rest, "\n")
		}
		if !strings.HasPrefix(field, ":") || i+1 >= len(fields) {
			continue
		}
		i++
		parts := strings.Fields(field)
		if len(parts) != 5 || !keep(fields[i]) {
			continue
		}
		blob := parts[3]
		if parts[1] != "100644" && parts[1] != "100755" { // removed, a link, a submodule
			blob = ""
		}
		versions = append(versions, Version{Path: fields[i], At: at})
		blobs = append(blobs, blob)
	}
	return versions, blobs, nil
}

// contents are the texts of blobs that git has here, by their names.
func contents(ctx context.Context, dir string, blobs []string) (map[string][]byte, error) {
	blobs = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(blobs))), func(b string) bool { return b == "" })
	texts := map[string][]byte{}
	if len(blobs) == 0 {
		return texts, nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, "git", "--no-optional-locks", "-C", dir, "-c", "safe.bareRepository=explicit", "cat-file", "--batch")
	cmd.Env = append(runner.Environ(), "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0")
	cmd.Stdin = strings.NewReader(strings.Join(blobs, "\n") + "\n")
	cmd.WaitDelay = time.Second
	var diagnosis bytes.Buffer
	cmd.Stderr = &diagnosis
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	err = readBatch(bufio.NewReader(out), texts)
	if err != nil {
		stop()
	}
	if failed := cmd.Wait(); err == nil && failed != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(diagnosis.String()), "\n")
		err = errors.New(cmp.Or(line, failed.Error()))
	}
	return texts, err
}

// readBatch reads what `git cat-file --batch` prints.
func readBatch(r *bufio.Reader, texts map[string][]byte) error {
	total := int64(0)
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
			continue
		}
		text := make([]byte, size+1)
		if _, err := io.ReadFull(r, text); err != nil {
			return err
		}
		texts[name] = text[:size]
	}
}
