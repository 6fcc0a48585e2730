package knownhosts_test

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay/fleet/host/knownhosts"

	"golang.org/x/crypto/ssh"
)

// key returns the public key that follows from a name.
func key(t testing.TB, name string) ssh.PublicKey {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	k, err := ssh.NewPublicKey(ed25519.NewKeyFromSeed(seed).Public())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func line(k ssh.PublicKey) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k))) }

// names says which of the keys a, b, c, d are in the list.
func names(t *testing.T, keys []ssh.PublicKey) string {
	var found string
	for _, name := range []string{"a", "b", "c", "d"} {
		for _, k := range keys {
			if line(k) == line(key(t, name)) {
				found += name
			}
		}
	}
	return found
}

func TestFind(t *testing.T) {
	text := fmt.Sprintf(`# comment
Galena,192.0.2.1 %[1]s comment here
[galena]:2222 %[2]s
*.example.org,!bad.example.org %[3]s
@cert-authority *.zt %[1]s
@revoked * %[4]s
galena %[4]s
@cert-authority *.zt %[4]s
?tibnite %[2]s
nonsense
@strange galena %[1]s
`, line(key(t, "a")), line(key(t, "b")), line(key(t, "c")), line(key(t, "d")))
	list, bad := knownhosts.Parse("known_hosts", []byte(text))
	if len(bad) != 2 || !strings.HasPrefix(bad[0].Error(), "known_hosts:10: ") || !strings.HasPrefix(bad[1].Error(), "known_hosts:11: ") {
		t.Errorf("%v", bad)
	}
	for _, test := range []struct{ name, plain, authorities string }{
		{"galena", "a", ""},
		{"GALENA", "a", ""},
		{"192.0.2.1", "a", ""},
		{"[galena]:2222", "b", ""},
		{"[galena]:2223", "", ""},
		{"web.example.org", "c", ""},
		{"bad.example.org", "", ""},
		{"example.org", "", ""},
		{"cinnabar.zt", "", "a"},
		{"stibnite", "b", ""},
		{"tibnite", "", ""},
		{"", "", ""},
	} {
		k := list.Find(test.name)
		if names(t, k.Plain) != test.plain || names(t, k.Authorities) != test.authorities || names(t, k.Revoked) != "d" && test.name != "" {
			t.Errorf("%s: %q, %q, %q", test.name, names(t, k.Plain), names(t, k.Authorities), names(t, k.Revoked))
		}
		if k.Known() != (test.plain+test.authorities != "") {
			t.Errorf("%s: known %t", test.name, k.Known())
		}
	}
}

// TestHashed compares with the file that ssh-keygen -H writes, and with what
// ssh-keygen -F finds in it.
func TestHashed(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("not run: no ssh-keygen; hint: install openssh-client")
	}
	file := filepath.Join(t.TempDir(), "known_hosts")
	text := fmt.Sprintf("galena,[galena]:2222 %s\nstibnite %s\n", line(key(t, "a")), line(key(t, "b")))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("ssh-keygen", "-q", "-H", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	list, bad := knownhosts.Load(file, file+".absent")
	if len(bad) > 0 || len(list) != 3 {
		t.Fatalf("%d entries, %v", len(list), bad)
	}
	for _, name := range []string{"galena", knownhosts.Name("Galena", "2222"), "stibnite", "galen", knownhosts.Name("stibnite", "2222")} {
		found := exec.Command("ssh-keygen", "-F", name, "-f", file).Run() == nil
		if got := list.Find(name).Known(); got != found {
			t.Errorf("%s: %t, ssh-keygen says %t", name, got, found)
		}
	}
}

// TestAsKeygen finds in a file what ssh-keygen -F finds in it, line by line.
func TestAsKeygen(t *testing.T) {
	program, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("not run: no ssh-keygen; hint: install openssh-client")
	}
	lines := []string{"Galena", "*.Zt,!bad.zt", "[Host]:2222", "host", "@cert-authority *.Ca", "@revoked r*", "!neg,n*", "?x", "[*]:2223", "[z]:22", "!*,q", "q,!*", "a**b", "*"}
	file := filepath.Join(t.TempDir(), "known_hosts")
	var text string
	for _, patterns := range lines {
		text += patterns + " " + line(key(t, "a")) + "\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list, bad := knownhosts.Load(file)
	if len(bad) > 0 || len(list) != len(lines) {
		t.Fatalf("%d entries, %v", len(list), bad)
	}
	for _, name := range []string{"galena", "Galena", "a.zt", "A.ZT", "bad.zt", "BAD.zt", "[host]:2222", "[HOST]:2222", "host", "[host]:22", "x.ca",
		"r1", "[r1]:5", "neg", "NEG", "no", "ax", "[ax]:2222", "[q]:2223", "z", "[z]:22", "q", "ab", "axxb", "other"} {
		out, _ := exec.Command(program, "-F", name, "-f", file).CombinedOutput()
		for i, entry := range list {
			found := strings.Contains(string(out), fmt.Sprintf(" found: line %d ", i+1))
			one := knownhosts.List{entry}
			if got := len(one.Revoked(name)) > 0 || one.Find(name).Known(); got != found {
				t.Errorf("%s in %s: %t, ssh-keygen says %t", name, lines[i], got, found)
			}
		}
	}
}

func TestDeclared(t *testing.T) {
	list, err := knownhosts.FromDeclared([]knownhosts.Declared{
		{HostNames: []string{"galena", "galena.zt"}, PublicKey: line(key(t, "a"))},
		{HostNames: []string{"*.zt"}, PublicKey: line(key(t, "b")), CertAuthority: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if k := list.Find("galena.zt"); names(t, k.Plain) != "a" || names(t, k.Authorities) != "b" {
		t.Errorf("%+v", k)
	}
	list, err = knownhosts.FromDeclared([]knownhosts.Declared{
		{HostNames: []string{"*", "!Bad"}, PublicKey: line(key(t, "a"))}, {PublicKey: line(key(t, "b"))},
	})
	if err != nil || names(t, list.Find("Any").Plain) != "a" || list.Find("bad").Known() {
		t.Errorf("declared for all but one: %v, %v", list, err)
	}
	_, err = knownhosts.FromDeclared([]knownhosts.Declared{{HostNames: []string{"galena"}, PublicKey: "x", Source: "hosts.nix:3"}})
	if err == nil || !strings.HasPrefix(err.Error(), "hosts.nix:3: known host galena: ") {
		t.Errorf("%v", err)
	}
}

func TestPin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "pins")
	pin := func(machine, name string) {
		t.Helper()
		if err := knownhosts.Pin(file, machine, ssh.FingerprintSHA256(key(t, name)), key(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	pin("galena", "a")
	more := "# mine\ngalena,other " + line(key(t, "c")) + "\n@revoked galena " + line(key(t, "d")) // no newline
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, more...), 0o600); err != nil {
		t.Fatal(err)
	}
	pin("galena", "b")
	list, bad := knownhosts.Load(file)
	if k := list.Find("galena"); names(t, k.Plain) != "bc" || names(t, k.Revoked) != "d" || len(bad) > 0 {
		t.Errorf("%+v, %v", k, bad)
	}
	text, err = os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), more+"\n") {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	before := text
	for machine, fingerprint := range map[string]string{
		"galena": ssh.FingerprintSHA256(key(t, "a")), "*": ssh.FingerprintSHA256(key(t, "b")), "a b": ssh.FingerprintSHA256(key(t, "b")), "": ""} {
		if err := knownhosts.Pin(file, machine, fingerprint, key(t, "b")); err == nil {
			t.Errorf("%q was pinned", machine)
		}
	}
	if text, _ = os.ReadFile(file); string(text) != string(before) {
		t.Errorf("changed to %q", text)
	}
}

// TestUnpin: the keys of one machine go, and nothing else; there is no file
// where there was none.
func TestUnpin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pins")
	if err := knownhosts.Unpin(file, "galena"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was made")
	}
	for machine, name := range map[string]string{"galena": "a", "stibnite": "b"} {
		if err := knownhosts.Pin(file, machine, ssh.FingerprintSHA256(key(t, name)), key(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := knownhosts.Unpin(file, "galena"); err != nil {
		t.Error(err)
	}
	list, bad := knownhosts.Load(file)
	if list.Find("galena").Known() || names(t, list.Find("stibnite").Plain) != "b" || len(bad) > 0 {
		t.Errorf("%v, %v", list, bad)
	}
}

// TestPinAtOnce: no pin is lost when many are made at the same time.
func TestPinAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pins")
	k := key(t, "a")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := knownhosts.Pin(file, fmt.Sprint("m", i), ssh.FingerprintSHA256(k), k); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if list, bad := knownhosts.Load(file); len(list) != 20 || len(bad) > 0 {
		t.Errorf("%d pins, %v", len(list), bad)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("galena,!b*,|1|c2FsdA==|aGFzaA== "+line(key(f, "a"))), "galena")
	f.Add([]byte("@cert-authority *.zt "+line(key(f, "a"))+"\n@revoked * ssh-rsa AAAA\n"), "a.zt")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		list, _ := knownhosts.Parse("x", text)
		k := list.Find(name)
		if len(k.Plain)+len(k.Authorities)+len(k.Revoked) > len(list) {
			t.Error("more keys than lines")
		}
	})
}
