package cli

import (
	"context"
	"errors"
	"os"

	"assay/fleet/host"
	"assay/ui"
)

// errNoPrompt is returned where nobody can be asked for a password.
var errNoPrompt = errors.New("there is nobody to ask: this is no terminal")

// hidden asks for something on the terminal that is not shown while it is
// typed: in the console, where that has it. One question at a time is on the
// screen. An interrupt refuses it, and leaves the terminal as it was.
func (a *app) hidden(ctx context.Context, title, question string) ([]byte, error) {
	if a.inConsole.Load() {
		return a.consoleAsks.Secret(ctx, title, question)
	}
	in, ok := a.env.Stdin.(*os.File)
	if !ok || !a.env.Interactive {
		return nil, errNoPrompt
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	// As long as the terminal shows nothing, no further interrupt ends the
	// program: whoever presses it twice would be left with a silent terminal.
	_, deaf := a.env.listen()
	defer deaf()
	a.discardTyped()
	text := host.Sanitize(question) + ": "
	a.errors().line("")
	if _, err := a.env.Stderr.Write([]byte(text)); err != nil {
		return nil, err
	}
	ctx, release := a.interruptible(ctx)
	defer release()
	typed, err := ui.ReadHidden(ctx, int(in.Fd()))
	a.errors().line("")
	return typed, err
}

// notice says what somebody should know of a machine while something else goes
// on, such as that a key wants to be touched.
func (a *app) notice(machine, text string) {
	if machine != "" {
		text = machine + ": " + text
	}
	if a.inConsole.Load() {
		a.consoleAsks.Notice(text)
		return
	}
	a.errors().clean("%s", text)
}
