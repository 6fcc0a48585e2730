package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/sops"
)

// maxTyped bounds a value that is read from the input, in bytes.
const maxTyped = 1 << 20

func (a *app) varsGetCommand() *cobra.Command {
	var reveal, evaluate bool
	cmd := &cobra.Command{
		Use:   "get MACHINE GENERATOR/FILE",
		Short: "Print one generated value",
		Long: `Prints a value as it is, without a newline of its own. A secret is decrypted
with your age identity and written to a pipe or a file; to a terminal only with
--reveal. With --evaluate Nix is asked what is declared.

  assay vars get cinnabar openssh/ssh.id_ed25519.pub
  assay vars get cinnabar luks/passphrase > /dev/shm/passphrase`,
		Args: words(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, f, told, err := a.oneVar(cmd.Context(), args, evaluate)
			if err != nil {
				return err
			}
			if f.Secret && !reveal && a.toTerminal() {
				return usagef("%s is secret, and this is a terminal; hint: --reveal shows it", f.ID)
			}
			identities, err := a.identitiesFor(f.Secret)
			if err != nil {
				return err
			}
			value, err := s.VarValue(f, identities)
			if err != nil {
				return err
			}
			defer value.Wipe()
			if a.flags.json {
				answer := map[string]any{"var": varsToJSON([]secrets.VarFinding{f})[0], "value": shownValue(value)}
				return errors.Join(a.text().json(evaluatedAnswer(answer, told)), unlessFailed(told))
			}
			_, err = a.env.Stdout.Write(value.Bytes())
			return errors.Join(err, unlessFailed(told))
		},
	}
	addVarsEvaluate(cmd, &evaluate)
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print a secret to the terminal too")
	return cmd
}

// shownValue is a value for JSON: text, or base64 where it is none.
func shownValue(value secrets.Secret) any {
	if utf8.Valid(value.Bytes()) {
		return string(value.Bytes())
	}
	return map[string][]byte{"base64": value.Bytes()}
}

func (a *app) varsSetCommand() *cobra.Command {
	var evaluate bool
	cmd := &cobra.Command{
		Use:   "set MACHINE GENERATOR/FILE",
		Short: "Set one value, from the input or a hidden prompt",
		Long: `Writes a value that is declared or is there. It is read from standard input as
it is, or asked for twice on a terminal, without showing it; never from the
command line. A secret is encrypted for the machines that declare it, for you,
and for whom its links name already. With --evaluate Nix is asked what is
declared.

  assay vars set electrum api-token/token < token`,
		Args: words(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, f, told, err := a.oneVar(cmd.Context(), args, evaluate)
			if err != nil {
				return err
			}
			value, err := a.typedValue(cmd, f)
			if err != nil {
				return err
			}
			defer value.Wipe()
			identities, err := a.identitiesFor(f.Secret)
			if err != nil {
				return err
			}
			if err := s.SetVar(cmd.Context(), f, value, identities); err != nil {
				return err
			}
			if a.flags.json {
				return errors.Join(a.text().json(evaluatedAnswer(map[string]any{"set": f.ID.Dir()}, told)), unlessFailed(told))
			}
			a.text().clean("%s is set", f.ID)
			return unlessFailed(told)
		},
	}
	addVarsEvaluate(cmd, &evaluate)
	return cmd
}

// oneVar finds the var that the arguments name, as the files or Nix declare it;
// told is what Nix said, nil where it was not asked.
func (a *app) oneVar(ctx context.Context, args []string, evaluate bool) (s *session.Session, f secrets.VarFinding, told *session.VarsEvaluation, err error) {
	if generator, file, _ := strings.Cut(args[1], "/"); generator == "" || file == "" {
		return nil, f, nil, usagef("%q: expected GENERATOR/FILE; hint: assay vars list %s", args[1], args[0])
	}
	s, err = a.filesOr(evaluate)(ctx)
	if err != nil {
		return nil, f, nil, err
	}
	if s.Fleet().Machine(args[0]) == nil {
		return nil, f, nil, noMachine(s.Fleet(), args[0])
	}
	if !evaluate {
		f, err = s.Var(ctx, args[0], args[1])
		return s, f, nil, withCode(exitNothing, err)
	}
	var unfound error
	told, err = a.declaredBy(ctx, s, func(ctx context.Context, by session.Declarer) error {
		if f, unfound = s.VarBy(ctx, by, args[0], args[1]); ctx.Err() != nil {
			return unfound
		}
		return nil
	})
	if err == nil {
		for _, unknown := range told.Unknown {
			a.errors().clean("unknown Nix cannot tell %s", unknown)
		}
		err = withCode(exitNothing, unfound)
	}
	return s, f, told, err
}

// typedValue reads a value from a pipe, or asks for it twice.
func (a *app) typedValue(cmd *cobra.Command, f secrets.VarFinding) (secrets.Secret, error) {
	if in, ok := a.env.Stdin.(*os.File); !ok || !term.IsTerminal(int(in.Fd())) {
		text, err := io.ReadAll(io.LimitReader(a.env.Stdin, maxTyped+1))
		switch {
		case err == nil && len(text) == 0:
			err = errors.New("the value on standard input is empty; nothing is set")
		case err == nil && len(text) > maxTyped:
			err = fmt.Errorf("the value on standard input is larger than %d bytes", maxTyped)
		}
		return secrets.NewSecret(text), err
	}
	return a.askTwice(cmd.Context(), "the value of "+f.ID.String())
}

// toTerminal reports whether the answer goes to a terminal.
func (a *app) toTerminal() bool {
	out := a.env.Stdout
	if o, ok := out.(*output); ok {
		out = o.Writer
	}
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// identitiesFor finds the operator's age identities, where they are needed.
func (a *app) identitiesFor(secret bool) ([]sops.Identity, error) {
	if !secret {
		return nil, nil
	}
	return a.ageIdentities()
}

// varNames completes GENERATOR/FILE, of any machine.
func varNames(s *session.Session) []string {
	all, err := s.Repo.Vars.List()
	if err != nil {
		return nil
	}
	var out []string
	for _, v := range all {
		out = append(out, v.Name+"/"+v.File)
	}
	return out
}
