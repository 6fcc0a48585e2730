package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/repo"
)

// channelled is a session on a fleet with three channels and a hotfix.
func channelled(t *testing.T, lock string, lister engine.Lister) *Session {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"fleet.toml": registry + `
[channels.linux-stable]
input = "nixpkgs-linux-stable"
systems = ["*-linux"]
as = "stable"
[channels.patched]
base = "unstable"
[overlay]
order = ["inputs", "hotfixes", "packages", "overrides", "flake-inputs"]
[[overlay.hotfix]]
package = "ncdu"
channel = "stable"
reason = "an example"
[[overlay.hotfix]]
package = "nonesuch"
channel = "stable"
reason = "an example"
`, "m/a.nix": `{ flake.modules.nixos.a = { }; }`}
	if lock != "" {
		files["flake.lock"] = lock
	}
	write(t, dir, files)
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return New(r, Options{CacheDir: t.TempDir(), Lister: lister})
}

// listed lists what it is told to.
type listed struct {
	text string
	err  error
	got  []string
}

func (l *listed) List(_ context.Context, t engine.Tree, system string, out io.Writer, _ func(engine.Step)) error {
	l.got = append(l.got, t.Name+" "+string(t.Locked)+" "+system)
	_, _ = io.WriteString(out, l.text)
	return l.err
}

const twoChannels = `{"version": 7, "root": "root", "nodes": {
  "a": {"locked": {"type": "x", "narHash": "sha256-a", "lastModified": 1760000000}, "original": {"type": "github", "owner": "NixOS", "repo": "nixpkgs"}},
  "b": {"locked": {"type": "x", "rev": "b"}, "original": {}},
  "root": {"inputs": {"nixpkgs": "a", "nixpkgs-linux-stable": "b"}}}}`

func versionsOf(s *Session, pkg string) string {
	var out []string
	for _, v := range s.Stack().Which(pkg, "x86_64-linux").Versions {
		out = append(out, v.String())
	}
	return strings.Join(out, ", ")
}

func TestMakeIndex(t *testing.T) {
	lister := &listed{text: `{"ncdu": {"version": "2.9"}, "git": {"version": "2.51"}}`}
	s := channelled(t, twoChannels, lister)
	const none = "unknown: no index for unstable, unknown: no index for linux-stable, unknown: no index for patched"
	if got := versionsOf(s, "ncdu"); got != none {
		t.Errorf("before: %s", got)
	}
	n, err := s.MakeIndex(t.Context(), "patched", "x86_64-linux", nil) // its base's
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if want := `nixpkgs {"lastModified":1760000000,"narHash":"sha256-a","type":"x"} x86_64-linux`; lister.got[0] != want {
		t.Errorf("asked for %s", lister.got[0])
	}
	if got := versionsOf(s, "ncdu"); got != "unstable 2.9, unknown: no index for linux-stable, patched 2.9" {
		t.Errorf("after one: %s", got)
	}
	if _, err := s.ImportIndex(strings.NewReader(`{"ncdu": {"version": "1.8"}}`), "linux-stable", ""); err != nil {
		t.Fatal(err)
	}
	if got := versionsOf(s, "ncdu"); got != "unstable 2.9, linux-stable 1.8, patched 2.9" {
		t.Errorf("after both: %s", got)
	}
	first := s.Stack()
	if s.Stack() != first {
		t.Error("the stack is made anew while nothing changes")
	}
	if ps := first.Lacking(); len(ps) != 1 || !strings.Contains(ps[0].Text, "hotfix of nonesuch: no channel's list has it on x86_64-linux") {
		t.Errorf("lacking: %v", ps)
	}
	problems, err := s.Check(t.Context(), nil)
	if err != nil || !strings.Contains(fmt.Sprint(problems), "hotfix of nonesuch: no channel's list has it") {
		t.Errorf("check: %v, %v", problems, err)
	}
	lister.err = errors.New("no network")
	if _, err := s.MakeIndex(t.Context(), "unstable", "x86_64-linux", nil); err == nil || !strings.Contains(err.Error(), "no network") {
		t.Errorf("a list that fails: %v", err)
	}
	lister.err, lister.text = nil, `{"ncdu": {`
	if _, err := s.MakeIndex(t.Context(), "unstable", "x86_64-linux", nil); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("a list that is cut off: %v", err)
	}
	lister.text = `{}`
	for channel, want := range map[string]string{"unstabel": `no channel "unstabel"; hint: did you mean "unstable"?`, "unstable": "holds no package"} {
		if _, err := s.MakeIndex(t.Context(), channel, "x86_64-linux", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", channel, err)
		}
	}
	if got := versionsOf(s, "ncdu"); !strings.HasPrefix(got, "unstable 2.9") {
		t.Errorf("what failed has changed something: %s", got)
	}
}

func TestDamagedIndex(t *testing.T) {
	s := channelled(t, twoChannels, &listed{text: `{"ncdu": {"version": "2.9"}}`})
	if _, err := s.MakeIndex(t.Context(), "unstable", "x86_64-linux", nil); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(s.opts.CacheDir, "index", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte("assay index 1\nxxxxx"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := versionsOf(s, "ncdu"); !strings.HasPrefix(got, "unknown: no index for unstable") {
		t.Errorf("a damaged file is believed: %s", got)
	}
	channels, err := s.Channels()
	if err != nil {
		t.Fatal(err)
	}
	if note := channels[0].Indexes[0].Note; channels[0].Name != "unstable" || !strings.Contains(note, "the file is damaged") {
		t.Errorf("%+v", channels[0])
	}
}

func TestChannels(t *testing.T) {
	for _, c := range []struct{ lock, err, unstable, stable string }{
		{twoChannels, "", "2025-10-09", "unknown: flake.lock has no date for nixpkgs-linux-stable"},
		{"", "", "unknown: there is no flake.lock", "unknown: there is no flake.lock"},
		{"{", "flake.lock:1: ", "", ""},
	} {
		s := channelled(t, c.lock, nil)
		channels, err := s.Channels()
		if c.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("%q: %v", c.lock, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]Channel{}
		for _, channel := range channels {
			by[channel.Name] = channel
		}
		stable, unstable := by["linux-stable"], by["unstable"]
		if !unstable.Default || unstable.At.File != "fleet.toml" || unstable.Lock.Input != "nixpkgs" || len(by["patched"].Indexes) != 1 || by["patched"].Base != "unstable" {
			t.Errorf("%+v", channels)
		}
		if got := unstable.Lock.Modified.Format("2006-01-02"); unstable.Lock.Note != c.unstable && got != c.unstable || stable.Lock.Note != c.stable {
			t.Errorf("%q: %+v, %+v", c.lock, unstable.Lock, stable.Lock)
		}
		if len(stable.Names) != 1 || stable.Names[0].Name != "stable" || len(stable.Uses) != 2 || stable.Uses[0].Package != "ncdu" || stable.Uses[0].Layer != "hotfixes" {
			t.Errorf("%+v", stable)
		}
	}
}

// TestIndexOfRealChannels has real Nix list the channels of the miniature
// world that flake.lock names, and compares the versions with what it has.
func TestIndexOfRealChannels(t *testing.T) {
	for _, program := range []string{"nix", "nix-env", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("not run: " + program + " is not installed")
		}
	}
	dir := t.TempDir()
	env, err := miniature.Environment(filepath.Join(dir, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: busybox is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := miniature.Remove(filepath.Join(dir, "nix")); err != nil {
			t.Error(err)
		}
	})
	world, err := miniature.Write(filepath.Join(dir, "world"))
	if err != nil {
		t.Fatal(err)
	}
	flake := filepath.Join(dir, "flake")
	write(t, flake, map[string]string{"flake.nix": `{ inputs.nixpkgs.url = "` + world.Reference("nixpkgs") + `"; inputs.nixpkgs-linux-stable.url = "` +
		world.Reference("nixpkgs-linux-stable") + `"; outputs = _: { }; }`})
	lock := exec.Command("nix", "flake", "lock", "path:"+flake)
	lock.Env = append(os.Environ(), env...)
	if out, err := lock.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(flake, "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	s := channelled(t, string(text), nix.New(nix.Options{Dir: flake, Runner: runner.New(runner.Options{Env: env})}))
	for _, channel := range []string{"unstable", "linux-stable"} {
		if _, err := s.MakeIndex(t.Context(), channel, "x86_64-linux", nil); err != nil {
			t.Fatal(err)
		}
	}
	ask := exec.Command("nix", "eval", "--json", "--impure", "--expr", `let v = c: (import (`+world.Dir+` + "/${c}") { system = "x86_64-linux"; }).ncdu.version;
		in [ (v "nixpkgs") (v "nixpkgs-linux-stable") ]`)
	ask.Env = append(os.Environ(), env...)
	out, err := ask.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	if got := versionsOf(s, "ncdu"); got != "unstable "+want[0]+", linux-stable "+want[1]+", patched "+want[0] {
		t.Errorf("%s, and Nix says %s", got, out)
	}
}

// TestIndexOfFormerLock: when flake.lock goes back to trees that were read
// before, versions are theirs again.
func TestIndexOfFormerLock(t *testing.T) {
	s := channelled(t, twoChannels, &listed{})
	if _, err := s.ImportIndex(strings.NewReader(`{"ncdu": {"version": "2.9"}}`), "unstable", "x86_64-linux"); err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(twoChannels, "sha256-a", "sha256-n", 1)
	write(t, s.Repo.Dir, map[string]string{"flake.lock": newer})
	if _, err := s.ImportIndex(strings.NewReader(`{"ncdu": {"version": "3.0"}}`), "unstable", "x86_64-linux"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lock, want string }{{twoChannels, "unstable 2.9"}, {newer, "unstable 3.0"}, {twoChannels, "unstable 2.9"}, {newer, "unstable 3.0"}} {
		write(t, s.Repo.Dir, map[string]string{"flake.lock": c.lock})
		if got := versionsOf(s, "ncdu"); !strings.HasPrefix(got, c.want) {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestAddHotfixOfUnlisted: what a list lacks is refused as what the list lacks,
// with how to get one that has all names.
func TestAddHotfixOfUnlisted(t *testing.T) {
	s := channelled(t, twoChannels, nil)
	list := func(channel, text string) {
		t.Helper()
		if _, err := s.ImportIndex(strings.NewReader(text), channel, ""); err != nil {
			t.Fatal(err)
		}
	}
	add := func(want string) {
		t.Helper()
		_, err := s.AddHotfix(fleet.Hotfix{Package: "nodejs_22", Channel: "stable", Reason: "r", Systems: []string{"*-linux"}})
		if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), "assay channels --index CHANNEL lists all names of packages")) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	add("")
	list("linux-stable", `{"nodejs": {"version": "22"}}`)
	add("the list of the channel stable does not have nodejs_22 on x86_64-linux")
	list("unstable", `{"nodejs": {"version": "22"}}`)
	list("linux-stable", `{"nodejs_22": {"version": "22"}}`)
	add("")
}
