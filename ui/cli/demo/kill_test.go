package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nix-community/go-nix/pkg/nar"
	"github.com/nix-community/go-nix/pkg/nixbase32"

	"assay/fleet/host"
	"assay/fleet/run/journal"
	"assay/fleet/session"
)

// kills is how often the process is killed.
const kills = 50

// TestKilled kills the program at random moments of updates and rollbacks,
// and looks at every host over SSH and at every run's record afterwards: the
// host runs a whole system, the record can be read and nobody holds it, and
// the next command works.
func TestKilled(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "assay")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "assay")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	k := killer{t: t, binary: binary, state: t.TempDir()}
	k.run("status", "not scheelite") // also installs the hosts
	took := k.run("update", "not scheelite", "--yes")
	killed := 0
	for i := range kills {
		command := []string{"rollback", "not scheelite", "--yes"}
		if i%2 == 1 {
			command[0] = "update"
		}
		if k.runKilled(rand.N(took), command...) {
			killed++
		}
		k.check()
	}
	t.Logf("killed %d of %d in the middle; an undisturbed run takes %v", killed, kills, took)
	if killed < kills/4 {
		t.Errorf("only %d of %d were killed in the middle: the moments are chosen badly", killed, kills)
	}
	k.run("update", "not scheelite", "--yes")
	k.check()
	k.run("runs", "--all")
}

type killer struct {
	t             *testing.T
	binary, state string
}

func (k *killer) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(k.t.Context(), k.binary, append([]string{"demo", "--"}, args...)...)
	cmd.Env = []string{"XDG_STATE_HOME=" + k.state, "HOME=" + k.state, "PATH=" + os.Getenv("PATH")}
	return cmd
}

// run runs a command to its end and returns how long it took.
func (k *killer) run(args ...string) time.Duration {
	k.t.Helper()
	start := time.Now()
	if out, err := k.command(args...).CombinedOutput(); err != nil {
		k.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return time.Since(start)
}

// runKilled kills a command after a while and reports whether it still ran.
func (k *killer) runKilled(after time.Duration, args ...string) bool {
	k.t.Helper()
	cmd := k.command(args...)
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	return errors.As(err, &exit) && !exit.Exited()
}

// check opens the demo as the next command does, reads the record of every
// run, asks every host over SSH for the objects of the system that it runs and
// of the one that it boots, and hashes them.
func (k *killer) check() {
	k.t.Helper()
	d, err := Open(k.t.Context(), Options{Dir: filepath.Join(k.state, "assay", "demo"), Example: exampleText(k.t)})
	if err != nil {
		k.t.Fatalf("open the demo again: %v", err)
	}
	defer d.Close()
	k.checkRuns(d.Session)
	for _, name := range names(d.Session.Fleet()) {
		if name == silent {
			continue
		}
		conn, err := d.Session.Connect(k.t.Context(), name)
		if err != nil {
			k.t.Fatal(err)
		}
		checkHost(k.t, conn, name)
		conn.Close()
	}
}

// checkRuns reads the record of every run.
func (k *killer) checkRuns(s *session.Session) {
	k.t.Helper()
	runs, err := s.Runs(0)
	if err != nil || len(runs) == 0 {
		k.t.Fatalf("runs: %v, %d of them", err, len(runs))
	}
	for _, run := range runs {
		if run.Ending != journal.Finished && run.Ending != journal.Torn || len(run.Problems) > 0 {
			k.t.Errorf("run %+v", run)
		}
	}
}

var storeName = regexp.MustCompile(`[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9A-Za-z+._?=-]+`)

// checkHost reads the host's store and links over SSH. What runs and what
// boots are systems in the store, and every object there is named after its
// content.
func checkHost(t *testing.T, conn host.Conn, machine string) {
	t.Helper()
	root := fetch(t, conn)
	objects := map[string]bool{}
	entries, err := os.ReadDir(filepath.Join(root, "nix", "store"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue // what a copy has not finished
		}
		objects[e.Name()] = true
		if got := hashName(t, filepath.Join(root, "nix", "store", e.Name()), e.Name()); got != e.Name() {
			t.Errorf("%s: object %s has the content of %s", machine, e.Name(), got)
		}
	}
	generation, err := os.Readlink(filepath.Join(root, "nix", "var", "nix", "profiles", "system"))
	if err != nil {
		t.Fatalf("%s: %v", machine, err)
	}
	for _, link := range []string{"run/current-system", "run/booted-system", "nix/var/nix/profiles/" + generation} {
		target, err := os.Readlink(filepath.Join(root, link))
		if system := storeName.FindString(target); err != nil || !objects[system] {
			t.Errorf("%s: %s points to %q, which is no object of its store (%v)", machine, link, target, err)
		} else {
			checkLinks(t, machine, filepath.Join(root, "nix", "store", system), objects)
		}
	}
}

// checkLinks reports objects that a system links to and the store lacks.
func checkLinks(t *testing.T, machine, system string, objects map[string]bool) {
	t.Helper()
	links := 0
	err := filepath.WalkDir(system, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink == 0 {
			return err
		}
		target, err := os.Readlink(path)
		if object := storeName.FindString(target); object != "" {
			links++
			if !objects[object] {
				t.Errorf("%s: %s links to %s, which is not in the store", machine, path, object)
			}
		}
		return err
	})
	if err != nil || links == 0 {
		t.Errorf("%s: %s links to %d objects (%v)", machine, system, links, err)
	}
}

// fetch copies the host's store and links to a directory of the test.
func fetch(t *testing.T, conn host.Conn) string {
	t.Helper()
	var archive bytes.Buffer
	if err := conn.Run(t.Context(), host.Command{Script: `tar -C "$ASSAY_ROOT" -cf - nix run`, Stdout: &archive}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	untar := exec.CommandContext(t.Context(), "tar", "-C", dir, "-xf", "-")
	untar.Stdin = &archive
	if out, err := untar.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	return dir
}

// hashName is the store name that Nix gives content of this kind: base 32 of
// the folded SHA-256 of "source:sha256:<NAR hash>:/nix/store:<name>".
func hashName(t *testing.T, path, name string) string {
	t.Helper()
	_, plain, _ := strings.Cut(name, "-")
	h := sha256.New()
	if err := nar.DumpPath(h, path); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("source:sha256:" + hex.EncodeToString(h.Sum(nil)) + ":/nix/store:" + plain))
	folded := make([]byte, 20)
	for i, b := range sum {
		folded[i%20] ^= b
	}
	return nixbase32.EncodeToString(folded) + "-" + plain
}
