package modules

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"assay/fleet"
	"assay/modules/syntax"
)

// maxFile bounds the files that are read, in bytes.
const maxFile = 8 << 20

// sources are the files of the repository, parsed at most once, and its
// directories, listed at most once.
type sources struct {
	fsys    fs.FS
	tracked map[string]bool // files, and the directories that they are in; nil for all
	mu      sync.Mutex
	parsed  map[string]parsed
	listed  map[string]listing
	hidden  map[string]bool // files that were asked for and that git does not track
}

// newSources returns the files of fsys; tracked are those that Nix sees, nil
// for all.
func newSources(fsys fs.FS, tracked []string) *sources {
	s := &sources{fsys: fsys, parsed: map[string]parsed{}, listed: map[string]listing{}}
	if tracked == nil {
		return s
	}
	s.tracked = map[string]bool{".": true}
	for _, name := range tracked {
		for name = path.Clean(name); !s.tracked[name]; name = path.Dir(name) {
			s.tracked[name] = true
		}
	}
	return s
}

// visible reports whether Nix sees a file or directory that is there, and
// keeps in mind one that it does not.
func (s *sources) visible(name string) bool {
	if s.tracked == nil || s.tracked[name] || s.tracked[s.real(name)] {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hidden == nil {
		s.hidden = map[string]bool{}
	}
	s.hidden[name] = true
	return false
}

// real is the name behind the links on the way to a file: git tracks a link
// to a directory, and what is in the directory under its own name.
func (s *sources) real(name string) string {
	for range maxNesting {
		next := s.unlink(name)
		if next == name {
			break
		}
		name = next
	}
	return name
}

// unlink replaces the first link on the way by what it leads to.
func (s *sources) unlink(name string) string {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := fs.Lstat(s.fsys, name[:i])
		if i == 0 || err != nil || info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		target, err := fs.ReadLink(s.fsys, name[:i])
		if err != nil || path.IsAbs(target) {
			return name
		}
		return path.Join(path.Dir(name[:i]), target, name[i:])
	}
	return name
}

// unseen are the files that would have been read if git tracked them.
func (s *sources) unseen() []fleet.Problem {
	var out []fleet.Problem
	for name := range s.hidden {
		out = append(out, warning(fleetPos(name), "Nix does not see "+name+", because git does not track it", "git add "+name))
	}
	return out
}

// moduleFile is the file that is imported under a name: a directory's
// default.nix.
func (s *sources) moduleFile(name string) string {
	if strings.HasSuffix(name, ".nix") {
		return name
	}
	if info, err := fs.Stat(s.fsys, name); err == nil && info.IsDir() {
		return path.Join(name, "default.nix")
	}
	return name
}

func workers() int { return runtime.GOMAXPROCS(0) }

type parsed struct {
	file  *syntax.File
	err   error
	scope error // a variable that is defined nowhere; the file is read all the same
}

// Parsed implements symbolic.Files.
func (s *sources) Parsed(name string) (*syntax.File, error) {
	s.mu.Lock()
	p, ok := s.parsed[name]
	s.mu.Unlock()
	if ok {
		return p.file, p.err
	}
	content, err := s.Content(name)
	if err == nil {
		p.file, p.err = syntax.ParseText(name, unsafe.String(unsafe.SliceData(content), len(content))) // nobody else has it
		if p.err == nil {
			p.scope = syntax.CheckScope(p.file)
		}
	} else {
		p.err = err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parsed[name] = p
	return p.file, p.err
}

// Content implements symbolic.Files.
func (s *sources) Content(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%s is outside of the fleet", name)
	}
	info, err := s.stat(name)
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if !s.visible(name) {
		return nil, fmt.Errorf("git does not track it: %w", fs.ErrNotExist)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	return fs.ReadFile(s.fsys, name)
}

// listing is a directory as it was read.
type listing struct {
	entries []fs.DirEntry
	err     error
}

// list returns a directory's entries, sorted by name. It is read once.
func (s *sources) list(name string) ([]fs.DirEntry, error) {
	s.mu.Lock()
	l, ok := s.listed[name]
	s.mu.Unlock()
	if ok {
		return l.entries, l.err
	}
	l.entries, l.err = fs.ReadDir(s.fsys, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listed[name] = l
	return l.entries, l.err
}

// stat is fs.Stat; a plain file in a directory that was listed is asked for
// itself, and not searched for along its path.
func (s *sources) stat(name string) (fs.FileInfo, error) {
	s.mu.Lock()
	in := s.listed[path.Dir(name)].entries
	s.mu.Unlock()
	i, found := slices.BinarySearchFunc(in, path.Base(name), func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
	if found && in[i].Type().IsRegular() {
		if info, err := in[i].Info(); err == nil {
			return info, nil
		}
	}
	return fs.Stat(s.fsys, name)
}

// Entries implements symbolic.Files.
func (s *sources) Entries(name string) (map[string]string, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%s is outside of the fleet", name)
	}
	entries, err := s.list(name)
	if err != nil {
		return nil, cause(err)
	}
	kinds := make(map[string]string, len(entries))
	in := name
	if s.tracked != nil {
		in = s.real(name)
	}
	for _, e := range entries {
		if s.tracked != nil && !s.tracked[path.Join(in, e.Name())] {
			continue
		}
		switch {
		case e.IsDir():
			kinds[e.Name()] = "directory"
		case e.Type()&fs.ModeSymlink != 0:
			kinds[e.Name()] = "symlink"
		case e.Type().IsRegular():
			kinds[e.Name()] = "regular"
		default:
			kinds[e.Name()] = "unknown"
		}
	}
	return kinds, nil
}

// parseAll parses files on as many goroutines as help.
func (s *sources) parseAll(files []string, workers int) {
	var wg sync.WaitGroup
	next := make(chan string)
	for range min(workers, len(files)) {
		wg.Go(func() {
			for name := range next {
				_, _ = s.Parsed(name) // kept with its error
			}
		})
	}
	for _, name := range files {
		next <- name
	}
	close(next)
	wg.Wait()
}

// cause is an error of the file system without the path, which the caller
// names.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// refused returns what Nix refuses in the file as soon as it is parsed: an
// undefined variable.
func (s *sources) refused(name string) (fleet.Problem, bool) {
	s.mu.Lock()
	err := s.parsed[name].scope
	s.mu.Unlock()
	var bad *syntax.Error
	if !errors.As(err, &bad) {
		return fleet.Problem{}, false
	}
	p := unreadable(name, fleet.Pos{}, bad)
	name = strings.Trim(strings.TrimPrefix(bad.Message, "undefined variable "), "'")
	if slices.Contains(arguments, name) {
		p.Hint = "take it as an argument: { " + name + ", ... }:"
	}
	return p, true
}

// arguments are what modules usually take.
var arguments = []string{"lib", "pkgs", "config", "options", "inputs", "self", "modulesPath", "moduleWithSystem", "withSystem"}

func fleetPos(name string) fleet.Pos { return fleet.Pos{File: path.Clean(name)} }
