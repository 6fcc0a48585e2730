package generate_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

func authority(t testing.TB, a generate.TLSAuthority) (key, cert secret.Value) {
	t.Helper()
	key, cert, err := generate.NewTLSAuthority(a, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

// TestTLSVerifiedByOpenSSL has openssl verify a chain, for the right name and
// for a wrong one, and compare keys with certificates.
func TestTLSVerifiedByOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, dir := tool(t, "openssl"), t.TempDir()
	caKey, ca := authority(t, generate.TLSAuthority{Name: "fleet", Key: generate.P256, For: 24 * time.Hour, Domains: []string{"zt"}})
	caFile := keep(t, dir, "ca", ca)
	for i := range cases(t, 5) {
		name := fmt.Sprintf("web%d.zt", i)
		key, cert, err := generate.NewTLSLeaf(caKey, ca, generate.TLSLeaf{Names: []string{name}, Key: generate.P256, For: time.Hour}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		leaf := keep(t, dir, "leaf", cert)
		ask(t, nil, openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", name, "-CAfile", caFile, leaf)
		if got, want := ask(t, key.Bytes(), openssl, "pkey", "-pubout"), ask(t, nil, openssl, "x509", "-noout", "-pubkey", "-in", leaf); string(got) != string(want) {
			t.Fatal("the key is not that of the certificate")
		}
	}
}

func TestTLSConstraints(t *testing.T) {
	caKey, ca := authority(t, generate.TLSAuthority{Name: "fleet", Key: generate.P256, For: 24 * time.Hour, Domains: []string{"zt"}})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Bytes())
	leaf := func(names ...string) (secret.Value, error) {
		_, cert, err := generate.NewTLSLeaf(caKey, ca, generate.TLSLeaf{Names: names, Key: generate.P256, For: 48 * time.Hour}, time.Now())
		return cert, err
	}
	for _, name := range []string{"web.zt", "zt", "a.b.zt"} {
		cert, err := leaf(name)
		if err != nil {
			t.Fatal(err)
		}
		parsed := certificateOf(t, cert)
		if _, err := parsed.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if parsed.NotAfter.After(certificateOf(t, ca).NotAfter) || parsed.IsCA {
			t.Errorf("until %v, authority %v", parsed.NotAfter, parsed.IsCA)
		}
	}
	for _, names := range [][]string{{"web.example.org"}, {"web.zt", "web.example.org"}, {"web.zt", "10.0.0.1"}, {"web.zt", "fd00::1"}, {"evilzt"}} {
		if _, err := leaf(names...); !errors.Is(err, generate.ErrInput) {
			t.Errorf("%q: %v", names, err)
		}
	}
}

// TestTLSConstraintsBind has somebody with the key of a limited authority sign
// what it may not.
func TestTLSConstraintsBind(t *testing.T) {
	t.Parallel()
	openssl, dir := tool(t, "openssl"), t.TempDir()
	caKey, ca := authority(t, generate.TLSAuthority{Name: "fleet", Key: generate.P256, For: 24 * time.Hour, Domains: []string{"zt"}})
	keyFile, caFile := keep(t, dir, "key", caKey), keep(t, dir, "ca", ca)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Bytes())
	for name, good := range map[string]bool{"DNS:web.zt": true, "DNS:web.example.org": false, "IP:10.0.0.1": false, "IP:fd00::1": false} {
		extensions := keep(t, dir, "extensions", hold("subjectAltName="+name))
		request := ask(t, nil, openssl, "req", "-new", "-key", keyFile, "-subj", "/CN=x")
		cert := ask(t, request, openssl, "x509", "-req", "-CA", caFile, "-CAkey", keyFile, "-days", "1", "-set_serial", "7", "-extfile", extensions)
		_, err := certificateOf(t, secret.New(cert)).Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTLSAddresses(t *testing.T) {
	caKey, ca := authority(t, generate.TLSAuthority{Name: "fleet", Key: generate.P256, For: time.Hour})
	_, cert, err := generate.NewTLSLeaf(caKey, ca, generate.TLSLeaf{Names: []string{"web.zt", "10.0.0.1"}, Key: generate.P256, For: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if parsed := certificateOf(t, cert); len(parsed.IPAddresses) != 1 || len(parsed.DNSNames) != 1 {
		t.Errorf("addresses %v, names %v", parsed.IPAddresses, parsed.DNSNames)
	}
}

func certificateOf(t testing.TB, text secret.Value) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text.Bytes())
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTLSByForeignAuthority signs with authorities that openssl made, in the
// forms of keys that it and step write.
func TestTLSByForeignAuthority(t *testing.T) {
	t.Parallel()
	openssl, dir := tool(t, "openssl"), t.TempDir()
	for name, argv := range map[string][]string{
		"rsa, PKCS #8": {"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
		"rsa, PKCS #1": {"genrsa", "-traditional", "2048"},
		"ec, SEC 1":    {"ecparam", "-name", "prime256v1", "-genkey", "-noout"},
		"ed25519":      {"genpkey", "-algorithm", "ED25519"},
	} {
		caKey := secret.New(ask(t, nil, append([]string{openssl}, argv...)...))
		ca := ask(t, nil, openssl, "req", "-x509", "-new", "-key", keep(t, dir, "key", caKey), "-days", "1", "-subj", "/CN=Their CA",
			"-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
		_, cert, err := generate.NewTLSLeaf(caKey, secret.New(ca), generate.TLSLeaf{Names: []string{"a.b"}, Key: generate.P256, For: time.Hour}, time.Now())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		ask(t, nil, openssl, "verify", "-verify_hostname", "a.b", "-CAfile", keep(t, dir, "ca", secret.New(ca)), keep(t, dir, "leaf", cert))
	}
}

// TestClanPKI makes clan's pki service's two generators' files.
func TestClanPKI(t *testing.T) {
	t.Parallel()
	long(t)
	openssl, dir := tool(t, "openssl"), t.TempDir()
	ca := produce(t, generate.PKIRoot(), generate.Input{})
	in := generate.Input{Dependencies: map[string]generate.Contents{"pki-root-ca": ca}}
	made := produce(t, generate.PKICertificate("grafana", "clan"), in)
	if full := string(made["grafana.crt"].Bytes()) + string(ca["ca.crt"].Bytes()); string(made["grafana.fullchain.crt"].Bytes()) != full {
		t.Error("the chain is not the certificate and that of the authority")
	}
	ask(t, nil, openssl, "verify", "-x509_strict", "-verify_hostname", "grafana.clan", "-CAfile", keep(t, dir, "ca", ca["ca.crt"]), keep(t, dir, "leaf", made["grafana.crt"]))
	shown := string(ask(t, ca["ca.crt"].Bytes(), openssl, "x509", "-noout", "-text"))
	for _, want := range []string{"Subject: CN = Clan Root CA", "Public-Key: (4096 bit)", "CA:TRUE", "Certificate Sign, CRL Sign"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %s", want, shown)
		}
	}
}

func TestClanCertificates(t *testing.T) {
	t.Parallel()
	openssl := tool(t, "openssl")
	step := produce(t, generate.StepRoot(), generate.Input{})
	shown := string(ask(t, step["ca.crt"].Bytes(), openssl, "x509", "-noout", "-text"))
	for _, want := range []string{"Subject: CN = Clan Root CA", "P-256", "CA:TRUE, pathlen:1"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %s", want, shown)
		}
	}
}

func TestTLSRefuses(t *testing.T) {
	caKey, ca := authority(t, generate.TLSAuthority{Name: "a", Key: generate.P256, For: time.Hour})
	otherKey, _ := authority(t, generate.TLSAuthority{Name: "b", Key: generate.P256, For: time.Hour})
	leafKey, leaf, err := generate.NewTLSLeaf(caKey, ca, generate.TLSLeaf{Names: []string{"x"}, Key: generate.P256, For: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	one := generate.TLSLeaf{Names: []string{"x"}, Key: generate.P256, For: time.Hour}
	for _, c := range []struct {
		name      string
		key, cert secret.Value
		leaf      generate.TLSLeaf
		now       time.Time
	}{
		{"another's key", otherKey, ca, one, time.Now()},
		{"no key", hold("canary"), ca, one, time.Now()},
		{"no certificate", caKey, hold("canary"), one, time.Now()},
		{"no authority", leafKey, leaf, one, time.Now()},
		{"ended", caKey, ca, one, time.Now().Add(2 * time.Hour)},
		{"no name", caKey, ca, generate.TLSLeaf{Key: generate.P256, For: time.Hour}, time.Now()},
		{"no kind of key", caKey, ca, generate.TLSLeaf{Names: []string{"x"}, For: time.Hour}, time.Now()},
	} {
		_, _, err := generate.NewTLSLeaf(c.key, c.cert, c.leaf, c.now)
		if !errors.Is(err, generate.ErrInput) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
