package cli

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden compares what the reading commands say of the example fleet with
// files that people have read: as text on a narrow and a wide terminal, and
// as JSON.
func TestGolden(t *testing.T) {
	for _, command := range []string{
		"machines",
		"services",
		"aspects",
		"aspects base",
		"compose cinnabar",
		"compose cinnabar --option services.openssh",
		"compose cinnabar --option services.openssh.enable",
		"compose cinnabar --option users.motd",
		"compose cinnabar --option services.openssh.settings.PermitRootLogin",
		"compose cinnabar --option systemd.services.disk-alert.serviceConfig.ExecStart",
		"channels",
		"channels unstable darwin-stable patched",
		"layers",
		"which micromamba --on stibnite",
		"which ncdu --on stibnite",
		"which ripgrep --on cinnabar",
		"check",
	} {
		at := func(s *shell) *shell { return s }
		if command == "check" { // of this checkout it also tells what git does not track
			at = func(s *shell) *shell { s.dir = apart(t); return s }
		}
		name := strings.NewReplacer(" --option ", "-", " --on ", "-on-", " ", "-").Replace(command)
		for _, columns := range []int{80, 160} {
			s := at(newShell(t))
			s.vars = map[string]string{"COLUMNS": strconv.Itoa(columns)}
			golden(t, name+"."+strconv.Itoa(columns)+".txt", s.here(strings.Fields(command)...).want(t, exitDone).stdout)
		}
		if command != "compose cinnabar" { // 5,000 lines that the options above stand for
			golden(t, name+".json", at(newShell(t)).here(append(strings.Fields(command), "--json")...).want(t, exitDone).stdout)
		}
	}
}

// apart is a copy of the example fleet without a flake.
func apart(t *testing.T) string {
	dir := t.TempDir()
	for _, part := range []string{"modules", "overlay"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("../../fleet.toml")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "fleet.toml"), text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if that is right: go test ./ui/cli -run Golden -update\n%s", path, firstDifference(string(want), got))
	}
}

// firstDifference shows the first line that differs.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return "line " + strconv.Itoa(i+1) + "\nwant " + a + "\ngot  " + b
		}
	}
	return ""
}
