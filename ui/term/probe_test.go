package term_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// query is how everything begins that asks a terminal: OSC 10 and 11 for
// colours, CSI 6n for the cursor, CSI c for what it is. The programs here
// write plain text, so any escape sequence at all is one too many.
const query = "\x1b"

// The programs in testdata.
const (
	guarded   = "assay/ui/term/testdata/guarded"
	unguarded = "assay/ui/term/testdata/unguarded"
)

// TestCommandsDoNotAskTheTerminal runs programs on a terminal that answers
// nothing. The one that links Bubble Tea without the guard must be seen
// asking, or the others prove nothing.
func TestCommandsDoNotAskTheTerminal(t *testing.T) {
	programs := map[string]string{}
	for _, pkg := range []string{"assay", guarded, unguarded} {
		programs[pkg] = build(t, pkg)
	}
	for _, c := range []struct {
		name, pkg string
		args      []string
		want      string
		asks      bool
	}{
		{"assay version", "assay", []string{"version"}, "assay", false},
		{"assay --help", "assay", []string{"--help"}, "assay", false},
		{"Bubble Tea with ui/term", guarded, nil, "main", false},
		{"Bubble Tea alone", unguarded, nil, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), programs[c.pkg], c.args...)
			start := time.Now()
			out := onSilentTerminal(t, cmd, c.asks)
			t.Logf("%v, %d bytes", time.Since(start).Round(time.Millisecond), len(out))
			if asked := strings.Contains(out, query); asked != c.asks {
				t.Errorf("wrote an escape sequence: %v, want %v: %q", asked, c.asks, out)
			}
			if !strings.Contains(out, c.want) {
				t.Errorf("wrote %q, want %q in it", out, c.want)
			}
		})
	}
}

func build(t *testing.T, pkg string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "program")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, pkg).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return bin
}

// onSilentTerminal runs cmd on a terminal of its own and returns what it
// writes there. It answers nothing. With once, it ends cmd as soon as that
// has asked something.
func onSilentTerminal(t *testing.T, cmd *exec.Cmd, once bool) string {
	t.Helper()
	cmd.Env = terminalEnv()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	var out bytes.Buffer
	for piece := make([]byte, 4096); ; {
		n, err := tty.Read(piece)
		out.Write(piece[:n])
		if once && bytes.Contains(out.Bytes(), []byte(query)) {
			cmd.Process.Kill()
			cmd.Wait()
			return out.String()
		}
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.EIO) { // EIO: nobody has it open any more
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%s: %v", cmd, err)
	}
	return out.String()
}

// terminalEnv is an environment in which Lip Gloss believes that it may ask:
// it asks neither in CI nor a terminal that calls itself dumb, screen or tmux.
func terminalEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return slices.Contains([]string{"CI", "TERM", "NO_COLOR", "COLORTERM", "TERM_PROGRAM", "TMUX", "STY"}, name)
	})
	return append(env, "TERM=xterm-256color", "COLORTERM=truecolor")
}
