package checkout

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Limits on what of a history is read.
const (
	maxVersions = 20_000    // of all paths
	maxField    = 1 << 20   // bytes of what git says of one change
	maxBlob     = 1 << 20   // bytes of one version; larger ones have no text
	maxBlobs    = 256 << 20 // bytes of all
)

// Version is a file as a commit left it.
type Version struct {
	Path string // relative to the directory, with slashes
	At   time.Time
	Said string // what is said of its text; "" where the commit removed it, or git does not have it
}

// Versions returns what became of the files to keep, newest first. Names are
// not followed through renames. Nothing is fetched: what a partial clone lacks
// has no text, and of a shallow one the history is as long as it is. What is
// said of the texts is kept in the history's cache. It is called once.
func (h *History) Versions(ctx context.Context, keep func(path string) bool) ([]Version, error) {
	if <-h.done; h.err != nil {
		return nil, h.err
	}
	var changes []change
	err := eachChange(strings.NewReader(h.raw), func(c change) bool {
		if keep(c.path) {
			changes = append(changes, c)
		}
		return len(changes) < maxVersions
	})
	if err != nil {
		return nil, err
	}
	texts := h.texts(ctx)
	for _, c := range changes {
		texts.ask(c.said)
	}
	if err := texts.end(); err != nil {
		return nil, err
	}
	versions := make([]Version, len(changes))
	now := make(map[said]string, len(changes))
	for i, c := range changes {
		versions[i] = Version{Path: c.path, At: c.at}
		if says, ok := h.said[c.said]; ok {
			versions[i].Said, now[c.said] = says, says
		}
	}
	if file := h.saidFile(); file != "" && h.fresh {
		writeSaid(file, now)
	}
	return versions, nil
}

// change is what a commit made of a file: a text, or "" for its name where
// there is none, as of a link or of what was removed.
type change struct {
	said
	at time.Time
}

// eachChange reads `git log -z --raw` until each returns false: fields that end
// with NUL, of which "commit TIME" begins a commit and ":MODE MODE BLOB BLOB
// STATUS" a change of the file whose name is the next.
func eachChange(r io.Reader, each func(change) bool) error {
	fields := bufio.NewScanner(r)
	fields.Buffer(nil, maxField)
	fields.Split(untilNUL)
	var at time.Time
	for fields.Scan() {
		field := strings.TrimLeft(fields.Text(), "\n")
		if seconds, ok := strings.CutPrefix(field, "commit "); ok {
			seconds, rest, _ := strings.Cut(seconds, "\n")
			n, err := strconv.ParseInt(seconds, 10, 64)
			if err != nil {
				return fmt.Errorf("git log: no time in %.40q", field)
			}
			at, field = time.Unix(n, 0), strings.TrimLeft(rest, "\n")
		}
		if !strings.HasPrefix(field, ":") || !fields.Scan() {
			continue
		}
		parts := strings.Fields(field)
		if len(parts) != 5 {
			continue
		}
		blob := parts[3]
		if parts[1] != "100644" && parts[1] != "100755" { // removed, a link, a submodule
			blob = ""
		}
		if !each(change{said{blob, fields.Text()}, at}) {
			return nil
		}
	}
	return fields.Err()
}

// untilNUL splits at zero bytes.
func untilNUL(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
