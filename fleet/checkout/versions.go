package checkout

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
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
	Said string // what Say says of its text; "" where the commit removed it, or git does not have it
}

// Question is what is asked of a history.
type Question struct {
	Keep func(path string) bool // of which files
	// Say says in short what the text of the file at a path tells, without a
	// zero byte. That is kept under the name As, which changes where Say says
	// something else of the same text and path.
	Say func(path string, text []byte) string
	As  string
}

// Versions returns what became of files, newest first. Names are not followed
// through renames. Nothing is fetched: what a partial clone lacks has no text,
// and of a shallow one the history is as long as it is. What is said of the
// texts is kept in the history's cache.
func (h *History) Versions(ctx context.Context, q Question) ([]Version, error) {
	if <-h.done; h.err != nil {
		return nil, h.err
	}
	versions, blobs, err := parseRaw(h.raw, q.Keep)
	if err != nil {
		return nil, err
	}
	return versions, q.read(ctx, h, versions, blobs)
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
