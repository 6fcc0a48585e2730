package audit

import (
	"io/fs"
	"os"
	"path"
	"slices"

	"assay/fleet"
)

// Lies says of a file that machines name where it is.
type Lies string

// Where a file lies that machines name.
const (
	Nowhere Lies = "nowhere"
	Tracked Lies = "tracked"
	Unseen  Lies = "untracked" // git does not track it: Nix does not see it
)

// Use is a machine, or a home on it, that names an encrypted file in its
// configuration, as far as that was read.
type Use struct {
	Machine string
	User    string    // of a home; "" for the machine itself
	Names   []string  // the secrets of sops-nix that are in the file, sorted
	At      fleet.Pos // where the first of them is declared
	NamedAt fleet.Pos // where the file is named
	Why     string    // why it is not surely so; "" if it is
}

// Who is "machine anvil", or "alice's home on anvil".
func (u *Use) Who() string {
	if u.User == "" {
		return "machine " + u.Machine
	}
	return u.User + "'s home on " + u.Machine
}

// String says in one line who names the file, for what, and where.
func (u *Use) String() string {
	text := u.Who() + " takes " + some(u.Names) + " out of it, at " + u.NamedAt.String()
	if u.Why != "" {
		text += " (" + u.Why + ")"
	}
	return text
}

// Find looks where the files lie that machines name. What is behind a link or
// in a submodule is left out.
func (in *Input) Find(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	in.Lying = map[string]Lies{}
	for _, machine := range in.Uses {
		for _, u := range machine.Uses {
			name := u.File.Value
			if _, done := in.Lying[name]; !done && within(name) {
				if lies := in.find(root, name); lies != "" {
					in.Lying[name] = lies
				}
			}
		}
	}
	return nil
}

// within reports whether a path is one below the fleet's directory.
func within(name string) bool { return name != "." && fs.ValidPath(name) }

// tracks reports whether git, or where there is none the listing, has a path.
func (in *Input) tracks(name string) bool {
	_, ok := slices.BinarySearch(in.Tracked, name)
	return ok
}

func (in *Input) find(root *os.Root, name string) Lies {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if st, err := root.Lstat(dir); err == nil && !st.IsDir() || in.tracks(dir) {
			return "" // behind a link, or in a submodule
		}
	}
	st, err := root.Lstat(name)
	switch {
	case os.IsNotExist(err):
		return Nowhere
	case err != nil || !st.Mode().IsRegular():
		return ""
	case in.tracks(name):
		return Tracked
	case in.Git:
		return Unseen
	}
	return ""
}
