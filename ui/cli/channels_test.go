package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/overlay"
)

// lockOfExample is a flake.lock for the example fleet's channels.
const lockOfExample = `{"version": 7, "root": "root", "nodes": {
  "a": {"locked": {"type": "github", "rev": "aaaaaaaaaaaaaaaaaaaa", "narHash": "sha256-a", "lastModified": 1760000000}, "original": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixpkgs-unstable"}},
  "b": {"locked": {"type": "github", "rev": "bbbbbbbbbbbbbbbbbbbb", "lastModified": 1750000000}, "original": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-25.05"}},
  "root": {"inputs": {"nixpkgs": "a", "nixpkgs-linux-stable": "b", "nixpkgs-darwin-stable": "b"}}}}`

// TestChannelIndexes imports lists, and sees the versions without Nix.
func TestChannelIndexes(t *testing.T) {
	s := newShell(t)
	s.dir = apart(t)
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(s.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("flake.lock", lockOfExample)
	type channels struct{ Channels []channelJSON }
	before := decode[channels](t, s.here("channels", "--json").want(t, exitDone))
	if c := before.Channels[0]; c.Name != "unstable" || c.Revision != "aaaaaaaaaaaaaaaaaaaa" || c.Date.Year() != 2025 || *c.Age <= 0 || c.Indexes[0].Packages != 0 {
		t.Errorf("%+v", c)
	}
	s.here("which", "ripgrep", "--on", "cinnabar").want(t, exitDone, "no index", "assay channels --index")

	list := write("list.json", `{"ripgrep": {"name": "ripgrep-15.1", "version": "15.1"}, "ncdu": {"version": "2.9"}}`)
	s.here("channels", "--index-from", list, "--channel", "unstable").want(t, exitDone, "unstable, for all systems without another list: 2 packages")
	older := write("older.json", `{"packages": {"ripgrep": {"version": "14.1"}}, "version": 2}`)
	s.here("channels", "--index-from", older, "--channel", "linux-stable", "--system", "x86_64-linux").want(t, exitDone, "linux-stable for x86_64-linux: 1 package")

	type packages struct {
		Packages []struct {
			Version  string
			Versions []overlay.Version
		}
	}
	answer := decode[packages](t, s.here("which", "ripgrep", "--on", "cinnabar", "--json").want(t, exitDone)).Packages[0]
	var got []string
	for _, v := range answer.Versions {
		got = append(got, v.String())
	}
	if strings.Join(got, ", ") != "unstable 15.1, linux-stable 14.1, patched 15.1" || answer.Version != "15.1" {
		t.Errorf("%q, version %q", got, answer.Version)
	}
	s.here("which", "ripgrep", "--on", "cinnabar").want(t, exitDone, "version   15.1", "versions  unstable 15.1, linux-stable 14.1, patched 15.1")
	s.here("channels", "unstable").want(t, exitDone, "index     x86_64-linux: 2 packages", "2025-10-09")

	bad := write("bad.json", `[]`)
	for args, want := range map[string]string{
		"--index-from " + bad + " --channel unstable":          bad + ": channel index: at byte 1: expected an object of packages",
		"--index-from " + list + " --channel unstabel":         `did you mean "unstable"?`,
		"--index-from " + list:                                 "--index-from and --channel belong together",
		"--index-from " + list + " --channel unstable stable":  `"stable" is one word too many`,
		"--index-from /nonesuch --channel unstable":            "/nonesuch",
		"--system x86_64-linux":                                "--system belongs to --index",
		"--index --index-from " + list + " --channel unstable": "exclude each other",
		"--index --system vax":                                 "is no system",
	} {
		s.here(append([]string{"channels"}, strings.Fields(args)...)...).want(t, exitUsage, want)
	}
	s.here("channels", "nonesuch").want(t, exitNothing, `no channel "nonesuch"`)
}
