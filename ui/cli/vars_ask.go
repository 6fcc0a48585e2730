package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"assay/secrets"
	"assay/secrets/sops"
)

// askTimes is how often two answers may differ.
const askTimes = 3

// askTwice asks for a secret on the terminal until it is typed the same twice.
func (a *app) askTwice(ctx context.Context, what string) (secrets.Secret, error) {
	for range askTimes {
		first, err := a.hidden(ctx, "secret", what)
		if err == nil && len(first) == 0 {
			err = errors.New("nothing was typed")
		}
		if err != nil {
			return secrets.Secret{}, unanswered(err, "nothing is set")
		}
		second, err := a.hidden(ctx, "secret", "again, "+what)
		if err != nil {
			clear(first)
			return secrets.Secret{}, unanswered(err, "nothing is set")
		}
		same := bytes.Equal(first, second)
		clear(second)
		if same {
			return secrets.NewSecret(first), nil
		}
		clear(first)
		a.errors().line("the two differ")
	}
	return secrets.Secret{}, errors.New("it was not typed the same twice; nothing is set")
}

// unanswered is the error of a question that was not answered, with what that
// leaves undone.
func unanswered(err error, undone string) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the input ended without an answer; " + undone)
	}
	return fmt.Errorf("%w; %s", err, undone)
}

// ageIdentities are the operator's: those of the demo in it. Commands that he
// names in the environment are run, and plugins that he allows are asked once a
// file is opened.
func (a *app) ageIdentities() ([]sops.Identity, error) {
	noCoreDumps()
	if a.demoKeys != "" {
		return sops.ReadIdentities(a.demoKeys)
	}
	finder := sops.Finder{Getenv: a.env.Getenv, Commands: true, Plugins: a.plugins()}
	if a.env.Interactive || a.inConsole.Load() {
		finder.Passphrase = func(path string) (secrets.Secret, error) {
			typed, err := a.passphrase(context.Background(), path)
			return secrets.NewSecret(typed), err
		}
	}
	ctx, release := a.interruptible(context.Background())
	defer release()
	return finder.Find(ctx)
}
