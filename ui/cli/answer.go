package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"assay/fleet/host"
	"assay/ui"
)

// agreed asks a question on the terminal, and reports whether the answer is a
// yes. What was typed before the question could be read is no answer to it.
func (a *app) agreed(question string) bool {
	a.discardTyped()
	fmt.Fprint(a.env.Stderr, host.Sanitize(question)+" [y/N] ")
	return affirmative(a.answer())
}

// discardTyped throws away what was typed ahead.
func (a *app) discardTyped() {
	if in, ok := a.env.Stdin.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		ui.Discard(int(in.Fd()))
	}
}

// affirmative reports whether an answer is a yes.
func affirmative(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// answer reads a line that the user types; the end of input and ctrl-c are
// an empty one. After ctrl-c the reader is left behind: the program ends.
func (a *app) answer() string {
	presses, release := a.env.listen()
	defer release()
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.env.Stdin).ReadString('\n')
		typed <- line
	}()
	select {
	case line := <-typed:
		return line
	case <-presses:
		a.errors().line("")
		return ""
	}
}
