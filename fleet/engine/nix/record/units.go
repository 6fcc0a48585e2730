package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/fleet/engine"
)

// unitDirs is where a system has its units, and how they are called: those of
// users have a word before their name.
var unitDirs = []struct{ dir, prefix string }{
	{"etc/systemd/system/", ""},
	{"etc/systemd/user/", "user/"},
	{"Library/LaunchDaemons/", ""},
	{"Library/LaunchAgents/", "user/"},
	{"user/Library/LaunchAgents/", "user/"},
}

// unitOf is the name of the unit that a file is about, "" where it is about
// none. "sshd.service" is it itself, "sshd.service.d/overrides.conf" adds to
// it, and "multi-user.target.wants/sshd.service" says who wants it.
func unitOf(name string) string {
	for _, d := range unitDirs {
		rest, ok := strings.CutPrefix(name, d.dir)
		if !ok {
			continue
		}
		dir, base := path.Split(rest)
		dir = strings.TrimSuffix(dir, "/")
		switch {
		case dir == "":
			return d.prefix + base
		case strings.HasSuffix(dir, ".d"):
			return d.prefix + strings.TrimSuffix(dir, ".d")
		case strings.HasSuffix(dir, ".wants"), strings.HasSuffix(dir, ".requires"), strings.HasSuffix(dir, ".upholds"):
			return d.prefix + base
		}
	}
	return ""
}

// units is every unit with a hash of all that is about it.
func (f *Files) units() []engine.Unit {
	about := make(map[string][]string)
	for name := range f.byName {
		if unit := unitOf(name); unit != "" {
			about[unit] = append(about[unit], name)
		}
	}
	out := []engine.Unit{}
	for _, unit := range sorted(about) {
		slices.Sort(about[unit])
		h := sha256.New()
		for _, name := range about[unit] {
			is := f.text(name)
			if isLink(name) {
				is = nil // who wants it, not what it is once more
			}
			fmt.Fprintf(h, "%d %s\n%d\n", len(name), name, len(is))
			h.Write(is)
		}
		out = append(out, engine.Unit{Name: unit, Hash: "sha256:" + hex.EncodeToString(h.Sum(nil)[:16])})
	}
	return out
}

// isLink reports whether a file only says who wants a unit.
func isLink(name string) bool {
	switch path.Ext(path.Dir(name)) {
	case ".wants", ".requires", ".upholds":
		return true
	}
	return false
}
