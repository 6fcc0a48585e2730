package sops_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// realCommand is the sops command with the test identities, or skips.
func realCommand(t *testing.T) sops.Command {
	t.Helper()
	sopsCommand(t)
	path := *sopsPath
	if path == "" {
		path = os.Getenv("ASSAY_SOPS")
	}
	if path == "" {
		path, _ = exec.LookPath("sops")
	}
	keys, err := filepath.Abs("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	return sops.CommandAt(path, []string{"HOME=" + t.TempDir(), "SOPS_AGE_KEY_FILE=" + keys})
}

// TestCommandStores has sops do the stores that are not native.
func TestCommandStores(t *testing.T) {
	c := realCommand(t)
	dir := t.TempDir()
	config := filepath.Join(dir, ".sops.yaml")
	if err := os.WriteFile(config, []byte(rule(sops.Selector{}, recipientsOf(t, "one"))), 0o600); err != nil {
		t.Fatal(err)
	}
	for store, plain := range map[sops.Store]string{
		sops.Dotenv: "USER=me\nPASS=hunter2\n", sops.INI: "[a]\nb = hunter2\n", sops.YAML: "a: hunter2\n", sops.JSON: "{\n\t\"a\": \"hunter2\"\n}\n", sops.Binary: "hunter2",
	} {
		text, err := c.Encrypt(t.Context(), store, config, filepath.Join(dir, "x"), secret.New([]byte(plain)))
		if err != nil || strings.Contains(string(text), "hunter2") {
			t.Errorf("%s: %v", store, err)
			continue
		}
		if got, err := c.Decrypt(t.Context(), store, text); err != nil || string(got.Bytes()) != plain {
			t.Errorf("%s: %q, %v", store, got.Bytes(), err)
		}
		if _, err := sops.ParseAs(store, text); store.Native() != (err == nil) || err != nil && !errors.Is(err, sops.ErrForeign) {
			t.Errorf("%s: %v", store, err)
		}
	}
	ours, err := sops.Form{Store: sops.YAML}.Encrypt(secret.New([]byte("a: hunter2\nb_unencrypted: x\n")), recipientsOf(t, "one"))
	if err != nil {
		t.Fatal(err)
	}
	stranger := sops.CommandAt(c.Path(), []string{"HOME=" + t.TempDir()})
	if _, err := stranger.Decrypt(t.Context(), sops.YAML, ours); !errors.Is(err, sops.ErrNoIdentity) {
		t.Error("without a key:", err)
	}
	for name, c2 := range map[string]struct {
		text string
		want error
	}{
		"a clear value changed": {strings.Replace(string(ours), "b_unencrypted: x", "b_unencrypted: y", 1), sops.ErrTampered},
		"no sops file":          {"a: hunter2\n", sops.ErrForeign},
	} {
		if _, err := c.Decrypt(t.Context(), sops.YAML, []byte(c2.text)); !errors.Is(err, c2.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCommandEnvironment looks at what sops is started with.
func TestCommandEnvironment(t *testing.T) {
	dir := t.TempDir()
	fake := filepath.Join(dir, "sops")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\n/usr/bin/env; echo \"args: $*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := sops.CommandAt(fake, []string{"AGEDEBUG=plugin", "EDITOR=vi", "GITHUB_TOKEN=x", "VAULT_TOKEN=t", "HOME=/h", "SOPS_AGE_KEY_FILE=/k"})
	out, err := c.Encrypt(t.Context(), sops.YAML, "/c", "/f", secret.New([]byte("hunter2")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"VAULT_TOKEN=t\n", "HOME=/h\n", "SOPS_AGE_KEY_FILE=/k\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, bad := range []string{"AGEDEBUG", "EDITOR", "GITHUB_TOKEN", "hunter2"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("%s is passed on", bad)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := sops.FindCommand(nil); !errors.Is(err, sops.ErrNoCommand) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Decrypt(ctx, sops.YAML, nil); !errors.Is(err, sops.ErrForeign) {
		t.Error(err)
	}
}
