package fleetfile_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/fleetfile"
)

const small = `# the top
[fleet]
name = "small"

[channels.unstable]
input   = "nixpkgs"
default = true
[channels.stable]
input = "nixpkgs-stable"

[overlay] # layers
composition = "merge"

# about a
# in two lines
[[overlay.hotfix]] # beside
package = "a"
channel = "stable"
reason  = """
# no comment
[[overlay.hotfix]]
"""
# hydra = "a note below"

# alone

[[overlay.hotfix]]
package = "b"
channel = "stable"
systems = [
  "*-linux", # Linux
]
reason  = "r"
# about the machine
[machines.web]
system = "x86_64-linux"
`

const fleetTable = "[fleet]\nname = \"f\"\n"

func hotfixesOf(t *testing.T, src []byte) []fleet.Hotfix {
	t.Helper()
	file, err := fleetfile.Parse("fleet.toml", src)
	if err != nil {
		t.Fatal(err)
	}
	return file.Fleet.Overlay.Hotfixes
}

func TestRemoveHotfix(t *testing.T) {
	hs := hotfixesOf(t, []byte(small))
	out, err := fleetfile.RemoveHotfix("fleet.toml", []byte(small), hs[0])
	if err != nil {
		t.Fatal(err)
	}
	from, to := strings.Index(small, "# about a\n"), strings.Index(small, "# alone")
	if want := small[:from] + small[to:]; string(out) != want {
		t.Errorf("without a:\n%s", out)
	}
	out, err = fleetfile.RemoveHotfix("fleet.toml", []byte(small), hs[1])
	if err != nil {
		t.Fatal(err)
	}
	from, to = strings.LastIndex(small, "[[overlay.hotfix]]"), strings.Index(small, "# about the machine")
	if want := small[:from] + small[to:]; string(out) != want {
		t.Errorf("without b:\n%s", out)
	}
	if _, err := fleetfile.RemoveHotfix("fleet.toml", []byte(small), fleet.Hotfix{Package: "c"}); !errors.Is(err, fleetfile.ErrByHand) {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestAddHotfix(t *testing.T) {
	h := fleet.Hotfix{Package: "ripgrep", Channel: "stable", Systems: []string{"*-linux", "aarch64-darwin"}, Reason: "a \"quote\", a \\, a tab\tand é",
		Added: "2026-01-02", RemoveWhen: "unstable >= 15.1"}
	const text = `
[[overlay.hotfix]]
package = "ripgrep"
channel = "stable"
systems = ["*-linux", "aarch64-darwin"]
reason  = "a \"quote\", a \\, a tab\u0009and é"
added   = "2026-01-02"
remove-when = "unstable >= 15.1"
`
	without := small[:strings.Index(small, "# about a\n")]
	for name, c := range map[string]struct{ before, after string }{
		"behind the last":     {small[:strings.Index(small, "# about the machine")], small[strings.Index(small, "# about the machine"):]},
		"behind the overlay":  {strings.TrimSuffix(without, "\n"), ""},
		"without an overlay":  {fleetTable + "[channels.unstable]\ninput = \"nixpkgs\"\ndefault = true\n[channels.stable]\ninput = \"s\"\n", ""},
		"without a last line": {fleetTable + "[channels.unstable]\ninput = \"nixpkgs\"\ndefault = true\n[channels.stable]\ninput = \"s\"", ""},
	} {
		out, err := fleetfile.AddHotfix("fleet.toml", []byte(c.before+c.after), h)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := strings.TrimSuffix(c.before, "\n") + "\n" + text
		if c.after != "" {
			want += "\n" + c.after
		}
		if string(out) != want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, out, want)
		}
		hs := hotfixesOf(t, out)
		got := hs[len(hs)-1]
		got.At, got.Comment = fleet.Pos{}, ""
		if got.Reason != h.Reason || !slices.Equal(got.Systems, h.Systems) || got.RemoveWhen != h.RemoveWhen {
			t.Errorf("%s: read back as %+v", name, got)
		}
	}
	windows := "\ufeff" + strings.ReplaceAll(small, "\n", "\r\n")
	out, err := fleetfile.AddHotfix("fleet.toml", []byte(windows), h)
	if err != nil || strings.Contains(strings.ReplaceAll(string(out), "\r\n", ""), "\n") || !strings.HasPrefix(string(out), "\ufeff#") {
		t.Errorf("with the line ends of Windows: %v\n%q", err, out)
	}
}

// TestAddRefused: what is wrong or cannot be edited is refused with its place.
func TestAddRefused(t *testing.T) {
	h := fleet.Hotfix{Package: "ripgrep", Channel: "stable", Reason: "r"}
	with := func(change func(*fleet.Hotfix)) fleet.Hotfix {
		out := h
		change(&out)
		return out
	}
	inline := strings.Replace(small[:strings.Index(small, "# about a")], `composition = "merge"`, `hotfix = [{package = "a", channel = "stable", reason = "r"}]`, 1)
	for name, c := range map[string]struct {
		src  string
		h    fleet.Hotfix
		want string
	}{
		"a set's package":    {small, with(func(h *fleet.Hotfix) { h.Package = "python3Packages.x" }), "a name without dots"},
		"a second":           {small, with(func(h *fleet.Hotfix) { h.Package = "a" }), "it is there at fleet.toml:16 already"},
		"no such channel":    {small, with(func(h *fleet.Hotfix) { h.Channel = "stabel" }), `did you mean "stable"?`},
		"no such system":     {small, with(func(h *fleet.Hotfix) { h.Systems = []string{"amiga"} }), "a system or a glob"},
		"a byte 0":           {small, with(func(h *fleet.Hotfix) { h.Reason = "\x00" }), "byte 0"},
		"no UTF-8":           {small, with(func(h *fleet.Hotfix) { h.Reason = "\xff" }), "UTF-8"},
		"a broken file":      {"[", h, "fleet.toml:1"},
		"hotfixes as values": {inline, h, "as one value"},
		"dotted keys":        {"overlay.composition = \"merge\"\n" + fleetTable + "[channels.stable]\ninput = \"x\"\ndefault = true\n", h, "fleet.toml:1: the overlay is written"},
	} {
		if out, err := fleetfile.AddHotfix("fleet.toml", []byte(c.src), c.h); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// TestEditExample takes every hotfix of the example fleet out and puts one in.
func TestEditExample(t *testing.T) {
	src, err := os.ReadFile("../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	for n := len(hotfixesOf(t, src)); n > 0; n-- {
		hs := hotfixesOf(t, src)
		if src, err = fleetfile.RemoveHotfix("fleet.toml", src, hs[n-1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, kept := range []string{"\n\n\n\n", "# holding back every input. Each says why, since when, and when it can go.\n\n# An override changes"} {
		if strings.Contains(string(src), kept) == strings.HasPrefix(kept, "\n") {
			t.Errorf("%q in:\n%s", kept, src[:3000])
		}
	}
}

// FuzzHotfix: an edit that is accepted differs in that entry alone.
func FuzzHotfix(f *testing.F) {
	f.Add([]byte(small), "ripgrep", "because", 0)
	f.Add([]byte(strings.ReplaceAll(small, "\n", "\r\n")), "a", "b\n\"\\", 1)
	f.Add([]byte("\ufeff[fleet]\nname='f'\n[overlay]\n[[overlay.hotfix]]\npackage='x'\nchannel='s'\nreason='''#'''\n[channels.s]\ninput='i'\ndefault=true"), "y", "", 0)
	f.Fuzz(func(t *testing.T, src []byte, pkg, reason string, which int) {
		file, err := fleetfile.Parse("fleet.toml", src)
		if err != nil {
			return
		}
		channel := "s"
		if cs := file.Fleet.Channels; len(cs) > 0 {
			channel = cs[0].Name
		}
		before := file.Fleet.Overlay.Hotfixes
		h := fleet.Hotfix{Package: pkg, Channel: channel, Reason: reason}
		if out, err := fleetfile.AddHotfix("fleet.toml", src, h); err == nil {
			after := hotfixesOf(t, out)
			if len(after) != len(before)+1 || after[len(before)].Package != pkg || after[len(before)].Reason != reason {
				t.Fatalf("added %q to\n%s\nbecame\n%s", pkg, src, out)
			}
			if back, err := fleetfile.RemoveHotfix("fleet.toml", out, after[len(before)]); err == nil {
				again := hotfixesOf(t, back)
				if !slices.EqualFunc(again, before, same) {
					t.Fatalf("added and removed:\n%s\nbecame\n%s", src, back)
				}
			}
		}
		if len(before) == 0 {
			return
		}
		i := (which%len(before) + len(before)) % len(before)
		if out, err := fleetfile.RemoveHotfix("fleet.toml", src, before[i]); err == nil {
			after := hotfixesOf(t, out)
			if !slices.EqualFunc(after, slices.Delete(slices.Clone(before), i, i+1), same) {
				t.Fatalf("removed %d of\n%s\nbecame\n%s", i, src, out)
			}
		}
	})
}

// same reports whether two hotfixes say the same, wherever they stand.
func same(a, b fleet.Hotfix) bool {
	return a.Package == b.Package && a.Channel == b.Channel && slices.Equal(a.Systems, b.Systems) && a.Hydra == b.Hydra &&
		a.Reason == b.Reason && a.Added == b.Added && a.RemoveWhen == b.RemoveWhen
}
