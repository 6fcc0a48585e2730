package remote_test

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// TestTrust: machines without pinned keys, against a real sshd.
func TestTrust(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519", "rsa"})
	mine, other := pin(s.keys["ed25519"]), pin(key(t, "other").PublicKey())
	declared := func(names, key string) knownhosts.List {
		t.Helper()
		list, err := knownhosts.FromDeclared([]knownhosts.Declared{{HostNames: strings.Split(names, ","), PublicKey: key}})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	at := knownhosts.Name("127.0.0.1", s.port())
	for _, test := range []struct {
		name     string
		given    []string
		declared knownhosts.List
		pins     string // of our own file
		user     string // the user's known_hosts
		lines    string // of the configuration
		want     string // part of the error, "" for none
		machine  string // "" is galena, which is the address too
	}{
		{name: "nobody knows it", want: "assay keys pin galena " + ssh.FingerprintSHA256(s.keys["ed25519"])},
		{name: "given", given: []string{mine}, declared: declared("galena", other), user: at + " " + other},
		{name: "given, and wrong", given: []string{other}, declared: declared("galena", mine), pins: "galena " + mine, user: at + " " + mine, want: "not the one pinned"},
		{name: "declared by machine", declared: declared("galena", mine)},
		{name: "declared by address", declared: declared("x,127.0.0.1", mine)},
		{name: "declared goes before", declared: declared("galena", other), pins: "galena " + mine, user: at + " " + mine, want: "not the one pinned"},
		{name: "our own pin", pins: "galena " + mine, user: at + " " + other},
		{name: "pin of another machine", pins: "stibnite " + mine, want: "no host key of galena is known"},
		{name: "known to the user", user: at + " " + mine},
		{name: "known without its port", user: "127.0.0.1 " + pin(s.keys["rsa"])},
		{name: "known to the user by the machine's name", user: "galena " + mine, want: "no host key of galena is known"},
		{name: "known by an alias", user: "mineral " + mine, lines: "HostKeyAlias Mineral"},
		{name: "an alias hides the address", user: at + " " + mine, lines: "HostKeyAlias mineral", want: "no host key of galena is known"},
		{name: "revoked by the user", declared: declared("galena", mine), user: "@revoked * " + mine, want: "is revoked for galena"},
		{name: "revoked in the given ones", given: []string{"@revoked " + mine}, user: at + " " + mine, want: "is revoked for galena"},
		{name: "given, and revoked by the user", given: []string{mine}, user: "@revoked * " + mine, want: "is revoked for galena"},
		{name: "another one revoked by the user", given: []string{mine}, user: "@revoked * " + other},
		{name: "another key at the address", user: at + " " + other, want: "not the one pinned"},
		{name: "another machine is known there", machine: "gneiss", pins: "stibnite " + mine, user: at + " " + mine, want: "it is the key of stibnite, not of gneiss"},
		{name: "one key for two machines", machine: "gneiss", pins: "stibnite " + mine + "gneiss " + mine, user: at + " " + mine},
		{name: "a jump host that is no more than an address", pins: "stibnite " + mine, user: at + " " + mine},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.write(t, "pins", test.pins)
			s.write(t, "known", test.user)
			lines := append([]string{"UserKnownHostsFile %D/known", "IdentityAgent none", "IdentityFile none"}, test.lines)
			// The first value counts, so that these stand before the usual ones.
			config := s.configured(t)
			config.File = prepend(t, config.File, strings.ReplaceAll(strings.Join(lines, "\n\t"), "%D", s.dir))
			target := host.Target{Machine: cmp.Or(test.machine, "galena"), Addresses: []string{"galena"}, HostKeys: test.given}
			err := logsIn(t, remote.Options{Signers: []ssh.Signer{key(t, "client")}, Config: config, Declared: test.declared, Pins: filepath.Join(s.dir, "pins")}, target)
			failed, ok := errors.AsType[*host.ConnectError](err)
			if (err == nil) != (test.want == "") || err != nil && (!ok || failed.Stage != host.StageHostKey || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestTrustAuthority: the user trusts whom an authority vouches for.
func TestTrustAuthority(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"}, "HostCertificate %d/ed25519-cert.pub")
	authority, public := s.newKey(t, "authority", "")
	keygen(t, "-q", "-s", authority, "-h", "-I", "test", "-n", "galena.zt", filepath.Join(s.dir, "ed25519.pub"))
	s = restart(t, s)
	for _, test := range []struct {
		alias, user string
		ok          bool
	}{
		{"galena.zt", "@cert-authority *.zt " + public, true},
		{"stibnite.zt", "@cert-authority *.zt " + public, false},
		{"galena.zt", "@cert-authority *.org " + public, false},
		{"galena.zt", "@cert-authority *.zt " + public + "@revoked * " + public, false},
	} {
		s.write(t, "known", test.user)
		config := s.configured(t)
		config.File = prepend(t, config.File, fmt.Sprintf("UserKnownHostsFile %s/known\n\tHostKeyAlias %s", s.dir, test.alias))
		err := logsIn(t, remote.Options{Signers: []ssh.Signer{key(t, "client")}, Config: config}, host.Target{Machine: "galena", Addresses: []string{"galena"}})
		if (err == nil) != test.ok {
			t.Errorf("%s, %.20q: %v", test.alias, test.user, err)
		}
	}
}

// TestScanAndPin: the key that is shown is pinned, and then is enough.
func TestScanAndPin(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"rsa", "ed25519"})
	pins := filepath.Join(t.TempDir(), "pins")
	c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Pins: pins})
	target := s.target()
	k, err := c.Scan(t.Context(), target)
	if err != nil || pin(k) != pin(s.keys["ed25519"]) {
		t.Fatalf("%v, %v", k, err)
	}
	if _, err := c.Connect(t.Context(), target); err == nil {
		t.Error("trusted after a scan")
	}
	if err := knownhosts.Pin(pins, "galena", ssh.FingerprintSHA256(s.keys["rsa"]), k); err == nil {
		t.Error("pinned with another fingerprint")
	}
	if err := knownhosts.Pin(pins, "galena", ssh.FingerprintSHA256(k), k); err != nil {
		t.Fatal(err)
	}
	connect(t, c, target)
	target.Addresses = []string{"127.0.0.1:1"}
	if _, err := c.Scan(t.Context(), target); err == nil {
		t.Error("nobody is there")
	}
	target.Addresses = nil
	if _, err := c.Scan(t.Context(), target); err == nil {
		t.Error("no address")
	}
}
