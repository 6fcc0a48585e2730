package care

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
)

const nixFile = `# the layer of hotfixes
final: prev: {
  # https://hydra.nixos.org/job/nixpkgs/trunk/alone.x86_64-linux
  inherit (final.stable) alone;
  inherit (final.stable) left right; # two
  # both are broken
  inherit (final.stable)
    # https://hydra.nixos.org/job/nixpkgs/trunk/first.x86_64-linux
    first
    second # beside
    # about the last
    last;
  # renamed
  bound = final.stable.other;

  "7zz" = prev.stable."7zz";
}
`

func TestTakeOut(t *testing.T) {
	line := func(part string) int { return 1 + strings.Count(nixFile[:strings.Index(nixFile, part)], "\n") }
	for pkg, c := range map[string]struct {
		line        int
		gone, stays string
	}{
		"alone":  {4, "  # https://hydra.nixos.org/job/nixpkgs/trunk/alone.x86_64-linux\n  inherit (final.stable) alone;\n", ""},
		"left":   {5, " left", ""},
		"right":  {5, " right", ""},
		"first":  {line("    first"), "    # https://hydra.nixos.org/job/nixpkgs/trunk/first.x86_64-linux\n    first\n", ""},
		"second": {line("    second"), "    second # beside\n", ""},
		"bound":  {line("  bound"), "  # renamed\n  bound = final.stable.other;\n", ""},
		"7zz":    {line(`  "7zz"`), "  \"7zz\" = prev.stable.\"7zz\";\n", ""},
	} {
		out, err := TakeOut([]byte(nixFile), pkg, fleet.Pos{File: "h.nix", Line: c.line})
		if want := strings.Replace(nixFile, c.gone, "", 1); err != nil || string(out) != want {
			t.Errorf("%s: %v\n%s", pkg, err, out)
		}
		nixReads(t, out)
	}
	// The semicolon behind the last one must not fall into a comment.
	out, err := TakeOut([]byte(nixFile), "last", fleet.Pos{File: "h.nix", Line: line("    last")})
	if err == nil {
		nixReads(t, out)
		if strings.Contains(string(out), "last;") {
			t.Errorf("last stays:\n%s", out)
		}
	} else if !errors.Is(err, ErrByHand) {
		t.Error(err)
	}
	for _, wrong := range []fleet.Pos{{File: "h.nix", Line: 1}, {File: "h.nix"}, {File: "h.nix", Line: 900}} {
		if _, err := TakeOut([]byte(nixFile), "alone", wrong); !errors.Is(err, ErrByHand) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := TakeOut([]byte("{"), "x", fleet.Pos{File: "h.nix", Line: 1}); err == nil {
		t.Error("a broken file has a patch")
	}
}

func TestPutIn(t *testing.T) {
	h := fleet.Hotfix{Package: "new", Reason: "it  is\nbroken", Hydra: "https://hydra.nixos.org/job/a/b/new.x86_64-linux", Added: "2026-03-04", RemoveWhen: "green"}
	const text = `  # https://hydra.nixos.org/job/a/b/new.x86_64-linux
  # Reason: it is broken
  # Added: 2026-03-04
  # TODO: Remove when green
  inherit (final.stable) new;
`
	for beside, behind := range map[string]string{"alone": "inherit (final.stable) alone;\n", "left": "right; # two\n", "second": "    last;\n", "bound": "final.stable.other;\n"} {
		at := fleet.Pos{File: "h.nix", Line: 1 + strings.Count(nixFile[:strings.Index(nixFile, beside+map[string]string{"alone": ";", "bound": " ="}[beside])], "\n")}
		out, err := PutIn([]byte(nixFile), beside, at, h)
		if want := strings.Replace(nixFile, behind, behind+text, 1); err != nil || string(out) != want {
			t.Errorf("%s: %v\n%s", beside, err, out)
		}
		nixReads(t, out)
	}
	h.Package = "7zip+"
	out, err := PutIn([]byte("final: prev: { inherit (final.stable) a; }"), "a", fleet.Pos{File: "h.nix", Line: 1}, h)
	if !errors.Is(err, ErrByHand) {
		t.Errorf("all on one line: %v\n%s", err, out)
	}
	out, err = PutIn([]byte("final: prev: {\r\n  inherit (final.stable) a;\r\n}\r\n"), "a", fleet.Pos{File: "h.nix", Line: 2}, fleet.Hotfix{Package: "7zip+"})
	if err != nil || string(out) != "final: prev: {\r\n  inherit (final.stable) a;\r\n  inherit (final.stable) \"7zip+\";\r\n}\r\n" {
		t.Errorf("%v\n%q", err, out)
	}
	nixReads(t, out)
}

// nixReads asks Nix itself whether it can read a text, where there is one.
func nixReads(t *testing.T, text []byte) {
	t.Helper()
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		return
	}
	file := filepath.Join(t.TempDir(), "h.nix")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), nix, "--parse", file).CombinedOutput(); err != nil {
		t.Errorf("Nix cannot read it: %s\n%s", out, text)
	}
}

// TestTakeOutUsed: what the rest of the file needs is not taken out.
func TestTakeOutUsed(t *testing.T) {
	const text = "final: prev: rec {\n  inherit (final.stable) llama;\n  llama-rocm = llama.override { };\n}\n"
	if out, err := TakeOut([]byte(text), "llama", fleet.Pos{File: "h.nix", Line: 2}); !errors.Is(err, ErrByHand) || !strings.Contains(err.Error(), "llama") {
		t.Errorf("%v\n%s", err, out)
		nixReads(t, out)
	}
}

// TestTakeOutHeading: a comment over several bindings stays, one that is about
// the first of them goes.
func TestTakeOutHeading(t *testing.T) {
	const bun = "  inherit (final.unstable) bun;\n"
	for comment, stays := range map[string]bool{
		"  # Packages that are ahead of\n  # their releases.\n": true,
		"  # bun does not build\n":                              false,
		"  # Reason: does not build\n  # Added: 2026-01-02\n":   false,
		"  # drop once 540742 lands\n":                          false,
		"  # https://hydra.nixos.org/job/a/b/x.x86_64-linux\n":  false,
		"  # Reason: it crashes\n":                              false,
	} {
		for rest, over := range map[string]bool{"  inherit (final.unstable) lima;\n": true, "\n  inherit (final.unstable) lima;\n": false, "  # another\n  inherit (final.unstable) lima;\n": false, "": false} {
			out, err := TakeOut([]byte("final: prev: {\n"+comment+bun+rest+"}\n"), "bun", fleet.Pos{File: "h.nix", Line: 2 + strings.Count(comment, "\n")})
			want := "final: prev: {\n" + rest + "}\n"
			if stays && over {
				want = "final: prev: {\n" + comment + rest + "}\n"
			}
			if err != nil || string(out) != want {
				t.Errorf("%v\n%s\nwant\n%s", err, out, want)
			}
		}
	}
}
