package remote

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// signer makes a key of a kind: "ed25519", "ecdsa" or "rsa".
func signer(t *testing.T, kind string) ssh.Signer {
	t.Helper()
	var private any
	var err error
	switch kind {
	case "ed25519":
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case "ecdsa":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rsa":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// certify lets authority sign a host certificate for key.
func certify(t *testing.T, authority ssh.Signer, key ssh.PublicKey, change func(*ssh.Certificate)) *ssh.Certificate {
	t.Helper()
	now := time.Now()
	c := &ssh.Certificate{
		Key: key, CertType: ssh.HostCert, ValidPrincipals: []string{"galena"},
		ValidAfter: uint64(now.Add(-time.Hour).Unix()), ValidBefore: uint64(now.Add(time.Hour).Unix()),
	}
	if change != nil {
		change(c)
	}
	if err := c.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	return c
}

func line(k ssh.PublicKey) string { return string(ssh.MarshalAuthorizedKey(k)) }

func TestVerify(t *testing.T) {
	key, other, authority, rogue := signer(t, "ed25519").PublicKey(), signer(t, "ed25519").PublicKey(), signer(t, "ed25519"), signer(t, "ed25519")
	byCA := "@cert-authority " + line(authority.PublicKey())
	for _, test := range []struct {
		name string
		pins []string
		key  ssh.PublicKey
		want string // part of the error, "" for none
	}{
		{"pinned", []string{line(key)}, key, ""},
		{"second pin", []string{line(other), line(key)}, key, ""},
		{"another key", []string{line(key)}, other, "not the one pinned"},
		{"pinned key in a certificate", []string{line(key)}, certify(t, rogue, key, nil), ""},
		{"authority", []string{byCA}, certify(t, authority, key, nil), ""},
		{"plain key under an authority", []string{byCA}, key, "not the one pinned"},
		{"the authority's own key", []string{byCA}, authority.PublicKey(), "not the one pinned"},
		{"another authority", []string{byCA}, certify(t, rogue, key, nil), "not the one pinned"},
		{"another machine", []string{byCA}, certify(t, authority, key, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"stibnite"} }), "principal"},
		{"no principals", []string{byCA}, certify(t, authority, key, func(c *ssh.Certificate) { c.ValidPrincipals = nil }), "names no host"},
		{"user certificate", []string{byCA}, certify(t, authority, key, func(c *ssh.Certificate) { c.CertType = ssh.UserCert }), "user certificate"},
		{"expired", []string{byCA}, certify(t, authority, key, func(c *ssh.Certificate) { c.ValidBefore = c.ValidAfter + 1 }), "expired"},
		{"not yet", []string{byCA}, certify(t, authority, key, func(c *ssh.Certificate) { c.ValidAfter = c.ValidBefore - 1 }), "not yet"},
		{"critical option", []string{byCA}, certify(t, authority, key, func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"x": ""} }), "critical option"},
		{"changed after signing", []string{byCA}, func() ssh.PublicKey {
			c := certify(t, authority, other, nil)
			c.Key = key
			return c
		}(), "signature"},
		{"revoked key", []string{line(key), "@revoked " + line(key)}, key, "revoked"},
		{"revoked key in a certificate", []string{byCA, "@revoked " + line(key)}, certify(t, authority, key, nil), "revoked"},
		{"revoked authority", []string{byCA, "@revoked " + line(authority.PublicKey())}, certify(t, authority, key, nil), "authority"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := parsePins(host.Target{Machine: "galena", HostKeys: test.pins})
			if err != nil {
				t.Fatal(err)
			}
			err = p.verify(test.key)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

func TestParsePinsRefuses(t *testing.T) {
	key := line(signer(t, "ed25519").PublicKey())
	cert := line(certify(t, signer(t, "ed25519"), signer(t, "ed25519").PublicKey(), nil))
	for name, pins := range map[string][]string{
		"garbage": {"ssh-ed25519 AAAA"}, "empty": {""},
		"host pattern": {"*.zt " + key}, "pattern after mark": {"@cert-authority *.zt " + key},
		"options": {"no-pty " + key}, "two keys": {key + key}, "certificate": {cert}, "unknown mark": {"@trust " + key},
	} {
		if _, err := parsePins(host.Target{Machine: "galena", HostKeys: pins}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAlgorithms(t *testing.T) {
	ed, rsaKey := line(signer(t, "ed25519").PublicKey()), line(signer(t, "rsa").PublicKey())
	for _, test := range []struct {
		pins  []string
		first string
		want  []string
		not   []string
	}{
		{[]string{ed}, ssh.KeyAlgoED25519, []string{ssh.CertAlgoED25519v01}, []string{ssh.KeyAlgoECDSA256, ssh.KeyAlgoRSASHA256}},
		{[]string{rsaKey, ed}, ssh.KeyAlgoED25519, []string{ssh.KeyAlgoRSASHA512}, []string{ssh.KeyAlgoRSA, ssh.KeyAlgoECDSA256}},
		{[]string{"@cert-authority " + ed}, ssh.CertAlgoED25519v01, []string{ssh.CertAlgoRSASHA512v01, ssh.CertAlgoECDSA256v01}, []string{ssh.KeyAlgoED25519}},
		{[]string{"@cert-authority " + ed, rsaKey}, ssh.CertAlgoRSASHA512v01, []string{ssh.KeyAlgoRSASHA512, ssh.CertAlgoED25519v01}, []string{ssh.KeyAlgoED25519}},
	} {
		p, err := parsePins(host.Target{Machine: "galena", HostKeys: test.pins})
		if err != nil {
			t.Fatal(err)
		}
		got := p.algorithms()
		if got[0] != test.first {
			t.Errorf("%v is not first of %v", test.first, got)
		}
		for _, a := range test.want {
			if !slices.Contains(got, a) {
				t.Errorf("no %s in %v", a, got)
			}
		}
		for _, a := range test.not {
			if slices.Contains(got, a) {
				t.Errorf("%s in %v", a, got)
			}
		}
	}
}
