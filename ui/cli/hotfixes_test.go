package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/overlay"
	"assay/overlay/care"
)

// listedHotfix is what `hotfixes --json` says of one, as far as tests look.
type listedHotfix struct {
	Package, Verdict, At string
	Channels, Machines   []string
	UsedBy               []string `json:"used_by"`
	Since                care.Since
	Rebuilds             *int
	Note                 *overlay.Note
}

// hotfixes returns them by package.
func (c call) hotfixes(t *testing.T) map[string]listedHotfix {
	t.Helper()
	out := map[string]listedHotfix{}
	for _, h := range decode[struct{ Hotfixes []listedHotfix }](t, c).Hotfixes {
		out[h.Package] = h
	}
	return out
}

// TestHotfixes: what can be told of the example fleet without asking anybody.
func TestHotfixes(t *testing.T) {
	s := newShell(t)
	s.dir = apart(t)
	s.here("hotfixes").want(t, exitDone, "dead     ncdu  fleet.toml:", "with composition merge the layer overrides sees the bare channel unstable",
		"unknown  duckdb", "no index for unstable", "Hydra was not asked", "since    2025-10-14, ", "stibnite, of 8 machines that could", "4 hotfixes: 1 dead, 3 unknown")
	hs := s.here("hotfixes", "--json").want(t, exitDone).hotfixes(t)
	h := hs["micromamba"]
	if len(hs) != 4 || h.Verdict != "unknown" || h.At != "fleet.toml:57" || fmt.Sprint(h.Channels) != "[darwin-stable linux-stable]" || len(h.Machines) != 8 || len(h.UsedBy) == 0 ||
		h.Since.By != care.SinceNote || h.Since.Days < 100 || h.Rebuilds != nil || h.Note == nil || len(h.Note.Links) != 1 {
		t.Errorf("%d hotfixes, of micromamba %+v", len(hs), h)
	}
	s.here("hotfixes", "x").want(t, exitUsage)
}

// TestHotfixesCheck asks a Hydra: green and failing jobs, then one that is
// away.
func TestHotfixesCheck(t *testing.T) {
	farm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.URL.Path != "/api/latestbuilds" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		status := 1
		if strings.HasPrefix(q.Get("job"), "goaccess") {
			status = 0
		}
		fmt.Fprintf(w, `[{"id":7,"project":%q,"jobset":%q,"job":%q,"finished":1,"timestamp":1787300000,"buildstatus":%d}]`, q.Get("project"), q.Get("jobset"), q.Get("job"), status)
	}))
	defer farm.Close()
	s := newShell(t)
	s.dir = apart(t)
	file := filepath.Join(s.dir, "fleet.toml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.ReplaceAll(string(text), "https://hydra.nixos.org/", farm.URL+"/"))
	micromamba := strings.Index(string(text), "[[overlay.hotfix]]\npackage = \"micromamba\"")
	text = append(text[:micromamba:micromamba], text[strings.Index(string(text), "[[overlay.hotfix]]\npackage = \"goaccess\""):]...) // two jobs: the server is given a second for each
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	want := func(c call, code int, extra string) {
		t.Helper()
		c.want(t, code, "can go   goaccess", "is green (build 7 of 2026-08-21"+extra, "dead     ncdu", "2 hotfixes: 1 dead, 1 can go")
	}
	want(s.here("hotfixes", "--check"), exitFailed, "")
	farm.Close()
	want(s.here("hotfixes", "--check"), exitFailed, "") // fresh for an hour
	want(s.here("hotfixes"), exitDone, "")              // only --check has the exit code
	kept, err := filepath.Glob(filepath.Join(s.state, ".cache", "assay", "hydra", "*.json"))
	if err != nil || len(kept) != 2 {
		t.Fatalf("kept: %v, %v", kept, err)
	}
	for _, name := range kept {
		old, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(string(old), `"asked":"20`)
		if err := os.WriteFile(name, []byte(string(old)[:at+9]+"2020"+string(old)[at+13:]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want(s.here("hotfixes", "--check"), exitFailed, "; offline: asked ")
}

const addRipgrep = "hotfixes add ripgrep --channel stable --reason broken"

func TestHotfixesEdit(t *testing.T) {
	s := newShell(t)
	s.dir = apart(t)
	file := filepath.Join(s.dir, "fleet.toml")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	unchanged := func() {
		t.Helper()
		if now, err := os.ReadFile(file); err != nil || string(now) != string(before) {
			t.Error("the file changed", err)
		}
	}
	s.here(strings.Fields(addRipgrep)...).want(t, exitDeclined, "+package = \"ripgrep\"", "give --yes")
	for words, want := range map[string]string{
		addRipgrep + " --channel stabel":                               `no channel is called "stabel"; hint: did you mean "stable"?`,
		addRipgrep + " --channel linux-stable":                         "there is no channel linux-stable on aarch64-darwin; hint: narrow the hotfix with --system",
		addRipgrep + " --channel unstable":                             "would change nothing",
		addRipgrep + " --system amiga":                                 "no machine has a system like amiga",
		addRipgrep + " --hydra https://example.org/x":                  "neither a job nor a build of a Hydra",
		"hotfixes add python3Packages.x --channel stable --reason r":   "would replace all of python3Packages",
		"hotfixes add duckdb --channel stable --reason r":              "duckdb has a hotfix on aarch64-darwin already, at fleet.toml:",
		"hotfixes add ripgrep --reason r":                              "expected --channel and --reason",
		"hotfixes remove ripgrep":                                      "no hotfix of ripgrep; hint: assay hotfixes lists them",
		"hotfixes remove duckbd":                                       `did you mean "duckdb"?`,
		"hotfixes remove duckdb --system x86_64-linux":                 "it has one on other systems",
		"hotfixes remove duckdb --system":                              "",
		"hotfixes add mactop --channel stable --reason r --system x86": "no machine has a system like x86",
	} {
		s.here(strings.Fields(words)...).want(t, exitUsage, want)
	}
	unchanged()
	s.here(strings.Fields(addRipgrep+" --yes --system *-linux")...).want(t, exitDone, "fleet.toml is written", "whether linux-stable has ripgrep is unknown: no index")
	s.here("which", "ripgrep", "--system", "x86_64-linux").want(t, exitDone, "linux-stable", "broken")
	s.here("hotfixes", "remove", "ripgrep", "--yes", "--json").want(t, exitDone, `"written": true`, `"file": "fleet.toml"`)
	unchanged()
	s.here("hotfixes", "remove", "duckdb", "--yes").want(t, exitDone, `-package = "duckdb"`)
	s.here("check").want(t, exitDone)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".real", before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("fleet.toml.real", file); err != nil {
		t.Fatal(err)
	}
	s.here("hotfixes", "remove", "duckdb", "--yes").want(t, exitFailed, "is a symbolic link")
}

// TestHotfixesPatch: of Nix files the patch is printed, which the real git
// applies, and nothing is written.
func TestHotfixesPatch(t *testing.T) {
	s := newShell(t)
	s.dir = t.TempDir()
	const layer = `final: prev: {
  inherit (final.stable)
    # https://hydra.nixos.org/job/nixpkgs/trunk/ripgrep.x86_64-linux
    ripgrep
    fd
    ;
}`
	for name, text := range map[string]string{
		"flake.nix": `{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.old.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = inputs: {
    nixosConfigurations.web = inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ { nixpkgs.overlays = [
        (final: prev: { stable = import inputs.old { inherit (prev) system; }; })
        (import ./lib/hot fixes.nix)
      ]; } ];
    };
  };
}
`,
		"lib/hotfixes.nix": layer,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(strings.ReplaceAll(text, "hot fixes", "hotfixes")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git := func(stdin string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", s.dir, "-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s\n%s", args, err, out, stdin)
		}
	}
	git("", "init", "-q")
	git("", "add", ".")
	git("", "commit", "-qm", "both hotfixes")
	s.here("hotfixes", "--dates").want(t, exitDone, "unknown  fd  lib/hotfixes.nix:5", "both hotfixes", "unknown  ripgrep  lib/hotfixes.nix:4")
	file := filepath.Join(s.dir, "lib", "hotfixes.nix")
	read := func() string {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	removed := s.here("hotfixes", "remove", "ripgrep").want(t, exitDone, "nothing is written")
	if read() != layer {
		t.Error("the file was written")
	}
	git(removed.stdout, "apply")
	if got := read(); strings.Contains(got, "ripgrep") || !strings.Contains(got, "    fd\n    ;\n") {
		t.Errorf("without ripgrep:\n%s", got)
	}
	added := s.here("hotfixes", "add", "jq", "--channel", "stable", "--reason", "broken").want(t, exitDone, "whether old has jq is unknown: no index")
	git(added.stdout, "apply")
	if got := read(); !strings.Contains(got, "    ;\n  # Reason: broken\n  # Added: 20") || !strings.Contains(got, "  inherit (final.stable) jq;\n") {
		t.Errorf("with jq:\n%s", got)
	}
	s.here("hotfixes").want(t, exitDone, "unknown  jq  lib/hotfixes.nix:", "reason   broken", "2 hotfixes")
	s.here("hotfixes", "add", "jq", "--channel", "stable", "--reason", "x").want(t, exitUsage, "has a hotfix on x86_64-linux already, at lib/hotfixes.nix:")
}
