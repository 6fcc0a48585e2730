package remote

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"assay/fleet/host"
)

// TestCommandLineInEveryShell gives the command line to real login shells
// the way sshd does.
func TestCommandLineInEveryShell(t *testing.T) {
	args := []string{"", "a b", "it's", `back\slash\\`, "!!", "new\nline", "$HOME `id` $(id)", "%s %b \\0101", "Grüße", "\xff\x01\x7f", "-n", "*", "~", "a;b&c|d>e"}
	line, err := commandLine(host.Command{
		Script: "printf '%s\\n' \"$0\"\n# it's a comment with \\ and !x\nfor a; do printf '<%s>' \"$a\"; done\ncat\nexit 3\n",
		Args:   args,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "assay\n"
	for _, a := range args {
		want += "<" + a + ">"
	}
	want += "stdin"
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "ksh", "mksh", "busybox", "fish", "csh", "tcsh", "nu"} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skip("not run: no", shell)
			}
			argv := []string{"-c", line}
			if shell == "busybox" {
				argv = append([]string{"sh"}, argv...)
			}
			var out, errs bytes.Buffer
			cmd := exec.Command(path, argv...)
			cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir()}
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("stdin"), &out, &errs
			if err := cmd.Run(); cmd.ProcessState.ExitCode() != 3 {
				t.Errorf("%v: %s", err, errs.String())
			}
			if out.String() != want {
				t.Errorf("got  %q\nwant %q", out.String(), want)
			}
		})
	}
}

func TestCommandLineRefuses(t *testing.T) {
	for _, cmd := range []host.Command{
		{Script: "a\x00b"},
		{Script: "true", Args: []string{"a\x00b"}},
		{Script: strings.Repeat("x", commandLimit)},
	} {
		if _, err := commandLine(cmd); err == nil {
			t.Errorf("accepted %.20q %q", cmd.Script, cmd.Args)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]address{
		"galena":                  {"", "galena", ""},
		"root@galena.zt":          {"root", "galena.zt", ""},
		"root@203.0.113.7:2222":   {"root", "203.0.113.7", "2222"},
		"[fd00::1]":               {"", "fd00::1", ""},
		"cameron@[fe80::1%en0]:1": {"cameron", "fe80::1%en0", "1"},
	} {
		if got, err := parseAddress(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "@galena", "root@", "galena:", "galena:0", "galena:65536", "galena:ssh", "galena:+22", "fd00::1", "[galena]", "[fd00::1", "[fd00::1]22",
		"-oProxyCommand=x", "a b", "root@a@b", "ga\nlena", "galena/x", "-root@galena", "[::1]:"} {
		if got, err := parseAddress(text); err == nil {
			t.Errorf("%q is accepted as %+v", text, got)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"root@galena:22", "[fd00::1]:22", "a@[::1]", "galena"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAddress(text)
		if err != nil {
			return
		}
		if a.host == "" || a.port == "0" || strings.HasPrefix(a.host, "-") || strings.HasPrefix(a.user, "-") || host.Sanitize(a.user+a.host) != a.user+a.host {
			t.Errorf("%q is accepted as %+v", text, a)
		}
	})
}
