package cli

import (
	"bufio"
	"testing"

	"github.com/creack/pty"
)

// TestTypedAhead: what was typed before a question could be read does not
// answer it; what is typed then does.
func TestTypedAhead(t *testing.T) {
	for typed, want := range map[string]bool{"\n": false, "n\n": false, "y\n": true} {
		user, terminal, err := pty.Open()
		if err != nil {
			t.Skip("not run: there is no pseudoterminal: " + err.Error())
		}
		defer user.Close()
		defer terminal.Close()
		if _, err := user.WriteString("y\ny\n"); err != nil {
			t.Fatal(err)
		}
		a := &app{env: Env{Stdin: terminal, Stdout: terminal, Stderr: terminal, Interactive: true, Getenv: func(string) string { return "" }}}
		agreed := make(chan bool, 1)
		go func() { agreed <- a.agreed("change everything?") }()
		if _, err := bufio.NewReader(user).ReadString(']'); err != nil { // the question is there
			t.Fatal(err)
		}
		if _, err := user.WriteString(typed); err != nil {
			t.Fatal(err)
		}
		if got := <-agreed; got != want {
			t.Errorf("typed ahead yes, answered %q: agreed is %v", typed, got)
		}
	}
}
