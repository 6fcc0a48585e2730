package cli

import (
	"context"
	"errors"
	"os"

	"assay/secrets"
)

// errNoPrompt is returned where nobody can be asked for a password.
var errNoPrompt = errors.New("there is nobody to ask: this is no terminal")

// hidden asks for something on the terminal that is not shown while it is
// typed: in the console, where that has it. One question at a time is on the
// screen. An interrupt refuses it, and leaves the terminal as it was. What was
// typed is taken out of whatever is kept or said from then on.
func (a *app) hidden(ctx context.Context, title, question string) (typed []byte, err error) {
	defer func() { a.redactor.Know(secrets.NewSecret(typed)) }()
	if a.inConsole.Load() {
		return a.consoleAsks.Secret(ctx, title, question)
	}
	in, ok := a.env.Stdin.(*os.File)
	if !ok || !a.env.Interactive {
		return nil, errNoPrompt
	}
	return a.typed(ctx, in, question, true)
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
