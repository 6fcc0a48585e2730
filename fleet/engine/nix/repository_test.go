package nix

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/miniature"
)

func TestDirtyTreeAndUntrackedFile(t *testing.T) {
	files, names := fleetOf(t, 2)
	b := newBench(t, files, Options{})
	first := b.evaluate(t.Context(), names...)
	first.all(t, 2)

	write(t, filepath.Join(b.dir, "extra.nix"), "{ }\n")
	write(t, filepath.Join(b.dir, "hosts/m2"), "{ mk, shared }: mk \"host\" \"echo changed > $out\"\n")
	n := b.runs("eval")
	dirty := b.evaluate(t.Context(), names...)
	dirty.all(t, 2)
	if !dirty.said(engine.StepLog, "extra.nix") {
		t.Errorf("no word about the untracked file: %v", dirty.steps)
	}
	if b.runs("eval") == n || dirty.systems["m1"].Path != first.systems["m1"].Path || dirty.systems["m2"].Path == first.systems["m2"].Path {
		t.Errorf("the change was not seen, or seen in the wrong machine: %v, then %v", first.systems, dirty.systems)
	}
	n = b.runs("eval")
	b.evaluate(t.Context(), names...).all(t, 2)
	if b.runs("eval") != n {
		t.Error("a dirty tree was evaluated twice")
	}
	write(t, filepath.Join(b.dir, "hosts/m2"), "{ mk, shared }: mk \"host\" \"echo changed again > $out\"\n")
	if again := b.evaluate(t.Context(), names...); again.systems["m2"].Path == dirty.systems["m2"].Path {
		t.Error("a second change was not seen")
	}
	sources, err := filepath.Glob(b.opts.StoreRoot + "/nix/store/*-source/extra.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if here, _ := os.ReadFile(filepath.Dir(s) + "/system.nix"); string(here) == files["system.nix"] {
			t.Errorf("an untracked file reached the store: %s", s)
		}
	}
}

// What git is told not to look at, Nix sees all the same.
func TestChangesThatGitDoesNotTell(t *testing.T) {
	files, names := fleetOf(t, 1)
	files["other"] = "1\n"
	b := newBench(t, files, Options{})
	for _, flag := range []string{"assume-unchanged", "skip-worktree"} {
		b.git(t, "update-index", "--"+flag, "hosts/m1")
		seen := map[string]bool{}
		for _, text := range []string{"one", "two"} {
			write(t, filepath.Join(b.dir, "hosts/m1"), "{ mk, shared }: mk \"host\" \"echo "+flag+text+" > $out\"\n")
			write(t, filepath.Join(b.dir, "other"), "changed\n") // with it Nix reads the files and not the commit
			seen[b.evaluate(t.Context(), names...).all(t, 1)[0].Path] = true
		}
		if len(seen) != 2 {
			t.Errorf("with %s the second change was not seen", flag)
		}
		b.git(t, "update-index", "--no-"+flag, "hosts/m1")
	}
}

func TestChangesInSubmodules(t *testing.T) {
	inner := newBench(t, map[string]string{"flake.nix": "{ }\n", "text": "1\n"}, Options{})
	b := newBench(t, map[string]string{"flake.nix": "{ outputs = _: { }; }\n"}, Options{})
	b.git(t, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.dir, "inner")
	b.commit(t)
	contents := map[string]bool{}
	for _, text := range []string{"1\n", "2\n", "3\n"} {
		write(t, filepath.Join(b.dir, "inner", "text"), text)
		r, err := b.engine.look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		contents[r.content] = true
	}
	if len(contents) != 3 {
		t.Errorf("%d of 3 states were told apart", len(contents))
	}
}

// What Nix says of a tree that changed while it evaluated is of another tree.
func TestChangeDuringEvaluationIsNotRemembered(t *testing.T) {
	files, names := fleetOf(t, 1)
	b := newBench(t, files, Options{})
	host := filepath.Join(b.dir, "hosts/m1")
	var changed bool
	b.engine.Evaluate(t.Context(), names, func(s engine.Step) {
		if s.Kind == engine.StepEvaluate && !changed {
			changed = true
			write(t, host, "{ mk, shared }: mk \"host\" \"echo changed > $out\"\n")
		}
	}, func(string, engine.System, error) {})
	if !changed {
		t.Fatal("nothing was evaluated")
	}
	write(t, host, files["hosts/m1"])
	n := b.runs("eval")
	b.evaluate(t.Context(), names...).all(t, 1)
	if b.runs("eval") == n {
		t.Error("what was said of a tree that changed meanwhile was taken for the former one's")
	}
}

func TestFlakeInSubdirectory(t *testing.T) {
	files, names := fleetOf(t, 1)
	below := map[string]string{}
	for name, text := range files {
		below["the fleet/"+name] = text
	}
	below["the fleet/hosts/m1"] = "{ mk, shared }:\n  shared.nope\n"
	b := newBench(t, below, Options{})
	b.engine.opts.Dir = filepath.Join(b.engine.opts.Dir, "the fleet")
	a := b.evaluate(t.Context(), names...)
	if e, ok := errors.AsType[*EvalError](a.errs["m1"]); !ok || e.File != "hosts/m1" || e.Line != 2 {
		t.Errorf("got %v", a.errs["m1"])
	}
}

func TestLockIsNotWritten(t *testing.T) {
	files, names := fleetOf(t, 1)
	other := newBench(t, map[string]string{"flake.nix": "{ outputs = { self }: { x = 1; }; }\n"}, Options{})
	files["flake.nix"] = strings.Replace(files["flake.nix"], "{ self }", "{ self, other }", 1)
	files["flake.nix"] = strings.Replace(files["flake.nix"], "outputs", "inputs.other.url = \"git+file://"+strings.ReplaceAll(other.dir, " ", "%20")+"\";\n  outputs", 1)
	b := newBench(t, files, Options{})
	a := b.evaluate(t.Context(), names...)
	if err := a.errs["m1"]; err == nil || !strings.Contains(err.Error(), "hint: flake.lock is missing or does not fit flake.nix") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(b.dir, "flake.lock")); !errors.Is(err, os.ErrNotExist) {
		t.Error("flake.lock was written")
	}
}

func TestNixConfigIsToldAndNotApplied(t *testing.T) {
	files, names := fleetOf(t, 1)
	files["flake.nix"] = strings.Replace(files["flake.nix"], "outputs",
		"nixConfig = { extra-substituters = [ \"file:///assay-test-substituter\" ]; allow-import-from-derivation = true; };\n  outputs", 1)
	b := newBench(t, files, Options{})
	config, err := b.engine.NixConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, _ := config["extra-substituters"].([]any)
	if len(config) != 2 || len(list) != 1 || list[0] != "file:///assay-test-substituter" {
		t.Errorf("got %v", config)
	}
	b.evaluate(t.Context(), names...).all(t, 1)
	write(t, filepath.Join(b.dir, "hosts/m1"), "{ mk, shared }:\n  import (mk \"made\" \"echo 1 > $out\")\n")
	if a := b.evaluate(t.Context(), names...); a.errs["m1"] == nil {
		t.Error("the flake let itself build while it is evaluated")
	}
}

func TestNixConfigThatIsAccepted(t *testing.T) {
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := miniature.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	files, names := fleetOf(t, 1)
	files["flake.nix"] = strings.Replace(files["flake.nix"], "outputs",
		"nixConfig.extra-substituters = [ \"file://"+dir+"/cache\" ];\n  outputs", 1)
	b := newBench(t, files, Options{})
	systems := b.evaluate(t.Context(), names...).all(t, 1)
	b.build(t.Context(), systems...).all(t, 1)
	b.plainNix(t, "copy", "--to", "file://"+dir+"/cache", systems[0].Path)
	b.plainNix(t, "path-info", "--all", "--store", dir+"/store") // makes it: two that begin with a new store get in each other's way

	for _, accept := range []bool{false, true} {
		b.opts.AcceptConfig, b.opts.Cache = nil, t.TempDir()
		if accept {
			b.opts.AcceptConfig = map[string]any{"extra-substituters": []any{"file://" + dir + "/cache"}}
		}
		b.use(append(b.env, "NIX_REMOTE="+dir+"/store"))
		systems := b.evaluate(t.Context(), names...).all(t, 1)
		todo, err := b.engine.Todo(t.Context(), systems)
		if err != nil || (len(todo.Build) == 0) != accept || (todo.Fetch == 3) != accept {
			t.Errorf("accepted %v: to do %+v, %v", accept, todo, err)
		}
	}
	built := b.build(t.Context(), systems...)
	built.all(t, 1)
	if built.said(engine.StepBuild, "") || !built.said(engine.StepFetch, "") {
		t.Errorf("it was not fetched: %v", built.steps)
	}
	// The flake changes under the same Engine: what was accepted goes on, what
	// it wants now was not accepted.
	text := strings.Replace(files["flake.nix"], "nixConfig.extra-substituters", "nixConfig.extra-trusted-public-keys = [ \"evil-1:AAAA\" ];\n  nixConfig.extra-substituters", 1)
	write(t, filepath.Join(b.dir, "flake.nix"), text)
	if again := b.evaluate(t.Context(), names...); !again.said(engine.StepLog, "extra-trusted-public-keys") {
		t.Errorf("nothing is said of the change: %v", again.steps)
	}
	if flags, other, err := b.engine.accepted(t.Context()); err != nil || strings.Join(flags, " ") != "--option extra-substituters file://"+dir+"/cache" || !slices.Equal(other, []string{"extra-trusted-public-keys"}) {
		t.Errorf("%q, %q, %v", flags, other, err)
	}
	write(t, filepath.Join(b.dir, "flake.nix"), strings.Replace(text, "/cache", "/elsewhere", 1))
	if flags, _, err := b.engine.accepted(t.Context()); err != nil || len(flags) > 0 {
		t.Errorf("taken though it differs: %q, %v", flags, err)
	}
	b.use(b.env)
}

func TestDirectoryWithSpaces(t *testing.T) {
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			files, names := fleetOf(t, 1)
			b := newBenchOf(t, nix, files, Options{})
			spaced := b.dir + " with 100%"
			if err := os.Rename(b.dir, spaced); err != nil {
				t.Fatal(err)
			}
			b.dir, b.opts.Dir = spaced, spaced
			b.use(b.env)
			first := b.evaluate(t.Context(), names...)
			first.all(t, 1)
			write(t, filepath.Join(b.dir, "hosts/m1"), "{ mk, shared }: mk \"host\" \"echo changed > $out\"\n")
			second := b.evaluate(t.Context(), names...)
			if err := second.errs["m1"]; err != nil && !strings.Contains(err.Error(), "sees only what is committed") ||
				err == nil && second.systems["m1"].Path == first.systems["m1"].Path {
				t.Errorf("a change was not seen, without a word: %v", err)
			}
		})
	}
}

func TestNixConfigReadsNothing(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": "{ nixConfig.x = builtins.readFile \"/etc/passwd\"; outputs = _: { }; }\n"}, Options{})
	if config, err := b.engine.NixConfig(t.Context()); err == nil {
		t.Errorf("got %v", config)
	}
}
