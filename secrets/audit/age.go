package audit

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"assay/secrets/vars"
)

// Version is a file as one commit left it.
type Version struct {
	At   time.Time
	Said string // what Say says of its text; "" where that is not known, or the commit removed it
	Cut  bool   // git knows nothing of what was before the commit: the file may have been so
}

// Versions are those of one path, newest first.
type Versions struct {
	Path string
	All  []Version
}

// Ages is what git says of the files.
type Ages struct {
	History []Versions
	NoGit   string // why it says nothing, or Shallow; "" where it says all
}

// Age says when a secret was written, as far as its file and git tell. Zero
// times are not known.
type Age struct {
	Encrypted bool      // there is an encrypted file
	Claimed   time.Time // of the last change, as the file itself says
	First     time.Time // commit that put it there
	Written   time.Time // commit that last encrypted it, most often with a new value
	Regranted time.Time // commit that last changed who can read it
	Writes    int       // how often it was encrypted; 1: never since it was made; 0: not known
	Cut       bool      // what git has begins with the file as it was, so that nobody knows since when
	Former    []Former  // who could read the value that is there now, or may know it
}

// Former is a key that can read no more, and that opened an older version of
// the file.
type Former struct {
	Key     vars.Key
	Holders []Holder // who has the key now; none: nobody is known to
	Removed time.Time
	// Certain says that the value is still the same. Else the file was encrypted
	// under a fresh data key when the key was removed: only who can open it
	// knows whether for a new value.
	Certain bool
}

// Last is when the value was written: by git, else as the file says.
func (a *Age) Last() time.Time {
	if !a.Written.IsZero() {
		return a.Written
	}
	return a.Claimed
}

// Unsaid is why git does not say when it was written, where noGit is the
// report's; "" where it has nothing of it.
func (a *Age) Unsaid(noGit string) string {
	if noGit == Shallow && !a.Cut {
		return ""
	}
	return noGit
}

// seen is what one version tells.
type seen struct {
	at   time.Time
	mac  string
	keys []vars.Key
	cut  bool
}

// Shallow is why ages are not known that lie before what git has.
const Shallow = "the clone is shallow; hint: git fetch --unshallow gets what was before"

// SaidAs names the form of what Say says, which is kept.
const SaidAs = ".sops1"

// Say says what the text of the file at path tells of itself, on lines: its
// MAC, and a type and a recipient for each key that opens it; "" where it is
// no file of sops. It is a function of both only.
func Say(path string, text []byte) string {
	about := metadata(path, text)
	mac, _ := after(about, "mac")
	if !bytes.HasPrefix(mac, []byte("ENC[")) {
		return ""
	}
	var keys []string
	for _, field := range []struct{ name, kind string }{{"recipient", "age"}, {"fp", "pgp"}} {
		for value, rest := after(about, field.name); value != nil; value, rest = after(rest, field.name) {
			k := normal(vars.Key{Type: field.kind, Public: strings.TrimSpace(string(value))})
			keys = append(keys, k.Type+" "+k.Public)
		}
	}
	slices.Sort(keys)
	return strings.Join(append([]string{string(mac)}, slices.Compact(keys)...), "\n")
}

// look reads what Say has said of a version; false where it said nothing.
func look(v Version) (seen, bool) {
	mac, rest, _ := strings.Cut(v.Said, "\n")
	s := seen{at: v.At, mac: mac, cut: v.Cut}
	for line := range strings.Lines(rest) {
		kind, public, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		s.keys = append(s.keys, vars.Key{Type: kind, Public: public})
	}
	return s, mac != ""
}

// note adds what git says of a path. Versions whose text is not known end
// what can be said.
func (a *Age) note(h Versions) {
	var known []seen
	for _, v := range h.All {
		s, ok := look(v)
		if !ok {
			break
		}
		known = append(known, s)
	}
	if len(known) == 0 {
		return
	}
	now, wrote := known[0], len(known)-1
	for i, s := range known {
		last := i == len(known)-1
		if i > 0 && s.mac == now.mac {
			a.lost(s.keys, now.keys, known[i-1].at, true)
		}
		if last && s.cut { // when it was made so, and how often before, is not known
			a.Writes, a.Cut = 0, true
			break
		}
		if last {
			a.First = s.at
		}
		if last || known[i+1].mac != s.mac {
			a.Writes++
			if a.Written.IsZero() {
				a.Written, wrote = s.at, i
			}
		}
		if a.Regranted.IsZero() && (last || !slices.Equal(known[i+1].keys, s.keys)) {
			a.Regranted = s.at
		}
	}
	if wrote+1 < len(known) { // what was there before may have the same value
		a.lost(known[wrote+1].keys, slices.Concat(known[wrote].keys, now.keys), known[wrote].at, false)
	}
}

// lost notes those of the keys that were removed.
func (a *Age) lost(keys, left []vars.Key, at time.Time, certain bool) {
	for _, k := range keys {
		if !slices.Contains(left, k) && !slices.ContainsFunc(a.Former, func(f Former) bool { return f.Key == k }) {
			a.Former = append(a.Former, Former{Key: k, Removed: at, Certain: certain})
		}
	}
}
