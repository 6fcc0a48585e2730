package checkout

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
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
	Cut  bool   // the commit is where a shallow clone begins: the file may have been so long before
}

// Versions returns what became of files, newest first. Where their history is one
// line that ends with the commit that added each: what had the name before was
// another file. Names are not followed through renames. Nothing is fetched: of a
// partial clone that lacks a text nothing is known, and the history of a shallow
// one is Cut. What is said of the texts is kept in the history's
// cache. It is called once.
func (h *History) Versions(ctx context.Context, files []string) ([]Version, error) {
	if <-h.done; h.err != nil {
		return nil, h.err
	}
	changes, whole := h.past.of(files)
	if !whole {
		h.keeping.Wait()
		all, err := h.anew(ctx, h.head(ctx), nil)
		if err != nil {
			return nil, err
		}
		changes, _ = all.of(files)
	}
	texts := h.texts(ctx)
	for _, c := range changes {
		texts.ask(c.said)
	}
	if err := texts.end(); err != nil {
		return nil, err
	}
	cut := slices.ContainsFunc(changes, func(c change) bool { return c.first }) && h.shallow(ctx)
	versions := make([]Version, len(changes))
	var now []said
	told := make(map[said]bool, len(changes))
	for i, c := range changes {
		says, ok := h.said[c.said]
		versions[i] = Version{Path: c.path, At: c.at, Said: says, Cut: cut && c.first}
		if ok && !told[c.said] {
			told[c.said] = true
			now = append(now, c.said)
		}
	}
	if file := h.saidFile(); file != "" && h.fresh {
		h.keeping.Go(func() { writeSaid(file, now, h.said) })
	}
	return versions, nil
}

// past is what commits made of files, newest first.
type past struct {
	changes []change
	cut     bool // git was stopped before it had told all of it
}

// pastOf reads what git has printed, or what is kept of it.
func pastOf(raw string) (p past, err error) {
	_, err = eachChange(strings.NewReader(raw), func(c change) bool {
		p.changes = append(p.changes, c)
		return true
	})
	p.cut = strings.HasSuffix(raw, "\x00"+cutMark)
	return p, err
}

// of is what became of files; whole is false where git was stopped before it had
// told all of that.
func (p past) of(files []string) (changes []change, whole bool) {
	left := set(files)
	for _, c := range p.changes {
		if len(changes) >= maxVersions {
			break
		}
		if left[c.path] {
			changes = append(changes, c)
			if c.begins {
				delete(left, c.path)
			}
		}
	}
	return changes, len(left) == 0 || len(changes) >= maxVersions || !p.cut
}

// change is what a commit made of a file: a text, or "" for its name where
// there is none, as of a link or of what was removed.
type change struct {
	said
	at     time.Time
	begins bool // it was added, and there is nothing else of this name beside it
	first  bool // the commit has none before it
}

// eachChange reads `git log -z --raw` until each returns false, and returns of how
// many bytes it has told: fields that end with NUL, of which "commit TIME
// PARENT..." begins a commit and ":MODE MODE BLOB BLOB STATUS" a change of the file
// whose name is the next.
func eachChange(r io.Reader, each func(change) bool) (told int, err error) {
	fields := bufio.NewScanner(r)
	fields.Buffer(nil, maxField)
	fields.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		n, field, err := untilNUL(data, atEOF)
		told += n
		return n, field, err
	})
	var at time.Time
	first := false
	merged := false // several lines of history may be told in turn
	for fields.Scan() {
		field := strings.TrimLeft(fields.Text(), "\n")
		if about, ok := strings.CutPrefix(field, "commit "); ok {
			about, rest, _ := strings.Cut(about, "\n")
			seconds, parents, _ := strings.Cut(about, " ")
			merged = merged || strings.Contains(parents, " ")
			first = parents == ""
			n, err := strconv.ParseInt(seconds, 10, 64)
			if err != nil {
				return told, fmt.Errorf("git log: no time in %.40q", field)
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
		if !each(change{said{blob, fields.Text()}, at, parts[4] == "A" && !merged, first}) {
			return told, nil
		}
	}
	return told, fields.Err()
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
