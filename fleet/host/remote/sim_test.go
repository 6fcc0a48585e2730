package remote_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay/fleet/host"
	"assay/fleet/host/probe"
	"assay/fleet/host/remote"
	"assay/fleet/host/sim"

	"golang.org/x/crypto/ssh"
)

// key returns the signer that follows from a name.
func key(t testing.TB, name string) ssh.Signer {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	s, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pin returns a key as a Target lists it.
func pin(k ssh.PublicKey) string { return string(ssh.MarshalAuthorizedKey(k)) }

// simulated starts n simulated hosts and returns their targets.
func simulated(t testing.TB, n int) []host.Target {
	t.Helper()
	options := sim.Options{ClientKey: key(t, "client").PublicKey()}
	for i := range n {
		h := sim.Host{Name: fmt.Sprintf("host%d", i), Class: "nixos", System: "x86_64-linux"}
		h.Root, h.HostKey = filepath.Join(t.TempDir(), h.Name), key(t, h.Name)
		if err := sim.Prepare(h.Root, h); err != nil {
			t.Fatal(err)
		}
		options.Hosts = append(options.Hosts, h)
	}
	f, err := sim.Start(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	var targets []host.Target
	for _, h := range options.Hosts {
		targets = append(targets, host.Target{Machine: h.Name, Addresses: []string{f.Address(h.Name)}, HostKeys: []string{pin(h.HostKey.PublicKey())}})
	}
	return targets
}

func connector(t testing.TB) *remote.Connector {
	return remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}})
}

func connect(t testing.TB, c *remote.Connector, target host.Target) host.Conn {
	t.Helper()
	conn, err := c.Connect(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestRunOnSimulatedHost(t *testing.T) {
	conn := connect(t, connector(t), simulated(t, 1)[0])
	var out, errs bytes.Buffer
	err := conn.Run(t.Context(), host.Command{
		Script: "cat; printf '%s\\n' \"$#\" \"$@\" \"$HOME\" \"$PWD\"; echo oops >&2; exit 7",
		Args:   []string{"a b", "it's", "", "\\n!\nü\x01"},
		Stdin:  strings.NewReader("input\n"),
		Stdout: &out, Stderr: &errs,
	})
	exit, ok := errors.AsType[*host.ExitError](err)
	if !ok || exit.Code != 7 || exit.Stderr != "oops" || errs.String() != "oops\n" {
		t.Errorf("%v; stderr %q", err, errs.String())
	}
	got := strings.Split(out.String(), "\n")
	want := []string{"input", "4", "a b", "it's", "", "\\n!", "ü\x01"}
	if len(got) != len(want)+3 || strings.Join(got[:len(want)], "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
	if home, dir := got[len(want)], got[len(want)+1]; home != dir || filepath.Base(home) != "root" {
		t.Errorf("home %q, directory %q", home, dir)
	}
}

func TestProbeManyHosts(t *testing.T) {
	targets, c := simulated(t, 20), connector(t)
	var all sync.WaitGroup
	for _, target := range targets {
		all.Go(func() {
			conn, err := c.Connect(t.Context(), target)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			facts, err := probe.Read(t.Context(), conn, target.Machine)
			if err != nil || facts.Kernel == "" || facts.Uptime != 0 {
				t.Errorf("%+v, %v", facts, err)
			}
		})
	}
	all.Wait()
}

// TestShortCommands: commands that end at once, with and without input that
// nobody reads, have their status all the same.
func TestShortCommands(t *testing.T) {
	conn := connect(t, connector(t), simulated(t, 1)[0])
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			cmd := host.Command{Script: "echo $1; exit $1", Args: []string{fmt.Sprint(i % 3)}}
			if i%2 == 0 {
				cmd.Stdin = strings.NewReader("nobody reads this")
			}
			var out bytes.Buffer
			cmd.Stdout = &out
			err := conn.Run(t.Context(), cmd)
			exit, _ := errors.AsType[*host.ExitError](err)
			if code := i % 3; out.String() != fmt.Sprintln(code) || (code == 0) != (err == nil) || code > 0 && (exit == nil || exit.Code != code) {
				t.Errorf("%d: %q, %v", code, out.String(), err)
			}
		})
	}
	all.Wait()
}
