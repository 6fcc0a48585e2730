package remote_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// TestTrustAsSSH: a host is known here by a known_hosts file exactly where
// OpenSSH's ssh knows it, with the same configuration and the same sshd.
func TestTrustAsSSH(t *testing.T) {
	noLeak(t)
	program, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("not run: no ssh; hint: install openssh-client")
	}
	s := startSSHD(t, []string{"ed25519", "rsa"}, "HostCertificate %d/ed25519-cert.pub")
	authority, ca := s.newKey(t, "authority", "")
	keygen(t, "-q", "-s", authority, "-h", "-I", "test", "-n", "galena.zt", filepath.Join(s.dir, "ed25519.pub"))
	s = restart(t, s)
	mine, other := pin(s.keys["ed25519"]), pin(key(t, "other").PublicKey())
	at, port := knownhosts.Name("127.0.0.1", s.port()), s.port()
	var known atomic.Int32
	var all sync.WaitGroup
	turns := make(chan bool, 6) // more at once, and sshd drops some
	for i, test := range []struct{ alias, lines string }{
		{"galena", "GALENA " + mine},
		{"Galena", "galena " + mine},
		{"galena", "G?L* " + mine},
		{"Galena", hashed("galena") + " " + mine},
		{"Galena", hashed("Galena") + " " + mine},
		{"galena", "* " + mine},
		{"galena", "!galena,* " + mine},
		{"galena", "*,!GALENA " + mine},
		{"galena", "!other,galena " + mine},
		{"galena", "!*," + "galena " + mine},
		{"galena", "galena,!" + hashed("galena") + " " + mine},
		{"galena", "stibnite " + mine + "galena " + other},
		{"galena", "[galena]:" + port + " " + mine},
		{"", at + " " + mine},
		{"", "[127.0.0.1]:* " + mine},
		{"", "[*]:" + port + " " + mine},
		{"", "!" + at + ",* " + mine},
		{"", "127.0.0.1 " + other + at + " " + mine},
		{"", hashed(at) + " " + mine},
		{"galena.zt", "@cert-authority *.zt " + ca},
		{"Galena.ZT", "@cert-authority *.zt " + ca},
		{"galena.zt", "@cert-authority *.ZT " + ca},
		{"galena.zt", "@cert-authority !galena.zt,* " + ca},
		{"other.zt", "@cert-authority * " + ca},
		{"galena.zt", "@cert-authority * " + ca + "@revoked * " + ca},
		{"galena.zt", "@cert-authority * " + ca + "@revoked * " + mine},
		{"galena.zt", "@cert-authority * " + mine},
		{"galena.zt", "galena.zt " + ca},
		{"galena", "galena " + mine + "@revoked GALENA " + mine},
		{"galena", "galena " + mine + "@revoked !galena,* " + mine},
		{"", "127.0.0.1 " + mine + "@revoked " + at + " " + mine},
		{"galena", "@strange galena " + mine},
	} {
		all.Go(func() {
			turns <- true
			defer func() { <-turns }()
			file := fmt.Sprint("known", i)
			s.write(t, file, test.lines)
			lines := fmt.Sprintf("UserKnownHostsFile %s/%s\n\tGlobalKnownHostsFile /dev/null\n\tIdentityAgent none", s.dir, file)
			if test.alias != "" {
				lines += "\n\tHostKeyAlias " + test.alias
			}
			config := s.configured(t)
			config.File = prepend(t, config.File, lines)
			out, _ := exec.Command(program, "-F", config.File, "-o", "KexAlgorithms=curve25519-sha256", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "galena", "true").CombinedOutput()
			want := strings.Contains(string(out), "Permission denied") // it has come to our key
			err := logsIn(t, remote.Options{Signers: []ssh.Signer{key(t, "client")}, Config: config}, host.Target{Machine: "galena", Addresses: []string{"galena"}})
			failed, ok := errors.AsType[*host.ConnectError](err)
			if (err == nil) != want || err != nil && (!ok || failed.Stage != host.StageHostKey) {
				t.Errorf("%q by %.60q: %v; ssh: %t\n%s", test.alias, test.lines, err, want, out)
			}
			if want {
				known.Add(1)
			}
		})
	}
	all.Wait()
	if known.Load() < 10 {
		t.Errorf("ssh knew the host only %d times", known.Load())
	}
}

// hashed is a name as known_hosts files hide it, with a salt of no secrecy.
func hashed(name string) string {
	salt := []byte("01234567890123456789")
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(name))
	return "|1|" + base64.StdEncoding.EncodeToString(salt) + "|" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
