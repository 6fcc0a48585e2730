package runner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"
)

// program is which file a name led to. Another Nix is another file: in Nix's
// store by its path, elsewhere by its size and time.
type program struct {
	Path     string // without symbolic links; "" is not to be remembered
	Size     int64
	Modified time.Time
}

// knownVersion is what the cache has.
type knownVersion struct {
	Program program
	Says    string // as Version.Text
}

// identify says which program a path leads to. A script is none: what it starts
// may become another Nix and leave it as it is.
func (r *Runner) identify(path string) program {
	if r.opts.Cache == "" {
		return program{}
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil || !filepath.IsAbs(real) {
		return program{}
	}
	f, err := os.Open(real)
	if err != nil {
		return program{}
	}
	defer f.Close()
	stat, err := f.Stat()
	start := make([]byte, 2)
	if _, failed := io.ReadFull(f, start); err != nil || failed != nil || bytes.Equal(start, []byte("#!")) {
		return program{}
	}
	return program{real, stat.Size(), stat.ModTime().UTC()}
}

func (r *Runner) versionFile() string { return filepath.Join(r.opts.Cache, "version.json") }

// recall returns the version that a program has said before.
func (r *Runner) recall(p program) (Version, bool) {
	if p.Path == "" {
		return Version{}, false
	}
	text, err := os.ReadFile(r.versionFile())
	var k knownVersion
	if err != nil || json.Unmarshal(text, &k) != nil || k.Program != p {
		return Version{}, false
	}
	v, err := ParseVersion(k.Says)
	return v, err == nil
}

// keep remembers the version; where that cannot be, it is asked for again.
func (r *Runner) keep(p program, v Version) {
	if p.Path == "" || os.MkdirAll(r.opts.Cache, 0o700) != nil {
		return
	}
	text, err := json.Marshal(knownVersion{p, v.Text})
	if err != nil {
		return
	}
	f, err := os.CreateTemp(r.opts.Cache, "version-*")
	if err != nil {
		return
	}
	_, err = f.Write(append(text, '\n'))
	if err = cmp.Or(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), r.versionFile())
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}
