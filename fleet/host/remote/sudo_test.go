package remote_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// bedSigner reads the key that hosts of the bed accept.
func bedSigner(t *testing.T, h bed.Host) ssh.Signer {
	t.Helper()
	text, err := os.ReadFile(h.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func bedTarget(h bed.Host, user string, become host.Become) host.Target {
	return host.Target{Machine: h.Name, Addresses: []string{user + "@" + h.Address}, HostKeys: []string{h.HostKey}, Become: become}
}

// rooted runs a command as root that shows who it is, where, and that its
// streams are its own.
func rooted(t *testing.T, conn host.Conn, home string) {
	t.Helper()
	in := strings.Repeat("first line\nsecond \x00 line\n", 5000)
	var out, errs bytes.Buffer
	err := conn.Run(t.Context(), host.Command{Root: true, Args: []string{"it's", "a\nb"}, Stdin: strings.NewReader(in), Stdout: &out, Stderr: &errs,
		Script: `id -u; pwd; printf '<%s>' "$@"; echo; cat; echo mine >&2; exit 7`})
	exit, ok := errors.AsType[*host.ExitError](err)
	if !ok || exit.Code != 7 || exit.Stderr != "mine" || errs.String() != "mine\n" {
		t.Errorf("%v; stderr %q", err, errs.String())
	}
	if want := "0\n" + home + "\n<it's><a\nb>\n" + in; out.String() != want {
		t.Errorf("%d bytes, want %d: %.200q", out.Len(), len(want), out.String())
	}
}

func root(t *testing.T, conn host.Conn) error {
	t.Helper()
	return conn.(host.Rooter).Root(t.Context())
}

// TestSudo: real sudo on a real host, as a user who is not root.
func TestSudo(t *testing.T) {
	noLeak(t)
	h := bed.Shared(t, 1, bed.Tier(bed.Any))[0]
	if h.Tier == bed.TierC {
		t.Skip("not run: sudo takes a host of tier A or B")
	}
	t.Run("root", func(t *testing.T) {
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
		conn := connect(t, c, bedTarget(h, "root", host.BecomeNone))
		if err := root(t, conn); err != nil {
			t.Error(err)
		}
		rooted(t, conn, "/root")
	})
	t.Run("no way", func(t *testing.T) {
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
		conn := connect(t, c, bedTarget(h, "deploy", ""))
		ran := false
		err := conn.Run(t.Context(), host.Command{Root: true, Script: "echo", Stdout: writer(func([]byte) { ran = true })})
		if !errors.Is(err, host.ErrRoot) || !strings.Contains(err.Error(), `hint: become = "sudo"`) || ran {
			t.Errorf("%v", err)
		}
	})
	t.Run("without a password", func(t *testing.T) {
		h.Sudo(t, "nopasswd")
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
		conn := connect(t, c, bedTarget(h, "deploy", host.BecomeSudo))
		if err := root(t, conn); err != nil {
			t.Fatal(err)
		}
		rooted(t, conn, "/root")
		h.Sudo(t, "none") // allowed a moment ago
		if err := conn.Run(t.Context(), host.Command{Root: true, Script: ":"}); !errors.Is(err, host.ErrRoot) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a warning", func(t *testing.T) {
		if h.Tier != bed.TierA {
			t.Skip("not run: a host name of its own takes tier A")
		}
		h.Sudo(t, "nopasswd")
		name := h.Root(t, "hostname")
		h.Root(t, "hostname nobody-resolves-this")
		defer h.Root(t, "hostname "+name)
		if said, err := h.SSH("deploy", "sudo -n true 2>&1"); err != nil || !strings.Contains(said, "unable to resolve host") {
			t.Skipf("not run: sudo does not warn of a host name that it cannot resolve: %q, %v", said, err)
		}
		conn := connect(t, remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}}), bedTarget(h, "deploy", host.BecomeSudo))
		if err := root(t, conn); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := conn.Run(t.Context(), host.Command{Root: true, Script: "id -u", Stdout: &out}); err != nil || out.String() != "0\n" {
			t.Errorf("%q, %v", out.String(), err)
		}
	})
	t.Run("not allowed", func(t *testing.T) {
		h.Sudo(t, "none")
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}, Password: func(context.Context, string, string) ([]byte, error) {
			return []byte(bed.Password), nil
		}})
		if err := root(t, connect(t, c, bedTarget(h, "deploy", host.BecomeSudo))); !errors.Is(err, host.ErrRoot) {
			t.Errorf("%v", err)
		} else {
			t.Log(err)
		}
	})
	t.Run("password", func(t *testing.T) { sudoPassword(t, h) })
	t.Run("requiretty", func(t *testing.T) {
		h.Sudo(t, "nopasswd")
		h.Root(t, "echo 'Defaults:deploy requiretty' >/etc/sudoers.d/zz-tty && chmod 440 /etc/sudoers.d/zz-tty")
		defer h.Root(t, "rm /etc/sudoers.d/zz-tty")
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
		err := root(t, connect(t, c, bedTarget(h, "deploy", host.BecomeSudo)))
		if !errors.Is(err, host.ErrRoot) || !strings.Contains(err.Error(), "!requiretty") {
			t.Errorf("%v", err)
		}
	})
	t.Run("absent", func(t *testing.T) {
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
		err := root(t, connect(t, c, bedTarget(h, "deploy", host.BecomeDoas)))
		if !errors.Is(err, host.ErrRoot) || !strings.Contains(err.Error(), "there is no doas") {
			t.Errorf("%v", err)
		}
	})
}

// sudoWord is no word of any program, so that it can be searched for.
const sudoWord = "quite-some-word-3141"

func sudoPassword(t *testing.T, h bed.Host) {
	h.Sudo(t, "password")
	defer h.Sudo(t, "nopasswd")
	h.Root(t, "sed -i 's/pam_unix.so nullok$/& nodelay/' /etc/pam.d/common-auth; echo deploy:"+sudoWord+" | chpasswd")
	defer h.Root(t, "echo deploy:"+bed.Password+" | chpasswd")
	var asked atomic.Int32
	var answers []string
	c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}, Password: func(_ context.Context, machine, prompt string) ([]byte, error) {
		n := int(asked.Add(1))
		if machine != h.Name || !strings.Contains(prompt, "deploy") || (n > 1) != strings.Contains(prompt, "wrong") {
			t.Errorf("%d: %q on %s", n, prompt, machine)
		}
		return []byte(answers[min(n, len(answers))-1]), nil
	}})
	target := bedTarget(h, "deploy", host.BecomeSudo)
	t.Run("nobody to ask", func(t *testing.T) {
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
		if err := root(t, connect(t, c, target)); !errors.Is(err, host.ErrRoot) || !strings.Contains(err.Error(), "nobody to ask") {
			t.Errorf("%v", err)
		}
	})
	t.Run("always wrong", func(t *testing.T) {
		answers = []string{"wrong"}
		err := root(t, connect(t, c, target))
		if !errors.Is(err, host.ErrRoot) || asked.Load() != 3 || strings.Contains(err.Error(), "wrong") {
			t.Errorf("asked %d times, %v", asked.Load(), err)
		}
	})
	t.Run("wrong, then right, once for all", func(t *testing.T) {
		asked.Store(0)
		answers = []string{"wrong", sudoWord}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := root(t, connect(t, c, target)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		conn := connect(t, c, target)
		rooted(t, conn, "/root")
		if asked.Load() != 2 {
			t.Errorf("asked %d times", asked.Load())
		}
		// While a command runs, nothing shows the password.
		var out bytes.Buffer
		err := conn.Run(t.Context(), host.Command{Root: true, Script: `{ cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; } 2>/dev/null | grep -a -c quite-some[-]word || true`,
			Stdout: &out, Stderr: &out})
		if err != nil || out.String() != "0\n" {
			t.Errorf("%q, %v", out.String(), err)
		}
	})
	t.Run("one each for two machines", func(t *testing.T) { // played by one host
		set := func(password string) { h.Root(t, "echo deploy:"+password+" | chpasswd") }
		defer set(sudoWord)
		asked := map[string]int{}
		c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}, Password: func(_ context.Context, machine, _ string) ([]byte, error) {
			asked[machine]++
			return []byte("word-of-" + machine), nil
		}})
		for range 3 {
			for _, machine := range []string{"a", "b"} {
				set("word-of-" + machine)
				target := target
				target.Machine = machine
				if err := root(t, connect(t, c, target)); err != nil {
					t.Error(err)
				}
			}
		}
		if asked["a"] != 1 || asked["b"] != 1 {
			t.Errorf("asked %v times", asked)
		}
	})
	t.Run("only where it was given for", func(t *testing.T) { sudoTogether(t, h, target) })
	t.Run("sudo no longer asks", func(t *testing.T) { // the password must not reach the command
		h.Sudo(t, "password")
		conn := connect(t, c, target)
		if err := root(t, conn); err != nil {
			t.Fatal(err)
		}
		h.Sudo(t, "nopasswd")
		rooted(t, conn, "/root")
		h.Sudo(t, "password")
	})
	t.Run("password changed", func(t *testing.T) {
		conn := connect(t, c, target)
		if err := root(t, conn); err != nil {
			t.Fatal(err)
		}
		h.Root(t, "echo deploy:another | chpasswd")
		defer h.Root(t, "echo deploy:"+sudoWord+" | chpasswd")
		if err := conn.Run(t.Context(), host.Command{Root: true, Script: ":"}); !errors.Is(err, host.ErrRoot) {
			t.Errorf("%v", err)
		}
	})
}

// sudoTogether has three machines, played by one host: two that somebody has
// chosen together, and one that comes from elsewhere.
func sudoTogether(t *testing.T, h bed.Host, target host.Target) {
	var asked []string
	c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}, Password: func(_ context.Context, _, prompt string) ([]byte, error) {
		asked = append(asked, prompt)
		return []byte(sudoWord), nil
	}})
	machine := func(name string) host.Target {
		t := target
		t.Machine = name
		return t
	}
	passwordless := machine("other-user")
	passwordless.Addresses = []string{"root@" + h.Address}
	c.Together([]host.Target{machine("a"), passwordless, machine("b")})
	for _, name := range []string{"a", "b", "stray", "a", "stray"} {
		if err := root(t, connect(t, c, machine(name))); err != nil {
			t.Error(err)
		}
	}
	want := []string{"sudo password of deploy on a, and on those that want the same one of: b", "sudo password of deploy on stray"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
}
