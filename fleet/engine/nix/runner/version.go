package runner

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"assay/fleet/host"
)

// Version is the version of a Nix, and says what that can do. Lix counts as
// the Nix from which it came, 2.18.
type Version struct {
	Major, Minor int
	Lix          bool
	Text         string // as `nix --version` says it: "nix (Nix) 2.8.0"
}

// AtLeast reports whether the version is major.minor or newer.
func (v Version) AtLeast(major, minor int) bool {
	if v.Lix {
		return cmp.Or(cmp.Compare(2, major), cmp.Compare(18, minor)) >= 0
	}
	return cmp.Or(cmp.Compare(v.Major, major), cmp.Compare(v.Minor, minor)) >= 0
}

func (v Version) String() string { return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) }

// Outputs is how an installable names all outputs of a derivation: since
// 2.13 "X.drv^*", and "X.drv" means the file itself.
func (v Version) Outputs(derivation string) string {
	if v.AtLeast(2, 13) {
		return derivation + "^*"
	}
	return derivation
}

// ConfigShow is the command that prints the configuration.
func (v Version) ConfigShow() []string {
	if v.AtLeast(2, 20) {
		return []string{"config", "show"}
	}
	return []string{"show-config"}
}

type onceVersion struct {
	mu    sync.Mutex
	known bool
	v     Version
}

// Version asks nix for its version, once: where there is a cache, once for each
// program that nix is. It fails when nix is not installed or older than 2.4,
// which had no flakes.
func (r *Runner) Version(ctx context.Context) (Version, error) {
	r.version.mu.Lock()
	defer r.version.mu.Unlock()
	if r.version.known {
		return r.version.v, nil
	}
	path, err := r.Look("nix")
	if err != nil {
		return Version{}, err
	}
	program := r.identify(path)
	v, known := r.recall(program)
	if !known {
		out, err := r.Output(ctx, Command{Program: path, Args: []string{"--version"}}, 4096)
		if err != nil {
			return Version{}, err
		}
		if v, err = ParseVersion(string(out)); err != nil {
			return Version{}, err
		}
		if program == r.identify(path) {
			r.keep(program, v)
		}
	}
	r.version.v, r.version.known = v, true
	return v, nil
}

var versionNumber = regexp.MustCompile(`(?:^|\s)(\d{1,4})\.(\d{1,4})[^\s]*$`)

// ParseVersion reads the first line of `nix --version`: "nix (Nix) 2.8.0",
// "nix (Lix, like Nix) 2.91.1", "nix (Determinate Nix 3.11.2) 2.31.1".
func ParseVersion(s string) (Version, error) {
	line, _, _ := strings.Cut(s, "\n")
	line = strings.TrimSpace(host.Sanitize(line))
	m := versionNumber.FindStringSubmatch(line)
	if m == nil {
		return Version{}, fmt.Errorf("nix says an unknown version: %.100q", line)
	}
	v := Version{Lix: strings.Contains(line, "Lix"), Text: line}
	v.Major, _ = strconv.Atoi(m[1])
	v.Minor, _ = strconv.Atoi(m[2])
	if v.Major < 2 || v.Major == 2 && v.Minor < 4 {
		return v, fmt.Errorf("nix %s has no flakes; hint: install Nix 2.8 or newer", v)
	}
	return v, nil
}
