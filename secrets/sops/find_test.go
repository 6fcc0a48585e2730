package sops_test

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"

	"golang.org/x/crypto/ssh"
)

// sshKey writes a private key, with a passphrase unless that is "".
func sshKey(t *testing.T, path, passphrase string) (recipient string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func TestSSHIdentities(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	open := sshKey(t, filepath.Join(home, "other"), "")
	locked := sshKey(t, filepath.Join(home, ".ssh", "id_ed25519"), "passphrase")
	env := func(name string) string {
		return map[string]string{"HOME": home, "SOPS_AGE_SSH_PRIVATE_KEY_FILE": filepath.Join(home, "other")}[name]
	}
	asked := 0
	finder := sops.Finder{Getenv: env, Passphrase: func(path string) (secret.Value, error) {
		asked++
		if path != filepath.Join(home, ".ssh", "id_ed25519") {
			t.Error(path)
		}
		return secret.New([]byte("passphrase")), nil
	}}
	ids, err := finder.Find(t.Context())
	if err != nil || len(ids) != 2 || ids[0].Recipient != open || ids[1].Recipient != locked {
		t.Fatal(ids, err)
	}
	for i, to := range []string{open + " with a comment", locked} {
		text, err := sops.Encrypt(secret.New([]byte("hello")), []string{to})
		if err != nil {
			t.Fatal(err)
		}
		f, err := sops.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := f.Decrypt(ids); err != nil || string(plain.Bytes()) != "hello" || asked != i {
			t.Errorf("%d: %v, asked %d times", i, err, asked)
		}
		without, err := sops.FindIdentities(env)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Decrypt(without); i == 1 && (!errors.Is(err, sops.ErrNoIdentity) || !strings.Contains(err.Error(), "the passphrase of")) {
			t.Error(err)
		}
	}
}

// TestSSHAndAgeForm shows what AgeOfSSH warns of: neither of a key's two forms
// opens a file for the other.
func TestSSHAndAgeForm(t *testing.T) {
	public := strings.TrimSpace(string(read(t, "testdata/id_ed25519.pub")))
	form, err := sops.AgeOfSSH(public)
	if err != nil || sops.CheckRecipient(form) != nil {
		t.Fatal(form, err)
	}
	dir := t.TempDir()
	line := sshKey(t, filepath.Join(dir, "k"), "")
	converted, err := sops.AgeOfSSH(line)
	if err != nil {
		t.Fatal(err)
	}
	id, err := sops.ReadSSHIdentity(filepath.Join(dir, "k"), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := sops.Encrypt(secret.New([]byte("hello")), []string{converted})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(text, []sops.Identity{id}); !errors.Is(err, sops.ErrNoIdentity) {
		t.Error("the SSH key opens what is for its age form:", err)
	}
	for _, bad := range []string{"", "ssh-rsa AAAA", "age1x", "AGE-SECRET-KEY-1X", public + "\n" + public} {
		if _, err := sops.AgeOfSSH(bad); !errors.Is(err, sops.ErrRecipient) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestKeyCommand(t *testing.T) {
	dir := t.TempDir()
	id, key, err := sops.NewIdentity("x")
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "print key")
	body := "#!/bin/sh\n[ \"$#\" = 2 ] && [ \"$1\" = 'a b' ] && [ \"$2\" = '$HOME;false' ] && echo \"# $SOPS_AGE_RECIPIENT\" >>" + filepath.Join(dir, "log") + " && echo " + string(key.Bytes()) + "\n"
	if err := os.WriteFile(script, []byte(body), 0o700); err != nil {
		t.Fatal(err)
	}
	command := "'" + script + `' "a b" $HOME\;false # a comment`
	env := func(name string) string { return map[string]string{"SOPS_AGE_KEY_CMD": command}[name] }
	if ids, err := (sops.Finder{Getenv: env}).Find(t.Context()); err != nil || len(ids) != 0 {
		t.Error("a command ran that was not allowed:", ids, err)
	}
	ids, err := sops.Finder{Getenv: env, Commands: true, Recipients: []string{"age1a", "age1b"}}.Find(t.Context())
	if err != nil || len(ids) != 1 || ids[0].Recipient != id.Recipient || ids[0].Origin != "SOPS_AGE_KEY_CMD" {
		t.Fatal(ids, err)
	}
	if got := string(read(t, filepath.Join(dir, "log"))); got != "# age1a\n# age1b\n" {
		t.Error(got)
	}
	for _, bad := range []string{"'open", "false", "echo CANARY", filepath.Join(dir, "none"), "CANARY", "/CANARY/x", "./CANARY"} {
		command = bad
		_, err := sops.Finder{Getenv: env, Commands: true}.Find(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "SOPS_AGE_KEY_CMD") || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
