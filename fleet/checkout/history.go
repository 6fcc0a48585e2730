package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/renameio/v2"
)

// maxKept is how many bytes of a history are kept; a longer one is asked for
// each time.
const maxKept = 8 << 20

// maxSince is how many commits are read on top of a history that was kept;
// with more of them all of it is asked for anew.
const maxSince = 2000

// History is what the commits of the current branch made of paths, files or
// directories.
type History struct {
	dir, cache string
	paths      []string
	question   Question
	stop       context.CancelFunc
	begun      chan struct{} // closed when git goes through the commits, or need not
	begin      func()        // closes it, once
	walks      bool          // then: git goes through all commits
	done       chan struct{}
	keeping    sync.WaitGroup
	past       past
	said       map[said]string // of the texts that are known
	fresh      bool            // not all of said is kept
	size       int64           // bytes of the texts that were read
	whole      bool            // it is no shallow clone
	err        error
}

// Question is what is asked of the texts in a history.
type Question struct {
	// Likely tells of which paths the texts will most likely be asked for: they
	// are read while git still goes through the commits.
	Likely func(path string) bool
	// Say says in short what the text of the file at a path tells, without a
	// zero byte. That is kept under the name As, which changes where Say says
	// something else of the same text and path. It is called in another
	// goroutine.
	Say func(path string, text []byte) string
	As  string
	// Until names files that are there now. Git need not go back further than to
	// the commits that added all of them; none is that it goes through all.
	Until []string
}

// ReadHistory begins to ask git for the history of paths in a directory. Git
// goes through the commits for it, so what it said last of these paths is
// kept in the directory cache, if that is not "", with the commit that it was
// said of; but for how far it goes back, that is all that it depends on, except
// in a shallow clone. Later git is asked only of commits that follow on that one.
// Stop has to be called.
func ReadHistory(ctx context.Context, dir, cache string, paths []string, q Question) *History {
	ctx, stop := context.WithCancel(ctx)
	h := &History{dir: dir, cache: cache, paths: paths, question: q, stop: stop, begun: make(chan struct{}), done: make(chan struct{})}
	h.begin = sync.OnceFunc(func() { close(h.begun) })
	go func() {
		defer close(h.done)
		defer h.begin()
		h.said = readSaid(h.saidFile())
		h.past, h.err = h.read(ctx)
	}()
	return h
}

// Begun waits until git goes through the commits, or need not. h may be nil.
func (h *History) Begun() {
	if h != nil {
		<-h.begun
	}
}

// Walks reports, after Begun, whether git goes through all commits, and not
// only those since it was asked last. h may be nil.
func (h *History) Walks() bool { return h != nil && h.walks }

// Stop ends the asking, where it still goes on, and waits for its end. Where it
// has ended, what is known is kept first. h may be nil.
func (h *History) Stop() {
	if h == nil {
		return
	}
	defer h.stop()
	select {
	case <-h.done:
	default:
		h.stop()
		<-h.done
	}
	h.keeping.Wait()
}

// Has reports whether it is the history of these paths, and of others perhaps.
// h may be nil.
func (h *History) Has(paths []string) bool {
	return h != nil && !slices.ContainsFunc(paths, func(p string) bool { return !slices.Contains(h.paths, p) })
}

func (h *History) read(ctx context.Context) (past, error) {
	if h.cache == "" {
		_, p, err := h.log(ctx, "", h.question.Until)
		return p, err
	}
	kept := h.kept("")
	head := h.head(ctx)
	h.whole = head != ""
	before, former := "", "" // what was kept, and of which commit
	if text, err := os.ReadFile(kept); err == nil && head != "" {
		former, before, _ = strings.Cut(string(text), "\n")
		former += "\n"
		if former == head {
			return pastOf(before)
		}
	}
	from := follows(ctx, h.dir, former, head)
	if from == "" {
		return h.anew(ctx, head, h.question.Until)
	}
	out, _, err := h.log(ctx, from, nil)
	if err != nil {
		return past{}, err
	}
	out += before
	h.keeping.Go(func() { h.keep(ctx, head, out) })
	return pastOf(out)
}

// anew asks git, whatever is kept; head is what commit says.
func (h *History) anew(ctx context.Context, head string, until []string) (past, error) {
	out, p, err := h.log(ctx, "", until)
	if err == nil {
		h.keeping.Go(func() { h.keep(ctx, head, out) })
	}
	return p, err
}

// keep keeps what git said of a commit, if that is still checked out.
func (h *History) keep(ctx context.Context, head, out string) {
	if h.cache != "" && head != "" && len(out) <= maxKept && commit(ctx, h.dir) == head && os.MkdirAll(h.cache, 0o700) == nil {
		_ = renameio.WriteFile(h.kept(""), []byte(head+out), 0o600) // else it is asked for again
	}
}

// kept is the file of the cache for one kind of what is asked of the paths. The
// number changes with the form of it.
func (h *History) kept(kind string) string {
	sum := sha256.Sum256([]byte("2\x00" + h.dir + "\x00" + strings.Join(h.paths, "\x00")))
	return filepath.Join(h.cache, hex.EncodeToString(sum[:])[:40]+kind)
}

// head is what commit says, where it is of use.
func (h *History) head(ctx context.Context) string {
	if h.cache == "" {
		return ""
	}
	return commit(ctx, h.dir)
}

// shallow reports whether the clone does not go back to the first commits.
func (h *History) shallow(ctx context.Context) bool {
	if h.whole {
		return false
	}
	said, err := Ask(ctx, h.dir, "", "rev-parse", "--is-shallow-repository")
	return err != nil || strings.TrimSpace(said) == "true"
}

// saidFile is the file of the cache for what was said of texts; "" is none.
func (h *History) saidFile() string {
	if h.cache == "" {
		return ""
	}
	return h.kept(h.question.As)
}

// cutMark is how a history ends that does not go back to the first commit; no
// path begins so.
const cutMark = "/cut\x00"

// log asks git for the history, back to where a range begins; "" is all of it.
// Lines of history of which nothing has stayed are gone through as well: who could
// read a file there may know what is in it now.
// It ends once the additions of all files are seen that are given, with cutMark.
// Meanwhile the texts are read that are likely to be asked for.
func (h *History) log(ctx context.Context, from string, until []string) (string, past, error) {
	args := []string{"-c", "core.quotePath=false", "-c", "log.showRoot=true", "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-color", "--no-show-signature", "--relative",
		"--diff-merges=first-parent", "--format=commit %ct %P"}
	if from != "" {
		args = append(args, from+"HEAD")
	}
	args = append(args, "--")
	for _, p := range h.paths {
		args = append(args, ":(literal)"+p)
	}
	walk, stop := context.WithCancel(ctx)
	defer stop()
	cmd := command(walk, h.dir, "", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", past{}, err
	}
	widen(out)
	if err := cmd.Start(); err != nil {
		return "", past{}, err
	}
	h.walks = from == ""
	h.begin()
	texts := h.texts(ctx)
	left := set(until)
	var raw strings.Builder
	var p past
	told, garbled := eachChange(io.TeeReader(out, &raw), func(c change) bool {
		p.changes = append(p.changes, c)
		if h.question.Likely(c.path) && len(texts.asked) < maxVersions {
			texts.ask(c.said)
		}
		if c.begins {
			delete(left, c.path)
		}
		return len(until) == 0 || len(left) > 0
	})
	p.cut = garbled == nil && len(until) > 0 && len(left) == 0
	if garbled != nil || p.cut {
		stop()
	}
	err = ended(cmd, cmd.Wait())
	_ = texts.end() // what could not be read is asked for again, if it is wanted
	switch {
	case garbled != nil:
		return "", past{}, garbled
	case p.cut: // git has begun with what is older
		return raw.String()[:told] + cutMark, p, nil
	}
	return raw.String(), p, err
}

func set(of []string) map[string]bool {
	m := make(map[string]bool, len(of))
	for _, s := range of {
		m[s] = true
	}
	return m
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
