package cli

import (
	"context"
	"errors"
	"os"

	"golang.org/x/term"

	"assay/fleet/host"
)

// errNoPrompt is returned where nobody can be asked for a password.
var errNoPrompt = errors.New("there is nobody to ask: no terminal, or the console has it")

// hidden asks for something on the terminal that is not shown while it is
// typed. One question at a time is on the screen.
func (a *app) hidden(ctx context.Context, question string) ([]byte, error) {
	in, ok := a.env.Stdin.(*os.File)
	if !ok || !a.env.Interactive || a.inConsole.Load() {
		return nil, errNoPrompt
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	text := host.Sanitize(question)
	a.errors().line("")
	if _, err := a.env.Stderr.Write([]byte(text)); err != nil {
		return nil, err
	}
	typed, err := term.ReadPassword(int(in.Fd()))
	a.errors().line("")
	return typed, err
}
