package embedded

import (
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"

	"assay/fleet/engine"
)

// checkHost fails unless everything in the host's store hashes to its own
// name, what current-system and the profile lead to is complete, and every
// link that an activation made leads to a file of the current system.
func checkHost(t testing.TB, conn *shellConn) {
	t.Helper()
	entries, err := os.ReadDir(conn.path("nix/store"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		checkObject(t, conn, entry.Name())
	}
	for _, l := range []string{"run/current-system", "run/booted-system", "nix/var/nix/profiles/system"} {
		if !conn.exists(l) {
			continue
		}
		full, err := filepath.EvalSymlinks(conn.path(l))
		if err != nil {
			t.Errorf("%s leads nowhere: %v", l, err)
			continue
		}
		checkComplete(t, full)
	}
}

// checkObject fails unless an entry of the host's store is what its name says.
func checkObject(t testing.TB, conn *shellConn, name string) {
	t.Helper()
	hash, _, err := hashPath(conn.path("nix/store/" + name))
	if err != nil {
		t.Error(err)
		return
	}
	_, plain, _ := strings.Cut(name, "-")
	if makePath(hash, plain) != storeDir+"/"+name {
		t.Errorf("%s does not hash to its own name", name)
	}
}

// checkComplete fails unless every link inside of a system leads somewhere.
func checkComplete(t testing.TB, system string) {
	t.Helper()
	err := filepath.WalkDir(system, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type()&fs.ModeSymlink != 0 {
			_, err = os.Stat(p)
		}
		return err
	})
	if err != nil {
		t.Errorf("%s is not whole: %v", filepath.Base(system), err)
	}
}

// hashPath gives the NAR hash and size of what is at a path on disk.
func hashPath(name string) (h [sha256.Size]byte, size int64, err error) {
	d := newDigest()
	err = nar.DumpPath(d, name)
	return d.hash(), d.size, err
}

func equalRecord(t testing.TB, got engine.Record, want []byte) bool {
	t.Helper()
	var w engine.Record
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(got, w)
}
