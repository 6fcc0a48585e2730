package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/sops"
)

func (a *app) secretsGetCommand() *cobra.Command {
	var reveal bool
	cmd := &cobra.Command{
		Use:   "get FILE [PATH]",
		Short: "Print one value of an encrypted file, or all of it",
		Long: `Decrypts a file with your age identity and prints it, or the value at PATH, as
it is, without a newline of its own: to a pipe or a file; to a terminal only
with --reveal. PATH is names joined by dots, or as sops takes it.

  assay secrets get secrets/users/raquel.yaml github.token | wl-copy
  assay secrets get secrets/keys.json '["a.b"][0]' > /dev/shm/key`,
		Args: words(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := pathArg(args)
			if err != nil {
				return err
			}
			_, o, err := a.openSecret(cmd, args[0], false)
			if err != nil {
				return err
			}
			defer o.Wipe()
			if !reveal && a.toTerminal() {
				return usagef("%s is secret, and this is a terminal; hint: --reveal shows it", o.Path)
			}
			a.warnSecret(o)
			value, err := o.Get(path)
			if err != nil {
				return withCode(exitNothing, err)
			}
			defer value.Wipe()
			if a.flags.json {
				return a.text().json(map[string]any{"file": o.Path, "path": orEmpty(path), "value": shownValue(value)})
			}
			_, err = a.env.Stdout.Write(value.Bytes())
			return err
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print a secret to the terminal too")
	return cmd
}

func pathArg(args []string) ([]string, error) {
	if len(args) < 2 {
		return nil, nil
	}
	return valuePath(args[1])
}

func (a *app) secretsSetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "set FILE [PATH]",
		Short: "Set one value of an encrypted file, from the input or a prompt",
		Long: `Gives a text to the value at PATH, which is made if it is missing; without PATH
to the whole file. It is read from standard input as it is, or asked for twice
on a terminal, without showing it; never from the command line. The file is
encrypted for whom the rule of .sops.yaml names, under a fresh data key; one
that is not there yet is made where a rule covers it.

  printf %s "$TOKEN" | assay secrets set secrets/users/raquel.yaml github.token`,
		Args: words(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := pathArg(args)
			if err != nil {
				return err
			}
			s, o, err := a.openSecret(cmd, args[0], true)
			if err != nil {
				return err
			}
			defer o.Wipe()
			value, err := a.typedSecret(cmd, o.Path)
			if err != nil {
				return err
			}
			defer value.Wipe()
			if err := s.SetSecret(cmd.Context(), o, path, value); err != nil {
				return err
			}
			if a.flags.json {
				return a.text().json(map[string]any{"set": o.Path, "path": orEmpty(path)})
			}
			a.text().clean("%s is set", o.Path)
			return nil
		},
	}
}

// openSecret opens the file that an argument names, once what an interrupted
// command left behind is settled.
func (a *app) openSecret(cmd *cobra.Command, arg string, write bool) (*session.Session, *session.SecretText, error) {
	s, err := a.files(cmd.Context())
	if err != nil {
		return nil, nil, err
	}
	name, err := a.secretPath(s, arg)
	if err != nil {
		return nil, nil, err
	}
	if write {
		if err := a.settleSecrets(s); err != nil {
			return nil, nil, err
		}
	}
	identities, err := a.ageIdentities()
	if err != nil {
		return nil, nil, err
	}
	o, err := s.OpenSecret(cmd.Context(), name, identities, write)
	if errors.Is(err, fs.ErrNotExist) {
		err = withCode(exitNothing, err)
	}
	return s, o, err
}

// settleSecrets completes what an interrupted command left behind, and says so.
func (a *app) settleSecrets(s *session.Session) error {
	outcome, err := s.SettleSecrets()
	if outcome != "" && err == nil {
		a.errors().line("a change of several files had been interrupted: it is %s", cmp.Or(map[string]string{"forward": "completed", "back": "taken back"}[string(outcome)], string(outcome)))
	}
	return err
}

// warnSecret says what is odd about a file that is opened.
func (a *app) warnSecret(o *session.SecretText) {
	if drift := o.Drift(); drift != "" {
		a.errors().line("%s", sane(fmt.Sprintf("%s: its readers differ from %s: %s; hint: assay secrets rekey %s", o.Path, o.Rule.At, drift, o.Path)))
	}
	for _, d := range o.Doubts() {
		a.errors().line("%s", sane(fmt.Sprintf("%s: %s", o.Path, d)))
	}
}

// typedSecret reads a value from a pipe, or asks for it twice.
func (a *app) typedSecret(cmd *cobra.Command, what string) (secrets.Secret, error) {
	if in, ok := a.env.Stdin.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		return a.askTwice(cmd.Context(), "the value in "+filepath.Base(what))
	}
	text, err := io.ReadAll(io.LimitReader(a.env.Stdin, sops.MaxPlaintext+1))
	switch {
	case err == nil && len(text) == 0:
		err = errors.New("the value on standard input is empty; nothing is set")
	case err == nil && len(text) > sops.MaxPlaintext:
		err = fmt.Errorf("the value on standard input is larger than %d MiB", sops.MaxPlaintext>>20)
	}
	return secrets.NewSecret(text), err
}
