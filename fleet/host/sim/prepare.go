package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// MarkerFile lies in the root of every simulated host. Whatever is meant for
// simulated hosts only checks for it before it changes anything.
const MarkerFile = ".assay-sim-host"

// Marker is the content of the marker file, as JSON.
type Marker struct {
	Name   string `json:"name"`
	Class  string `json:"class"`
	System string `json:"system"`
}

// home is the home directory of the hosts' user, below the root.
const home = "root"

// ForeignError is a directory that holds something and has no marker of the
// host that it should be the root of: it is somebody else's, or it has been
// damaged.
type ForeignError struct {
	Root   string
	Reason string // "holds \"x\" and no .assay-sim-host"
}

func (e *ForeignError) Error() string { return e.Root + " " + e.Reason }

// Prepare creates the root directory of a host with its home directory and,
// last and atomically, the marker file. A root that is prepared already is
// left as it is, apart from the marker, whose class and system may have been
// others. A directory that is not the host's is refused with a *ForeignError.
func Prepare(root string, host Host) error {
	if err := prepare(root, host); err != nil {
		return fmt.Errorf("root of simulated host %s: %w", host.Name, err)
	}
	return nil
}

func prepare(root string, host Host) error {
	if !filepath.IsAbs(root) {
		return fmt.Errorf("%q is not an absolute path", root)
	}
	if strings.Contains(root, "\n") { // tools that list files write a path a line
		return fmt.Errorf("%q holds a newline; hint: choose another state directory", root)
	}
	marker := filepath.Join(root, MarkerFile)
	if err := ours(root, marker, host.Name); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(root, home), 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(Marker{Name: host.Name, Class: host.Class, System: host.System})
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if is, err := os.ReadFile(marker); err == nil && bytes.Equal(is, text) {
		return nil // writing it again would wait for the disk, once for each host
	}
	return renameio.WriteFile(marker, text, 0o600, renameio.WithTempDir(root))
}

// markerLimit bounds what is read of a marker, in bytes.
const markerLimit = 4096

// ours returns an error when root is not the host's and cannot become it.
func ours(root, marker, name string) error {
	what, err := os.Lstat(marker)
	switch {
	case os.IsNotExist(err):
		return unused(root)
	case err != nil:
		return err
	case !what.Mode().IsRegular():
		return &ForeignError{root, fmt.Sprintf("has a %s that is not a regular file", MarkerFile)}
	case what.Size() > markerLimit:
		return &ForeignError{root, fmt.Sprintf("has a %s of %d bytes", MarkerFile, what.Size())}
	}
	text, err := os.ReadFile(marker)
	if err != nil {
		return err
	}
	var m Marker
	if err := json.Unmarshal(text, &m); err != nil {
		return &ForeignError{root, fmt.Sprintf("has a %s that no host has: %v", MarkerFile, err)}
	}
	if m.Name != name {
		return &ForeignError{root, fmt.Sprintf("has the %s of %q", MarkerFile, m.Name)}
	}
	return nil
}

// unused returns an error when root holds more than an interrupted Prepare
// leaves.
func unused(root string) error {
	entries, err := os.ReadDir(root)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != home && !isTemporary(e.Name()) {
			return &ForeignError{root, fmt.Sprintf("holds %q and no %s", e.Name(), MarkerFile)}
		}
	}
	return nil
}

// isTemporary reports whether name is what an interrupted write of the
// marker leaves.
func isTemporary(name string) bool {
	matched, _ := filepath.Match("."+MarkerFile+"*", name)
	return matched
}
