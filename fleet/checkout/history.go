package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// maxKept is how many bytes of a history are kept; a longer one is asked for
// each time.
const maxKept = 8 << 20

// history is what `git log -z --raw` prints of paths. Git goes through every
// commit for it, so what it said last of these paths is kept with the commit
// that it was said of, which is all that it depends on but in a shallow clone.
func history(ctx context.Context, dir, cache string, paths []string) (string, error) {
	kept, head := "", ""
	if cache != "" {
		sum := sha256.Sum256([]byte(dir + "\x00" + strings.Join(paths, "\x00")))
		kept = filepath.Join(cache, hex.EncodeToString(sum[:])[:40])
		head = commit(ctx, dir)
		if text, err := os.ReadFile(kept); err == nil && head != "" {
			if out, ok := strings.CutPrefix(string(text), head); ok {
				return out, nil
			}
		}
	}
	args := []string{"-c", "core.quotePath=false", "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-color", "--no-show-signature", "--relative",
		"--diff-merges=first-parent", "--format=commit %ct", "--"}
	for _, p := range paths {
		args = append(args, ":(literal)"+p)
	}
	out, err := Ask(ctx, dir, "", args...)
	if err == nil && head != "" && len(out) <= maxKept && commit(ctx, dir) == head && os.MkdirAll(cache, 0o700) == nil {
		_ = renameio.WriteFile(kept, []byte(head+out), 0o600) // else it is asked for again
	}
	return out, err
}

// commit names what is checked out, and where in it the directory is, on one
// line; "" where that does not tell all of its history.
func commit(ctx context.Context, dir string) string {
	said, err := Ask(ctx, dir, "", "rev-parse", "--is-shallow-repository", "HEAD", "--show-prefix")
	if err != nil || !strings.HasPrefix(said, "false\n") {
		return ""
	}
	return strings.ReplaceAll(strings.TrimSpace(said), "\n", " ") + "\n"
}
