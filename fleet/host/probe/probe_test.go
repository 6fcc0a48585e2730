package probe

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/host"
)

const (
	hashA = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-galena-1"
	hashB = "/nix/store/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-nixos-system-galena-2"
)

// localConn runs commands with a shell of this computer.
type localConn struct {
	shell []string
	env   []string
}

func (c localConn) Close() error { return nil }

func (c localConn) Run(ctx context.Context, cmd host.Command) error {
	args := append(append(c.shell[1:len(c.shell):len(c.shell)], "-c", cmd.Script, "assay"), cmd.Args...)
	run := exec.CommandContext(ctx, c.shell[0], args...)
	run.Env, run.Stdin, run.Stdout = c.env, cmd.Stdin, cmd.Stdout
	return run.Run()
}

// hostRoot makes the root of a host as the engines lay it out.
func hostRoot(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "a root -> with odd 'name")
	for _, dir := range []string{"run", "nix/var/nix/profiles", hashA, hashB} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"run/current-system":                   root + hashB,
		"run/booted-system":                    ".." + hashA,
		"nix/var/nix/profiles/system":          "system-12-link",
		"nix/var/nix/profiles/system-2-link":   root + hashA,
		"nix/var/nix/profiles/system-12-link":  "../../../.." + hashB,
		"nix/var/nix/profiles/system-013-link": "../../../.." + hashB,
		"nix/var/nix/profiles/system-3-link":   "/etc/passwd",
		"nix/var/nix/profiles/system-4-link":   root + hashA + "/bin",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// shells are those that a host may have, where they are installed.
func shells() [][]string {
	return [][]string{{"/bin/sh"}, {"dash"}, {"bash", "--posix"}, {"busybox", "sh"}, {"ksh"}, {"zsh", "--emulate", "sh"}}
}

func TestReadInEveryShell(t *testing.T) {
	root := hostRoot(t)
	want := fleet.Facts{
		Machine: "galena", Reach: fleet.Reachable,
		Running: hashB, Booted: hashA, Profile: hashB, Generation: 12,
		Generations: []fleet.Generation{{Number: 2, Path: hashA}, {Number: 3}, {Number: 4}, {Number: 12, Path: hashB}},
	}
	for _, shell := range shells() {
		t.Run(shell[0], func(t *testing.T) {
			if _, err := exec.LookPath(shell[0]); err != nil {
				t.Skip("not run: no", shell[0])
			}
			conn := localConn{shell: shell, env: []string{"PATH=/usr/bin:/bin", "ASSAY_ROOT=" + root}}
			got, err := Read(t.Context(), conn, "galena")
			if err != nil {
				t.Fatal(err)
			}
			if got.At.IsZero() || got.Kernel == "" {
				t.Errorf("at %v, kernel %q", got.At, got.Kernel)
			}
			got.At, got.Kernel = time.Time{}, ""
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			stand, err := Stand(t.Context(), conn, "galena")
			stand.At = time.Time{}
			if err != nil || !reflect.DeepEqual(stand, want) {
				t.Errorf("where it stands: got  %+v, %v\nwant %+v", stand, err, want)
			}
		})
	}
}

// TestReadHere reads this computer as a real host: it has an uptime, and
// whatever it lacks is unknown.
func TestReadHere(t *testing.T) {
	got, err := Read(t.Context(), localConn{shell: []string{"/bin/sh"}}, "here")
	if err != nil {
		t.Fatal(err)
	}
	if got.Uptime <= 0 || got.Kernel == "" || got.Reach != fleet.Reachable || got.BootID == "" || len(got.Load) != 3 ||
		got.Root != fleet.TruthOf(os.Getuid() == 0) {
		t.Errorf("%+v", got)
	}
	stand, err := Stand(t.Context(), localConn{shell: []string{"/bin/sh"}}, "here")
	if err != nil || stand.BootID != got.BootID || stand.Running != got.Running || stand.Kernel != "" {
		t.Errorf("where it stands: %+v, %v", stand, err)
	}
}

func TestParse(t *testing.T) {
	head := "\nassay-facts 1\nroot \n"
	for _, test := range []struct {
		name, in string
		want     fleet.Facts
	}{
		{"nothing said", head + "end\n", fleet.Facts{}},
		{"noise around", "Welcome!\n\x1b[31m" + head + "kernel Linux 6.1.0\nend\nbye\n", fleet.Facts{Kernel: "Linux 6.1.0"}},
		{"nixos", head +
			"lrwxrwxrwx 1 0 0 90 Nov 22 12:00 run/current-system -> " + hashA + "\n" +
			"lrwxrwxrwx 1 0 0 90 Nov 22 12:00 run/booted-system -> " + hashB + "\n" +
			"lrwxrwxrwx 1 0 0 14 Nov 22 12:00 nix/var/nix/profiles/system -> system-7-link\n" +
			"lrwxrwxrwx 1 0 0 90 Nov 22 12:00 nix/var/nix/profiles/system-7-link -> " + hashA + "\nuptime 93.21\nend\n",
			fleet.Facts{Running: hashA, Booted: hashB, Profile: hashA, Generation: 7,
				Generations: []fleet.Generation{{Number: 7, Path: hashA}}, Uptime: 93210 * time.Millisecond}},
		{"darwin", head + "lrwxr-xr-x@ 1 0  0 90 Nov 22 12:00 run/current-system -> " + hashA + "\n" +
			"kernel Darwin 24.1.0\nsysctl kern.boottime: { sec = 1700000000, usec = 12 } Tue Nov 14 22:13:20 2023\n" +
			"sysctl vm.loadavg: { 1.52 1.61 0.70 }\nsysctl kern.bootsessionuuid: 6D1A1C1C-1111-4222-8333-444455556666\nnow 1700000060\nend\n",
			fleet.Facts{Running: hashA, Kernel: "Darwin 24.1.0", Uptime: time.Minute,
				Load: []float64{1.52, 1.61, 0.7}, BootID: "6D1A1C1C-1111-4222-8333-444455556666"}},
		{"no store path", head + "lrwxrwxrwx 1 0 0 9 Nov 22 12:00 run/current-system -> /etc\nend\n",
			fleet.Facts{Damaged: "/run/current-system leads to /etc, which is no store path"}},
		{"inside a store path", head + "lrwxrwxrwx 1 0 0 9 Nov 22 12:00 run/current-system -> " + hashA + "/x\nend\n",
			fleet.Facts{Damaged: "/run/current-system leads to " + hashA + "/x, which is no store path"}},
		{"climbing", head + "lrwxrwxrwx 1 0 0 9 Nov 22 12:00 run/current-system -> " + hashA + "/../../\x1b[31m../etc\nend\n",
			fleet.Facts{Damaged: "/run/current-system leads to " + hashA + "/../../../etc" + ", which is no store path"}},
		{"no link", head + "drwxrwxrwx 1 0 0 9 Nov 22 12:00 run/current-system -> " + hashA + "\nend\n", fleet.Facts{}},
		{"broken before its link is known", head + "broken current-system l run/current-system/sw -> " + hashB + "\nend\n", fleet.Facts{}},
		{"unheard of", head + "wrong x missing\nwrong\nbroken\nbroken current-system\nend\n", fleet.Facts{}},
		{"profile elsewhere", head + "lrwxrwxrwx 1 0 0 9 Nov 22 12:00 nix/var/nix/profiles/system -> /tmp/system-7-link\nend\n", fleet.Facts{}},
		{"odd numbers", head + "uptime 1e99\nsysctl kern.boottime: { sec = -1, usec\nnow 5\nkernel " + strings.Repeat("k", 101) + "\nend\n",
			fleet.Facts{Kernel: strings.Repeat("k", 100)}},
		{"not a number", head + "uptime NaN\nend\n", fleet.Facts{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse([]byte(test.in))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
	for _, in := range []string{"", "\nassay-facts 2\nend\n", head, head + "end", head + "kernel Linux\n"} {
		if _, err := parse([]byte(in)); !errors.Is(err, errAnswer) {
			t.Errorf("parse(%q): %v", in, err)
		}
	}
}

// scripted answers every command with the same output.
type scripted struct {
	host.Conn
	answer func(w io.Writer) error
}

func (s scripted) Run(_ context.Context, cmd host.Command) error { return s.answer(cmd.Stdout) }

func TestReadIsBounded(t *testing.T) {
	written := 0
	_, err := Read(t.Context(), scripted{answer: func(w io.Writer) error {
		for {
			n, err := w.Write([]byte(strings.Repeat("x", 4096)))
			if written += n; err != nil {
				return &host.LostError{Machine: "galena", Err: err}
			}
		}
	}}, "galena")
	if !errors.Is(err, errAnswer) || written > answerLimit {
		t.Errorf("%v after %d bytes", err, written)
	}
	if f := Unreachable("galena", err, time.Time{}); f.Cause != "probe failed" {
		t.Errorf("cause %q", f.Cause)
	}
}

func TestUnreachable(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		err      error
		cause    string
		identity bool
	}{
		{&host.ConnectError{Stage: host.StageHandshake, Deadline: true}, "handshake deadline", false},
		{&host.ConnectError{Stage: host.StageHostKey}, "host key", true},
		{&host.ConnectError{Stage: host.StageDial, Err: context.Canceled}, "cancelled", false},
		{&host.LostError{Err: io.EOF}, "connection lost", false},
		{&host.LostError{Err: context.DeadlineExceeded}, "probe deadline", false},
		{&host.ExitError{Code: 1}, "probe failed", false},
		{io.EOF, "no answer", false},
	} {
		want := fleet.Facts{Machine: "galena", At: at, Reach: fleet.Unreachable, Cause: test.cause, Identity: test.identity}
		if got := Unreachable("galena", test.err, at); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %+v", test.err, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\nassay-facts 1\nroot /r\nlrwxrwxrwx 1 0 0 9 Nov 22 12:00 run/current-system -> /r" + hashA + "\nkernel Linux 6\nuptime 1.5\nend\n"))
	f.Add([]byte("\nassay-facts 1\nroot \nlrwxrwxrwx 1 0 0 9 x nix/var/nix/profiles/system -> system-1-link\nlrwxrwxrwx 1 0 0 9 x system-1-link -> ../../../.." + hashB + "\nend\n"))
	f.Add([]byte("\nassay-facts 1\nlrwxrwxrwx 1 0 0 9 x run/current-system -> " + hashA + "\nwrong system missing\nbroken current-system l x run/current-system/etc/a -> ../../zzzz\nend\n"))
	f.Add([]byte("\nassay-facts 1\nsysctl kern.boottime: { sec = 1, usec = 2 }\nnow 9\nend\n"))
	f.Add([]byte("\nassay-facts 1\n" + healthy + "end\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		facts, err := parse(in)
		if err != nil {
			return
		}
		for _, p := range []string{facts.Running, facts.Booted, facts.Profile} {
			if p != "" && !fleet.IsStorePath(p) {
				t.Errorf("store path %q", p)
			}
		}
		if text := facts.Kernel + facts.Damaged; host.Sanitize(text) != text || strings.Contains(text, "\n") || len(text) > 1000 {
			t.Errorf("text %q", text)
		}
		checkHealth(t, facts)
		if facts.Uptime < 0 || facts.Generation < 0 {
			t.Errorf("%+v", facts)
		}
		for i, g := range facts.Generations {
			if g.Number <= 0 || i > 0 && facts.Generations[i-1].Number >= g.Number {
				t.Errorf("generations %v", facts.Generations)
			}
		}
	})
}
