package bed

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// traces lists what there is of a set on this machine: its directory,
// processes, mounts, network and control groups.
func traces(t *testing.T, dir, bridge string) []string {
	t.Helper()
	var found []string
	if _, err := os.Stat(dir); err == nil {
		found = append(found, dir)
	}
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/mountinfo"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			text, _ := os.ReadFile(file) // one that has ended has nothing
			if strings.Contains(string(text), dir+"/") {
				found = append(found, file)
			}
		}
	}
	for _, pattern := range []string{"/sys/class/net/", "/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		files, _ := filepath.Glob(pattern + bridge + "*")
		for _, file := range files {
			if name := filepath.Base(file); name == bridge || strings.HasPrefix(name, bridge+".") {
				found = append(found, file)
			}
		}
	}
	return found
}

// bridgeOf is the network of a set.
func bridgeOf(t *testing.T, h Host) string {
	t.Helper()
	name, err := os.ReadFile(filepath.Join(h.Dir, "bridge"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(name))
}

// TestDownLeavesNothing, and sets at the same time do not meet.
func TestDownLeavesNothing(t *testing.T) {
	type set struct{ dir, bridge, address string }
	var sets []set
	t.Run("up", func(t *testing.T) {
		results := make(chan set, 2)
		t.Run("together", func(t *testing.T) {
			for range cap(results) {
				t.Run("set", func(t *testing.T) {
					t.Parallel()
					hosts := Up(t, 1, Darwin("mac"))
					if len(hosts) != 2 || hosts[1].Name != "mac" || hosts[1].User != "deploy" {
						t.Errorf("got %+v", hosts)
					}
					h := hosts[0]
					// What outlives its session must end all the same.
					h.Root(t, "systemd-run --quiet sleep 1000; nohup sleep 1001 >/dev/null 2>&1 &")
					if found := traces(t, h.Dir, bridgeOf(t, h)); len(found) < 8 {
						t.Errorf("traces of a set that is up: %q", found)
					}
					results <- set{h.Dir, bridgeOf(t, h), h.Address}
				})
			}
		})
		close(results)
		for s := range results {
			sets = append(sets, s)
		}
	})
	if len(sets) != 2 {
		return // skipped, or has failed
	}
	if sets[0].address == sets[1].address || sets[0].bridge == sets[1].bridge {
		t.Errorf("two sets have the same network: %v", sets)
	}
	for _, s := range sets {
		if left := traces(t, s.dir, s.bridge); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}

// TestHolderKilled: what a killed script/hosts has left goes with the next up.
func TestHolderKilled(t *testing.T) {
	hosts := Up(t, 1, Tier(TierB))
	script, err := scriptPath("hosts")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "set")
	cmd := exec.CommandContext(t.Context(), script, "up", "1", "--tier", TierB, "--hold", "--dir", dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := ""
	for buf := make([]byte, 1000); !strings.Contains(said, "ready: "); {
		n, err := stdout.Read(buf)
		if said += string(buf[:n]); err != nil {
			t.Fatalf("script/hosts said %q: %v", said, err)
		}
	}
	bridge := bridgeOf(t, Host{Dir: dir})
	cmd.Process.Kill()
	cmd.Wait()
	if len(traces(t, dir, bridge)) == 0 {
		t.Fatal("nothing was left to be cleaned: this test says nothing")
	}
	Up(t, 1, Tier(TierB))
	if left := traces(t, dir, bridge); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if _, err := hosts[0].SSH("root", "true"); err != nil {
		t.Errorf("a set that is held was touched: %v", err)
	}
}
