package deliver

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/host"
	"assay/secrets/secret"
)

// here runs commands on this computer, as a host would. Its standard input
// ends after cut bytes, where cut is not negative.
type here struct {
	t   *testing.T
	cut int
}

func (h here) Run(ctx context.Context, cmd host.Command) error {
	if !cmd.Root {
		h.t.Error("a command without root")
	}
	run := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", cmd.Script, "assay"}, cmd.Args...)...)
	run.Stdin, run.Stdout = cmd.Stdin, cmd.Stdout
	if h.cut >= 0 && cmd.Stdin != nil {
		run.Stdin = io.LimitReader(cmd.Stdin, int64(h.cut))
	}
	var said bytes.Buffer
	run.Stderr = &said
	err := run.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return &host.ExitError{Code: exit.ExitCode(), Stderr: said.String()}
	}
	return err
}

func (here) Close() error { return nil }

// identity makes up a file of age keys of at least size bytes.
func identity(size int) string {
	var b strings.Builder
	for b.Len() < size {
		var raw [32]byte
		rand.Read(raw[:])
		b.WriteString("AGE-SECRET-KEY-1" + strings.ToUpper(hex.EncodeToString(raw[:])) + "\n")
	}
	return b.String()
}

func value(text string) secret.Value { return secret.New([]byte(text)) }

func asRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not run: the file is root's, and this test is not")
	}
}

func TestBring(t *testing.T) {
	asRoot(t)
	dir, ctx := t.TempDir(), t.Context()
	file := filepath.Join(dir, "sops-nix", "key.txt")
	old, fresh := identity(1), identity(1)
	expect := func(verb, text string, want State) {
		t.Helper()
		if got, err := run(ctx, here{t, -1}, verb, file, value(text)); got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", verb, got, err, want)
		}
	}
	has := func(text string) {
		t.Helper()
		got, err := os.ReadFile(file)
		info, _ := os.Stat(file)
		if err != nil || string(got) != text || info.Mode() != 0o400 {
			t.Errorf("%v, %v", info, err)
		}
		if names, _ := os.ReadDir(filepath.Dir(file)); len(names) != 1 {
			t.Errorf("left behind: %v", names)
		}
	}
	expect("look", old, Missing)
	expect("bring", strings.TrimSpace(old), Missing)
	has(old)
	expect("look", old, Same)
	expect("look", fresh, Other)
	os.Chmod(file, 0o644)
	expect("bring", old, Same)
	has(old)
	expect("bring", fresh, Other)
	has(fresh)
	os.WriteFile(file, []byte(strings.TrimSpace(old)), 0o400) // as clan writes it
	expect("look", old, Same)

	// A link leads to what lasts, and stays.
	lasting := filepath.Join(dir, "persist")
	os.Mkdir(lasting, 0o700)
	os.Remove(file)
	os.Symlink(filepath.Join(lasting, "key.txt"), file)
	expect("bring", fresh, Missing)
	if text, err := os.ReadFile(filepath.Join(lasting, "key.txt")); string(text) != fresh {
		t.Errorf("the link's end has %d bytes, %v", len(text), err)
	}
	if _, err := run(ctx, here{t, -1}, "bring", file, value("\n")); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing was brought: %v", err)
	}
	if _, err := run(ctx, here{t, -1}, "bring", "/dev/shm/assay-test/key.txt", value(fresh)); !errors.Is(err, ErrVolatile) {
		t.Errorf("brought into memory: %v", err)
	}
}

// TestBringMakesDirectories: those above the key's own are like any others.
func TestBringMakesDirectories(t *testing.T) {
	asRoot(t)
	dir := t.TempDir()
	if _, err := run(t.Context(), here{t, -1}, "bring", filepath.Join(dir, "lib", "sops-nix", "key.txt"), value(identity(1))); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"lib": 0o755, "lib/sops-nix": 0o700} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
	if _, err := run(t.Context(), here{t, -1}, "bring", "/dev/shm/assay-test-none/key.txt", value(identity(1))); !errors.Is(err, ErrVolatile) {
		t.Errorf("brought into memory: %v", err)
	}
	if err := os.Remove("/dev/shm/assay-test-none"); err == nil {
		t.Error("a directory is left where nothing was brought")
	}
}

// TestCut ends the stream after every number of bytes: the old identity stays,
// and nothing lies beside it.
func TestCut(t *testing.T) {
	asRoot(t)
	file := filepath.Join(t.TempDir(), "key.txt")
	old, fresh := identity(1), identity(1)
	os.WriteFile(file, []byte(old), 0o400)
	for cut := range len(fresh) {
		_, err := run(t.Context(), here{t, cut}, "bring", file, value(fresh))
		if !errors.Is(err, ErrCut) {
			t.Fatalf("cut after %d bytes: %v", cut, err)
		}
		text, _ := os.ReadFile(file)
		names, _ := os.ReadDir(filepath.Dir(file))
		if string(text) != old || len(names) != 1 {
			t.Fatalf("cut after %d bytes: %d bytes in %v", cut, len(text), names)
		}
	}
}

// TestShowsNothing: neither the arguments nor an error have the key.
func TestShowsNothing(t *testing.T) {
	key := identity(1)
	conn := &watched{}
	_, err := Bring(t.Context(), conn, value(key))
	if err == nil || strings.Contains(err.Error(), "AGE-SECRET") {
		t.Errorf("%v", err)
	}
	if said := conn.cmd.Script + strings.Join(conn.cmd.Args, " "); strings.Contains(said, strings.TrimSpace(key)) {
		t.Error("the key is among the arguments")
	}
}

type watched struct{ cmd host.Command }

func (w *watched) Run(_ context.Context, cmd host.Command) error {
	w.cmd = cmd
	text, _ := io.ReadAll(cmd.Stdin)
	cmd.Stdout.Write(text) // a host that says it back
	return nil
}
func (*watched) Close() error { return nil }
