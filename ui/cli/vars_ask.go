package cli

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"assay/fleet/host"
	"assay/secrets"
	"assay/secrets/sops"
)

// askTimes is how often two answers may differ.
const askTimes = 3

// askTwice asks for a secret on the terminal until it is typed the same twice.
func (a *app) askTwice(ctx context.Context, what string) (secrets.Secret, error) {
	for range askTimes {
		first, err := a.hidden(ctx, "secret", what)
		if err != nil {
			return secrets.Secret{}, err
		}
		second, err := a.hidden(ctx, "secret", "again, "+what)
		if err != nil {
			clear(first)
			return secrets.Secret{}, err
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

// ageIdentities are the operator's: those of the demo in it.
func (a *app) ageIdentities() ([]sops.Identity, error) {
	if a.demoKeys != "" {
		return sops.ReadIdentities(a.demoKeys)
	}
	return sops.FindIdentities(a.env.Getenv)
}

// askPrompt asks one question of a generator. What is hidden and not left
// empty is asked for twice; all answers are held as secrets.
func (a *app) askPrompt(ctx context.Context, what, kind string, required bool) (secrets.Secret, error) {
	for range askTimes {
		var typed []byte
		var err error
		if kind == "line" || kind == "multiline" {
			_, err = a.env.Stderr.Write([]byte(host.Sanitize(what) + ": "))
			typed = []byte(strings.TrimRight(a.answer(), "\r\n"))
		} else {
			typed, err = a.hidden(ctx, "secret", what)
		}
		if err != nil {
			return secrets.Secret{}, err
		}
		if len(typed) == 0 && required {
			a.errors().line("an answer is needed")
			continue
		}
		if len(typed) == 0 || kind == "line" || kind == "multiline" {
			return secrets.NewSecret(typed), nil
		}
		again, err := a.hidden(ctx, "secret", "again, "+what)
		if err != nil {
			clear(typed)
			return secrets.Secret{}, err
		}
		same := bytes.Equal(typed, again)
		clear(again)
		if same {
			return secrets.NewSecret(typed), nil
		}
		clear(typed)
		a.errors().line("the two differ")
	}
	return secrets.Secret{}, errors.New("there was no answer; nothing is generated")
}
