package overlay

import (
	"strings"
	"testing"
	"time"

	"assay/fleet"
)

const lockText = `{
  "nodes": {
    "hm": {"inputs": {"nixpkgs": ["nixpkgs"]}, "locked": {"type": "github", "rev": "h", "lastModified": 5}},
    "nixpkgs": {"locked": {"lastModified": 1760000000, "narHash": "sha256-x", "owner": "NixOS", "repo": "nixpkgs", "rev": "abc", "type": "github"},
                "original": {"owner": "NixOS", "ref": "nixpkgs-unstable", "repo": "nixpkgs", "type": "github"}},
    "stable": {"locked": {"type": "tarball", "url": "https://x/s.tar.gz", "narHash": "sha256-y"}, "original": {"type": "tarball", "url": "https://x/s.tar.gz"}},
    "root": {"inputs": {"nixpkgs": "nixpkgs", "s": "stable", "again": ["hm", "nixpkgs"], "hm": "hm", "loop": ["loop"], "lost": ["hm", "x"], "gone": "nowhere"}}
  },
  "root": "root",
  "version": 7
}`

func TestLocks(t *testing.T) {
	channels := []fleet.Channel{{Name: "u", Input: "nixpkgs", Default: true}, {Name: "s", Input: "s"}, {Name: "p", Patched: "u", Patches: []fleet.Patch{{}}},
		{Name: "a", Input: "again"}, {Name: "l", Input: "loop"}, {Name: "x", Input: "lost"}, {Name: "g", Input: "gone"}, {Name: "n", Input: "none"}, {Name: "e"}}
	locks, err := Locks([]byte(lockText), channels)
	if err != nil {
		t.Fatal(err)
	}
	u := ChannelLock{Channel: "u", Input: "nixpkgs", Type: "github", From: "NixOS/nixpkgs/nixpkgs-unstable", Rev: "abc", NarHash: "sha256-x", Modified: time.Unix(1760000000, 0).UTC()}
	if locks[0] != u {
		t.Errorf("%+v", locks[0])
	}
	p, a := u, u
	p.Channel, p.Patched = "p", true
	a.Channel, a.Input, a.Follows = "a", "again", "hm/nixpkgs"
	if locks[2] != p || locks[3] != a {
		t.Errorf("%+v\n%+v", locks[2], locks[3])
	}
	if age, ok := locks[0].Age(u.Modified.Add(time.Hour)); age != time.Hour || !ok {
		t.Error(age, ok)
	}
	if _, ok := locks[1].Age(u.Modified); ok {
		t.Error("a tarball without a date has an age")
	}
	for i, note := range map[int]string{
		1: "unknown: flake.lock has no date for s", 4: "unknown: flake.lock: loop follows itself", 5: "unknown: flake.lock: the node hm has no input x",
		6: "unknown: flake.lock: there is no node nowhere", 7: "unknown: flake.lock has no input none", 8: "unknown: the channel has no input",
	} {
		if locks[i].Note != note || locks[i].Rev != "" {
			t.Errorf("%s: %+v", channels[i].Name, locks[i])
		}
	}
}

func TestBadLocks(t *testing.T) {
	for text, want := range map[string]string{
		"{\n\n x":                     "flake.lock:3: ",
		`{"version": 3}`:              "flake.lock: expected version 5 to 7, found 3",
		`{"version": 7, "root": "r"}`: `flake.lock: the root "r" is not among its nodes`,
		"{\n\"nodes\": {\"r\": {\"inputs\": 3}}}": "flake.lock:2: ",
	} {
		if _, err := Locks([]byte(text), nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzLocks(f *testing.F) {
	f.Add([]byte(lockText), "again")
	f.Add([]byte(`{"nodes":{"root":{"inputs":{"a":["b"],"b":["a"]}}},"root":"root","version":7}`), "a")
	f.Add([]byte(`{"nodes":{"root":{"inputs":{"a":[]}}},"root":"root","version":5}`), "a")
	f.Add([]byte(`{"nodes":{"r":{"inputs":{"a":[],"b":["a","a"],"c":["b","b"],"d":["c","c"],"e":["d","d"]}}},"root":"r","version":7}`), "e")
	f.Fuzz(func(t *testing.T, text []byte, input string) {
		locks, err := Locks(text, []fleet.Channel{{Name: "c", Input: input}})
		if err != nil {
			return
		}
		if l := locks[0]; l.Modified.IsZero() && l.Note == "" {
			t.Errorf("neither a date nor why there is none: %+v", l)
		}
	})
}
