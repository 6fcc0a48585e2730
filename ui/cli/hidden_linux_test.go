package cli

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// TestHiddenChild is the program that TestHidden starts on a terminal: a command
// that asks for a password, twice.
func TestHiddenChild(t *testing.T) {
	if os.Getenv("ASSAY_HIDDEN_TEST") == "" {
		t.SkipNow()
	}
	a := &app{env: System()}
	ctx, stop := a.interruptible(t.Context())
	for range 2 {
		typed, err := a.hidden(ctx, "Password", "password")
		fmt.Printf("got %q %v\n", typed, err)
	}
	stop()
	os.Exit(0)
}

// TestHidden types at a hidden question on a real terminal: whatever happens,
// the terminal shows again afterwards what is typed.
func TestHidden(t *testing.T) {
	for name, c := range map[string]struct {
		typed []string // each at a question
		want  string
	}{
		"answered":          {[]string{"one word\n", "zwei\n"}, `got "one word" <nil>got "zwei" <nil>`},
		"interrupted":       {[]string{"half\x03"}, `got "" interrupted`},
		"twice":             {[]string{"\x03\x03"}, `got "" interrupted`},
		"thrice":            {[]string{"\x03\x03\x03"}, `got "" interrupted`},
		"then interrupted":  {[]string{"one\n", "\x03\x03\x03"}, `got "one" <nil>got "" interrupted`},
		"its end":           {[]string{"\x04", "x\n"}, `got "" EOFgot "x" <nil>`},
		"half, and its end": {[]string{"x\x04\x04", "y\n"}, `got "x" <nil>got "y" <nil>`},
	} {
		t.Run(name, func(t *testing.T) {
			control, terminal, err := pty.Open()
			if err != nil {
				t.Skip("not run: no pseudo terminal:", err)
			}
			defer control.Close()
			defer terminal.Close()
			cmd := exec.Command(os.Args[0], "-test.run=^TestHiddenChild$")
			cmd.Env = append(os.Environ(), "ASSAY_HIDDEN_TEST=1")
			cmd.Stdin, cmd.Stderr = terminal, terminal
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			shown := bufio.NewReader(control)
			for _, keys := range c.typed {
				if _, err := shown.ReadString(':'); err != nil {
					t.Fatal(err)
				}
				for silent := false; !silent; { // what is typed before counts for nothing
					now, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
					if err != nil {
						t.Fatal(err)
					}
					silent = now.Lflag&unix.ECHO == 0
				}
				if _, err := control.WriteString(keys); err != nil {
					t.Fatal(err)
				}
			}
			var said strings.Builder
			for lines := bufio.NewScanner(out); lines.Scan(); {
				said.WriteString(lines.Text())
			}
			ended := cmd.Wait()
			if !strings.HasPrefix(said.String(), c.want) {
				t.Errorf("said %q, want %q; %v", said.String(), c.want, ended)
			}
			now, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
			if err != nil || now.Lflag&unix.ECHO == 0 {
				t.Errorf("the terminal is left silent: %v", err)
			}
		})
	}
}
