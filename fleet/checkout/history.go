package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"
)

// maxKept is how many bytes of a history are kept; a longer one is asked for
// each time.
const maxKept = 8 << 20

// maxSince is how many commits are read on top of a history that was kept;
// with more of them all of it is asked for anew.
const maxSince = 2000

// history is what `git log -z --raw` prints of paths. Git goes through every
// commit for it, so what it said last of these paths is kept with the commit
// that it was said of, which is all that it depends on but in a shallow clone.
// Of commits that only follow on that one, git is asked alone.
func history(ctx context.Context, dir, cache string, paths []string) (string, error) {
	if cache == "" {
		return log(ctx, dir, "", paths)
	}
	sum := sha256.Sum256([]byte(dir + "\x00" + strings.Join(paths, "\x00")))
	kept := filepath.Join(cache, hex.EncodeToString(sum[:])[:40])
	head := commit(ctx, dir)
	before, former := "", "" // what was kept, and of which commit
	if text, err := os.ReadFile(kept); err == nil && head != "" {
		former, before, _ = strings.Cut(string(text), "\n")
		former += "\n"
		if former == head {
			return before, nil
		}
	}
	from := follows(ctx, dir, former, head)
	out, err := log(ctx, dir, from, paths)
	if from != "" {
		out += before
	}
	if err == nil && head != "" && len(out) <= maxKept && commit(ctx, dir) == head && os.MkdirAll(cache, 0o700) == nil {
		_ = renameio.WriteFile(kept, []byte(head+out), 0o600) // else it is asked for again
	}
	return out, err
}

// log asks git for the history of paths, back to where a range begins; "" is
// all of it.
func log(ctx context.Context, dir, from string, paths []string) (string, error) {
	args := []string{"-c", "core.quotePath=false", "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-color", "--no-show-signature", "--relative",
		"--diff-merges=first-parent", "--format=commit %ct"}
	if from != "" {
		args = append(args, from+"HEAD")
	}
	args = append(args, "--")
	for _, p := range paths {
		args = append(args, ":(literal)"+p)
	}
	return Ask(ctx, dir, "", args...)
}

// follows is "FORMER..", the beginning of a range up to HEAD, where the commits since
// the former one are a single line that begins on it; "" where they are not.
// With a merge among them, git tells those of its other side between the ones
// that were there before, by their time.
func follows(ctx context.Context, dir, former, head string) string {
	was, its, _ := strings.Cut(strings.TrimPrefix(former, shallowNot), " ") // as commit writes it
	is, place, _ := strings.Cut(strings.TrimPrefix(head, shallowNot), " ")
	was, is = strings.TrimSpace(was), strings.TrimSpace(is)
	if _, err := hex.DecodeString(was); err != nil || was == "" || is == "" || its != place {
		return ""
	}
	said, err := Ask(ctx, dir, "", "rev-list", "--parents", "--max-count="+strconv.Itoa(maxSince), was+".."+is, "--")
	if err != nil {
		return ""
	}
	next := is
	for line := range strings.Lines(said) {
		this := strings.Fields(line)
		if len(this) != 2 || this[0] != next {
			return ""
		}
		next = this[1]
	}
	if next != was {
		return ""
	}
	return was + ".."
}

// shallowNot is how what commit writes begins.
const shallowNot = "false "

// commit names what is checked out, and where in it the directory is, on one
// line; "" where that does not tell all of its history.
func commit(ctx context.Context, dir string) string {
	said, err := Ask(ctx, dir, "", "rev-parse", "--is-shallow-repository", "HEAD", "--show-prefix")
	if err != nil || !strings.HasPrefix(said, "false\n") {
		return ""
	}
	return strings.ReplaceAll(strings.TrimSpace(said), "\n", " ") + "\n"
}
