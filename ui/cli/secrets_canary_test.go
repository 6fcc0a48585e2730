package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
)

// TestSecretsChild is the program itself, for tests that look at its process.
func TestSecretsChild(t *testing.T) {
	args := os.Getenv("ASSAY_TEST_ARGS")
	if args == "" {
		t.Skip("not run: it is started by TestSecretsCanary")
	}
	os.Exit(Main(strings.Split(args, "\x1f"), System(), nil))
}

// encodings are the forms in which a secret could show up.
func encodings(secret string) map[string][]byte {
	quoted, _ := json.Marshal(secret)
	out := map[string][]byte{
		"raw": []byte(secret), "hex": []byte(hex.EncodeToString([]byte(secret))),
		"url": []byte(url.QueryEscape(secret)), "json": bytes.Trim(quoted, `"`),
	}
	for skip := range 3 { // as it reads behind so many other bytes
		text := base64.StdEncoding.EncodeToString(append(make([]byte, skip), secret...))
		out["base64 "+string(rune('0'+skip))] = []byte(text[4 : len(text)-4])
	}
	return out
}

// watchAll samples the command lines and the environments of all processes,
// until stop, which says how often.
func watchAll(ctx context.Context, look func(where string, text []byte)) (stop func() int) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	samples := 0
	done.Go(func() {
		for ; ctx.Err() == nil; samples++ {
			all, _ := filepath.Glob("/proc/[0-9]*/stat")
			for _, stat := range all {
				dir := filepath.Dir(stat)
				line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
				look(dir+"/cmdline", line)
				if env, err := os.ReadFile(filepath.Join(dir, "environ")); err == nil && filepath.Base(dir) != "self" {
					look(dir+"/environ", env)
				}
			}
			runtime.Gosched()
		}
	})
	return func() int { cancel(); done.Wait(); return samples }
}

// TestSecretsCanary runs the commands for secrets with a value that can be
// recognised, and finds it nowhere but where it belongs: not in the arguments
// or the environment of any process, in no file that stays, in no message.
func TestSecretsCanary(t *testing.T) {
	if runtime.GOOS != "linux" || inMemory("/dev/shm") != nil {
		t.Skip("not run: it takes /proc and a file system in memory")
	}
	const canary = `CANARY-7f3a/"&+é-canary-of-this-test`
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	home, fleet := t.TempDir(), t.TempDir()
	put := func(name, text string, mode fs.FileMode) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(home, "keys.txt"), id.String()+"\n", 0o600)
	put(filepath.Join(fleet, "flake.nix"), "{ outputs = _: { }; }\n", 0o600)
	rule := "creation_rules:\n  - path_regex: ^s\\.(yaml|json)$\n    age: "
	put(filepath.Join(fleet, ".sops.yaml"), rule+id.Recipient().String()+"\n", 0o600)
	editor := filepath.Join(home, "editor")
	put(editor, "#!/bin/sh\ncat \"$1\" > /dev/null\nsleep 0.05\necho 'more: text' >> \"$1\"\n", 0o700)
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	forms := encodings(canary)
	look := func(where string, text []byte) {
		for form, want := range forms {
			if bytes.Contains(text, want) {
				t.Errorf("%s has it in %s", where, form)
			}
		}
	}
	samples := 0
	run := func(stdin string, args ...string) (stdout []byte) {
		t.Helper()
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecretsChild$")
		cmd.Dir, cmd.Stdin = fleet, strings.NewReader(stdin)
		cmd.Env = []string{"HOME=" + home, "TMPDIR=" + home, "PATH=" + os.Getenv("PATH"), "EDITOR=" + editor, "SOPS_AGE_KEY_FILE=" + filepath.Join(home, "keys.txt"),
			"ASSAY_TEST_ARGS=" + strings.Join(args, "\x1f")}
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stop := watchAll(t.Context(), look)
		err := cmd.Wait()
		samples += stop()
		if err != nil {
			t.Fatalf("%v: %v: %s", args, err, errs.Bytes())
		}
		look("the error output of "+args[1], errs.Bytes())
		return out.Bytes()
	}
	look("set", run(canary, "secrets", "set", "s.yaml", "a.b"))
	look("set", run(`{"x": 1}`, "secrets", "set", "s.json"))
	look("set", run(canary, "secrets", "set", "s.json", "c"))
	look("edit", run("", "secrets", "edit", "s.yaml"))
	put(filepath.Join(fleet, ".sops.yaml"), rule+id.Recipient().String()+","+other.Recipient().String()+"\n", 0o600)
	look("rekey", run("", "secrets", "rekey", "--all", "--yes"))
	look("rotate", run("", "secrets", "rotate", "--all", "--yes", "--json"))
	look("list", run("", "secrets", "list", "--json"))
	look("audit", run("", "secrets", "audit"))
	for file, path := range map[string]string{"s.yaml": "a.b", "s.json": "c"} {
		if got := run("", "secrets", "get", file, path); string(got) != canary {
			t.Errorf("%s: %q", file, got)
		}
	}
	if got := run("", "secrets", "get", "s.yaml", "more"); string(got) != "text" {
		t.Errorf("what was edited: %q", got)
	}
	for _, dir := range []string{home, fleet, "/dev/shm"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // of other tests
			}
			if text, err := os.ReadFile(name); err == nil {
				look(name, text)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob("/dev/shm/" + editPrefix + "*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	t.Logf("%d samples of all processes", samples)
}
