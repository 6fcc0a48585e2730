package sshconfig_test

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet/host/sshconfig"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func needSSH(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("not run: no ssh; hint: install openssh-client")
	}
}

// TestRead asks the real ssh about a file with everything that other parsers
// of it get wrong.
func TestRead(t *testing.T) {
	needSSH(t)
	home, _ := os.UserHomeDir()
	more := write(t, "more", "Host galena\n\tIdentityFile \"~/keys/my %n\"\n\tCertificateFile %d/%h-cert.pub\n\tUserKnownHostsFile /a/one \"/b/two words\"\n")
	file := write(t, "config", `
Include `+more+`
Match host galena user deploy
	ProxyCommand nc %h %p '%%' %n %r
Match exec "test %n = galena"
	IdentityAgent ${HOME}/%r.sock
Host galena
	HostName %h.example.org
	HostKeyAlias galena-key
	IdentitiesOnly yes
	ConnectTimeout 7
	AddressFamily inet
	BindAddress 127.0.0.1
	LocalForward 8080 localhost:80
	StrictHostKeyChecking accept-new
	PubkeyAcceptedAlgorithms ssh-ed25519,rsa-sha2-512
Match final host galena.example.org
	Port 2222
Host stibnite
	ProxyJump u@one:2200,two
	IdentityAgent none
	GlobalKnownHostsFile none
`)
	r := &sshconfig.Reader{File: file}
	c, err := r.Read(t.Context(), "deploy", "galena", "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "galena" || c.HostName != "galena.example.org" || c.User != "deploy" || c.Port != "2222" || c.HostKeyAlias != "galena-key" ||
		!c.IdentitiesOnly || c.ConnectTimeout != 7*time.Second || c.AddressFamily != "inet" || c.BindAddress != "127.0.0.1" ||
		c.IdentityAgent != os.Getenv("HOME")+"/deploy.sock" || c.Command() != "nc galena.example.org 2222 '%' galena deploy" ||
		!slices.Equal(c.IdentityFiles, []string{home + "/keys/my galena"}) ||
		!slices.Equal(c.CertificateFiles, []string{home + "/galena.example.org-cert.pub"}) ||
		!slices.Equal(c.UserKnownHosts, []string{"/a/one", "/b/two words"}) ||
		!slices.Equal(c.PublicKeyAlgorithms, []string{"ssh-ed25519", "rsa-sha2-512"}) {
		t.Errorf("%+v", c)
	}
	slices.Sort(c.Ignored)
	if !slices.Equal(c.Ignored, []string{"localforward", "stricthostkeychecking"}) {
		t.Errorf("ignored %q", c.Ignored)
	}
	c, err = r.Read(t.Context(), "", "stibnite", "2022")
	me, _ := user.Current()
	if err != nil || c.User != me.Username || c.Port != "2022" || !slices.Equal(c.ProxyJump, []string{"u@one:2200", "two"}) ||
		c.IdentityAgent != "none" || c.GlobalKnownHosts != nil || c.Ignored != nil {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestReadOnce: ssh runs once for each host, which "Match exec" counts.
func TestReadOnce(t *testing.T) {
	needSSH(t)
	count := filepath.Join(t.TempDir(), "count")
	r := &sshconfig.Reader{File: write(t, "config", "Match exec \"echo x >>"+count+"\"\n")}
	for range 3 {
		for _, name := range []string{"galena", "stibnite"} {
			if _, err := r.Read(t.Context(), "", name, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if text, err := os.ReadFile(count); err != nil || strings.Count(string(text), "x") != 2 {
		t.Errorf("ssh ran %d times, %v", strings.Count(string(text), "x"), err)
	}
}

func TestReadFails(t *testing.T) {
	c, err := (&sshconfig.Reader{Program: "/nonexistent/ssh"}).Read(t.Context(), "", "galena", "")
	if !errors.Is(err, sshconfig.ErrNoSSH) || c.HostName != "galena" || c.Port != "22" || c.User == "" || len(c.UserKnownHosts) == 0 ||
		strings.HasPrefix(c.IdentityFiles[0], "~") {
		t.Errorf("%+v, %v", c, err)
	}
	needSSH(t)
	r := &sshconfig.Reader{File: write(t, "config", "Host galena\n\tNonsense yes\n")}
	if _, err := r.Read(t.Context(), "", "galena", ""); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("host a\nhostname a\nuser b\nport 22\nuserknownhostsfile /a b /c\nproxyjump a,b\n")
	f.Add("hostname a\nuser b\nport 99999\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := sshconfig.Parse(text); err == nil && (c.HostName == "" || c.User == "" || c.Port == "") {
			t.Errorf("%+v", c)
		}
	})
}
