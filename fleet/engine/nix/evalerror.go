package nix

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// EvalError is why a machine's configuration could not be evaluated, folded
// to the place in the repository that is nearest to the error.
type EvalError struct {
	Message string // one line, sanitised
	File    string // relative to the flake's directory where it is inside, as Nix says it otherwise; "" is not known
	Line    int    // from 1; 0 is not known
	Column  int    // from 1; 0 is not known
	Hint    string // what to do, where that is known
	Trace   []nixlog.Place
}

func (e *EvalError) Error() string {
	s := e.Message
	switch {
	case e.File != "" && e.Line > 0:
		s = fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, s)
	case e.File != "":
		s = e.File + ": " + s
	}
	if e.Hint != "" {
		s = strings.TrimRight(s, ".") + "; hint: " + e.Hint
	}
	return s
}

// explain says why a process failed.
func (e *Engine) explain(ctx context.Context, r *repository, p *process) error {
	if _, ok := errors.AsType[*runner.ExitError](p.err); !ok || len(p.said) == 0 {
		return p.err
	}
	said := p.said[0]
	for _, s := range p.said { // the one that knows where
		if s.File != "" {
			said = s
			break
		}
	}
	sources := e.sources(ctx, r)
	message, defined, named := r.relative(said.Message, sources)
	folded := &EvalError{Message: oneLine(message), Trace: said.Trace}
	folded.Hint = r.advice(said.Message, named, p.set)
	if defined != "" { // the trace has those that evaluate it
		folded.File = defined
		return folded
	}
	for _, place := range append([]nixlog.Place{said.Place}, said.Trace...) {
		if file, ok := r.mapped(place.File, sources); ok && place.Line > 0 {
			folded.File, folded.Line, folded.Column = file, place.Line, place.Column
			return folded
		}
	}
	if folded.File = named; named == "" {
		folded.File, folded.Line, folded.Column = said.File, said.Line, said.Column
	}
	return folded
}

// sources returns where Nix has put the flake's source, "" when it does not
// say.
func (e *Engine) sources(ctx context.Context, r *repository) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked {
		return r.source
	}
	r.asked = true
	out, err := e.run.Output(ctx, e.flakeCommand(ctx, "flake", "metadata", "--json", r.url), 16<<20)
	var is struct {
		Path string `json:"path"`
	}
	if err != nil || json.Unmarshal(out, &is) != nil {
		return ""
	}
	r.source = is.Path
	return r.source
}

// inSource is how Nix names a file of a flake: by its store path, and where
// trees are lazy by its URL. Nix 2.34 gives the file in the work tree.
var inSource = regexp.MustCompile(`^(?:(/.*?/[0-9a-z]{32}-source)|«([^»]*)»)/(.+)$`)

// mapped returns the file of the repository that Nix names, relative to the
// flake's directory. source is where the flake's source is in the store, ""
// when not known: then a file counts that the repository has.
func (r *repository) mapped(file, source string) (string, bool) {
	name, ok := r.within(file, source)
	if !ok || !r.has(name) {
		return "", false
	}
	return r.fromDir(name), true
}

// within returns the path below top of a file that Nix names, whether it is
// there or not.
func (r *repository) within(file, source string) (string, bool) {
	name, ok := strings.CutPrefix(file, r.top+"/")
	if m := inSource.FindStringSubmatch(file); !ok && m != nil {
		of, url := m[1], m[2]
		// A store may be in another directory than its paths say.
		name, ok = m[3], source == "" || path.Base(of) == path.Base(source)
		if url != "" {
			ok = strings.Contains(url, r.top)
		}
	}
	name = path.Clean(name)
	return name, ok && filepath.IsLocal(name)
}

// has reports whether a path below top is there.
func (r *repository) has(name string) bool {
	_, err := os.Lstat(filepath.Join(r.top, filepath.FromSlash(name)))
	return err == nil
}

// fromDir makes a path below top relative to the flake's directory.
func (r *repository) fromDir(name string) string {
	if inside, ok := strings.CutPrefix(name, r.sub); ok {
		return inside
	}
	return strings.Repeat("../", strings.Count(r.sub, "/")) + name
}

// quotedFile is a file in the text of an error, and what the modules of nixpkgs
// write before the files that define an option.
var quotedFile = regexp.MustCompile("(- In )?['`]((?:/|«)[^'\n]+)'")

// inRepository is what Nix since 2.29 says of a file that git does not track.
var inRepository = regexp.MustCompile(`^Path '([^'\n]+)' (?:does not exist in Git|in the) repository "([^"\n]+)"`)

// relative returns a message with the files of the repository as within gives
// them, the first of those that it names as where an option is defined, and
// the first of all; "" where it names none.
func (r *repository) relative(message, source string) (text, defined, named string) {
	text = quotedFile.ReplaceAllStringFunc(message, func(s string) string {
		m := quotedFile.FindStringSubmatch(s)
		file, ok := r.within(m[2], source)
		if !ok || source == "" && !r.has(file) {
			return s
		}
		file = r.fromDir(file)
		named = cmp.Or(named, file)
		if m[1] != "" {
			defined = cmp.Or(defined, file)
		}
		return strings.Replace(s, m[2], file, 1)
	})
	if m := inRepository.FindStringSubmatch(text); named == "" && m != nil && filepath.IsLocal(m[1]) && m[2] == r.top {
		named = r.fromDir(path.Clean(m[1]))
	}
	return text, defined, named
}

// oneLine makes a sentence of a message.
func oneLine(s string) string {
	const limit = 500
	s = strings.Join(strings.Fields(strings.TrimPrefix(strings.TrimSpace(s), "error: ")), " ")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}

// noSuchPath tells a path that is not there from an option that is not.
var noSuchPath = regexp.MustCompile(`(?i)\b(?:path|file) '[^']*' does not exist`)

// notFetched is how Nix says that it cannot have an input.
var notFetched = regexp.MustCompile(`(?i)unable to download|cannot find flake '|resolve host|failed to fetch|unable to fetch|cannot fetch|program .git. failed`)

// advice knows what to do about some errors. file is what the message is
// about, "" when it does not say.
func (r *repository) advice(message, file, set string) string {
	switch {
	case strings.Contains(message, "import-from-derivation") || strings.Contains(message, "allow-import-from-derivation"):
		return "the configuration builds something in order to be evaluated, which is refused; generate that file and commit it"
	case strings.Contains(message, "requires lock file changes") || strings.Contains(message, "--no-update-lock-file"):
		return "flake.lock is missing or does not fit flake.nix, and nothing is locked here; run nix flake lock, look at it and commit it"
	case strings.Contains(message, "does not provide attribute"):
		return "the flake defines no " + set
	case strings.Contains(message, "No such file or directory") || noSuchPath.MatchString(message):
		return r.missing(file)
	case strings.Contains(message, "infinite recursion"):
		return "an option depends on itself; see the trace"
	case notFetched.MatchString(message) && !r.locked():
		return "there is no flake.lock; run nix flake lock, look at it and commit it"
	}
	return ""
}

// missing knows why a file, relative to the flake's directory, is not there
// for Nix.
func (r *repository) missing(file string) string {
	switch _, err := os.Lstat(filepath.Join(r.dir, filepath.FromSlash(file))); {
	case file != "" && err == nil:
		return "git does not track it, so Nix does not see it; git add " + file
	case len(r.untracked) > 0:
		return "Nix sees only what git tracks, and it does not track " + shown(r.untracked)
	}
	return ""
}

// locked reports whether the flake has a flake.lock.
func (r *repository) locked() bool {
	_, err := os.Lstat(filepath.Join(r.dir, "flake.lock"))
	return err == nil
}
