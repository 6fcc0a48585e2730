package fleetfile

import (
	"slices"
	"testing"

	"assay/fleet"
)

// TestComments: what is written at an entry goes with it, what is written
// elsewhere does not.
func TestComments(t *testing.T) {
	file, err := Parse("fleet.toml", []byte(`
[fleet]
name = "x" # a name

# of the section

# one
  ## two
[channels.u] # three
# four
input = "nixpkgs"
default = true
[machines.m]
system = "x86_64-linux"
type = """
# no comment"""
[channels.s]
input = "x" # of the key
# after a key
[channels.t]
input = "t"
as = "tt"
[channels.v]   # windows
input = "v"
[overlay]
# of the overlay
[[overlay.hotfix]]
package = "a"
channel = "s"
reason = "r"
# https://hydra.nixos.org/job/nixpkgs/trunk/b.x86_64-linux
# TODO: Remove when green
[[overlay.hotfix]]

# too late
package = "b"
channel = "s"
reason = "r"
[[overlay.override]] # why
package = "o"
file = "o.nix"
# brought along
[[overlay.flake-input]]
input = "i"
provides = ["p"]`))
	if err != nil {
		t.Fatal(err)
	}
	f := file.Fleet
	of := func(channel string) string {
		i := slices.IndexFunc(f.Channels, func(c fleet.Channel) bool { return c.Name == channel })
		return f.Channels[i].Comment
	}
	for _, c := range []struct{ what, got, want string }{
		{"u", of("u"), "one\ntwo\nthree\nfour"},
		{"s", of("s"), ""},
		{"t", of("t"), "after a key"},
		{"v", of("v"), "windows"},
		{"a", f.Overlay.Hotfixes[0].Comment, "of the overlay"},
		{"b", f.Overlay.Hotfixes[1].Comment, "https://hydra.nixos.org/job/nixpkgs/trunk/b.x86_64-linux\nTODO: Remove when green"},
		{"o", f.Overlay.Overrides[0].Comment, "why"},
		{"i", f.Overlay.FlakeInputs[0].Comment, "brought along"},
	} {
		if c.got != c.want {
			t.Errorf("%s: the comment is %q, want %q", c.what, c.got, c.want)
		}
	}
}
