package generate_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/secrets/generate"
	"assay/secrets/secret"

	"golang.org/x/crypto/ssh"
)

// TestSSHKeysReadBySSHKeygen has ssh-keygen derive the public keys.
func TestSSHKeysReadBySSHKeygen(t *testing.T) {
	t.Parallel()
	keygen, dir := tool(t, "ssh-keygen"), t.TempDir()
	for i := range cases(t, 20) {
		comment := []string{"", "root@web", "two words", "ü"}[i%4]
		private, public, err := generate.NewSSHKey(comment)
		if err != nil {
			t.Fatal(err)
		}
		got := ask(t, nil, keygen, "-y", "-P", "", "-f", keep(t, dir, "key", private))
		if !bytes.Equal(got, public.Bytes()) {
			t.Fatalf("case %d: ssh-keygen derives %q, not %q", i, got, public.Bytes())
		}
	}
}

func TestSSHKeysOfRSA(t *testing.T) {
	t.Parallel()
	keygen, dir := tool(t, "ssh-keygen"), t.TempDir()
	for range cases(t, 3) {
		private, public, err := generate.NewSSHKeyRSA(1024, "c")
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(t, nil, keygen, "-y", "-P", "", "-f", keep(t, dir, "key", private)); !bytes.Equal(got, public.Bytes()) {
			t.Fatalf("ssh-keygen derives %q, not %q", got, public.Bytes())
		}
	}
}

func TestHostKeysOfRSA(t *testing.T) {
	t.Parallel()
	long(t)
	keygen := tool(t, "ssh-keygen")
	made := produce(t, generate.OpenSSHRSA(), generate.Input{})
	line := ask(t, made["ssh.id_rsa.pub"].Bytes(), keygen, "-l", "-f", "-")
	if !strings.HasPrefix(string(line), "4096 ") || !strings.HasSuffix(string(line), "(RSA)\n") {
		t.Errorf("the host key is %q", line)
	}
}

func TestSSHKeyComments(t *testing.T) {
	for _, comment := range []string{"a\nssh-ed25519 AAAA", "a\r", "\x00"} {
		if _, _, err := generate.NewSSHKey(comment); !errors.Is(err, generate.ErrInput) {
			t.Errorf("%q: %v", comment, err)
		}
	}
}

// TestHostCertificates compares with the certificate that ssh-keygen makes of
// the same keys, and has it read ours.
func TestHostCertificates(t *testing.T) {
	t.Parallel()
	keygen, dir := tool(t, "ssh-keygen"), t.TempDir()
	ca := produce(t, generate.OpenSSHCA(), generate.Input{})
	caPath := keep(t, dir, "ca", ca["id_ed25519"])
	for i := range cases(t, 8) {
		host := produce(t, generate.OpenSSH(), generate.Input{})
		machine := fmt.Sprintf("web%d", i)
		domains := []string{"zt", "example.org", "zt"}[:1+i%3]
		in := generate.Input{Dependencies: map[string]generate.Contents{"openssh": host, "openssh-ca": ca}}
		cert := produce(t, generate.OpenSSHCertificate(machine, domains), in)["ssh.id_ed25519-cert.pub"]

		principals := []string{machine + ".zt", machine + ".example.org"}[:min(2, len(domains))]
		ask(t, nil, keygen, "-q", "-s", caPath, "-I", machine, "-h", "-n", strings.Join(principals, ","),
			keep(t, dir, "host.pub", host["ssh.id_ed25519.pub"]))
		theirs := certificate(t, ask(t, nil, "cat", dir+"/host-cert.pub"))
		ours := certificate(t, cert.Bytes())
		// The nonce is random, and the signature is over it.
		ours.Nonce, theirs.Nonce, ours.Signature, theirs.Signature = nil, nil, nil, nil
		if a, b := fmt.Sprintf("%+v", ours), fmt.Sprintf("%+v", theirs); a != b {
			t.Fatalf("case %d:\nours   %s\ntheirs %s", i, a, b)
		}
		shown := string(ask(t, cert.Bytes(), keygen, "-L", "-f", "-"))
		if !strings.Contains(shown, "host certificate") || !strings.Contains(shown, "Valid: forever") || !strings.Contains(shown, "                "+machine+".zt\n") {
			t.Fatalf("ssh-keygen -L: %s", shown)
		}
		checkHost(t, cert, ca["id_ed25519.pub"], machine)
	}
}

// checkHost has x/crypto's client check the certificate, signature included.
func checkHost(t *testing.T, cert, authority secret.Value, machine string) {
	t.Helper()
	want, _, _, _, err := ssh.ParseAuthorizedKey(authority.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	checker := ssh.CertChecker{IsHostAuthority: func(k ssh.PublicKey, _ string) bool { return bytes.Equal(k.Marshal(), want.Marshal()) }}
	c := certificate(t, cert.Bytes())
	if err := checker.CheckHostKey(machine+".zt:22", nil, c); err != nil {
		t.Error(err)
	}
	if err := checker.CheckHostKey("other.zt:22", nil, c); err == nil {
		t.Error("valid for another machine")
	}
}

func certificate(t *testing.T, line []byte) *ssh.Certificate {
	t.Helper()
	key, _, _, _, err := ssh.ParseAuthorizedKey(line)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*ssh.Certificate)
}

func TestUserCertificatesEnd(t *testing.T) {
	keygen, dir := tool(t, "ssh-keygen"), t.TempDir()
	ca, _, err := generate.NewSSHKey("")
	if err != nil {
		t.Fatal(err)
	}
	_, user, err := generate.NewSSHKey("me")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	want := generate.SSHCertificate{ID: "me", Principals: []string{"root", "me"}, From: from, Until: from.Add(time.Hour)}
	ours, err := generate.SignSSH(ca, user, want)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, nil, keygen, "-q", "-s", keep(t, dir, "ca", ca), "-I", "me", "-n", "root,me",
		"-V", "20300102030405Z:20300102040405Z", keep(t, dir, "user.pub", user))
	a, b := certificate(t, ours.Bytes()), certificate(t, ask(t, nil, "cat", dir+"/user-cert.pub"))
	a.Nonce, b.Nonce, a.Signature, b.Signature = nil, nil, nil, nil
	if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
		t.Errorf("\nours   %s\ntheirs %s", x, y)
	}
}

func TestCertificatesRefused(t *testing.T) {
	ca, public, err := generate.NewSSHKey("")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, c := range map[string]generate.SSHCertificate{
		"no name":    {Host: true},
		"empty name": {Host: true, Principals: []string{""}},
		"two names":  {Host: true, Principals: []string{"a,b"}},
		"ends first": {Principals: []string{"a"}, From: now, Until: now.Add(-time.Hour)},
	} {
		if _, err := generate.SignSSH(ca, public, c); !errors.Is(err, generate.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := generate.SSHCertificate{Principals: []string{"a"}}
	for name, pair := range map[string][2]secret.Value{
		"no authority": {hold("canary"), public},
		"no key":       {ca, hold("canary")},
		"swapped":      {public, ca},
	} {
		_, err := generate.SignSSH(pair[0], pair[1], good)
		if !errors.Is(err, generate.ErrInput) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
