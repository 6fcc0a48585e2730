package session

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestIntroduced asks the real git: the commit of a line is found where the
// file was changed since and lines moved, and nothing that the repository
// configures is run.
func TestIntroduced(t *testing.T) {
	dir := t.TempDir()
	mark := filepath.Join(dir, "ran")
	run := func(day string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+day+"T12:00:00Z", "GIT_COMMITTER_DATE="+day+"T12:00:00Z", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "sub", "h.nix"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	run("2026-01-01", "init", "-q")
	write("{\n  a\n}\n")
	run("2026-01-01", "add", ".")
	run("2026-01-01", "commit", "-qm", "first")
	write("{\n  a\n  b\n}\n")
	run("2026-02-02", "commit", "-qam", "second: b")
	write("{\n    a\n    b\n}\n")
	run("2026-03-03", "commit", "-qam", "indented")
	write("# moved\n{\n    a\n    b\n    c\n}\n")
	for _, setting := range []string{"filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "core.fsmonitor"} {
		run("2026-03-03", "config", setting, "touch "+mark+" #")
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitattributes"), []byte("*.nix filter=evil diff=evil\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := git{ctx: t.Context(), dir: filepath.Join(dir, "sub")}
	text := "# moved\n{\n    a\n    b\n    c\n}\n"
	found, why := g.introduced("h.nix", text, []int{3, 4, 5, 99})
	if why != "" || len(found) != 2 || found[3].day != "2026-01-01" || found[4].day != "2026-02-02" || found[4].subject != "second: b" || found[3].boundary {
		t.Errorf("%+v, %q", found, why)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a program that the repository names was run")
	}
	if found, why := g.introduced("other.nix", text, []int{3}); why != "git has no commit of other.nix" || len(found) > 0 {
		t.Errorf("an unknown file: %+v, %q", found, why)
	}
	// Of a history that was cut off the day is the latest that it can be.
	shallow := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "clone", "-q", "--depth", "1", "file://"+dir, shallow).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g.dir = filepath.Join(shallow, "sub")
	if found, _ := g.introduced("h.nix", text, []int{3}); found[3].day != "2026-03-03" || !found[3].boundary {
		t.Errorf("of a shallow clone: %+v", found)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found, why := (git{ctx: ctx, dir: g.dir}).introduced("h.nix", text, []int{3}); why == "" || len(found) > 0 {
		t.Errorf("interrupted: %+v, %q", found, why)
	}
}

func FuzzBlame(f *testing.F) {
	f.Add("1234567890123456789012345678901234567890 2 3 1\nauthor x\nauthor-time 1760000000\nsummary s\nboundary\nfilename f\n\t  b\n")
	f.Add("x\n\ty\nauthor-time 99999999999999999999\n")
	f.Fuzz(func(t *testing.T, out string) {
		for line, o := range readBlame(out) {
			if line < 1 || o.commit == "" || strings.ContainsAny(o.day, "\n\t") || o.day != "" && len(o.day) != len("2026-01-01") {
				t.Fatalf("line %d: %+v", line, o)
			}
		}
	})
}
