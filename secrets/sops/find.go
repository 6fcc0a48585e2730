package sops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay/secrets/secret"
)

// Finder collects the operator's identities from where the sops command looks.
// The zero value of every field but Getenv leaves out what needs it.
type Finder struct {
	Getenv func(string) string

	// Commands allows SOPS_AGE_KEY_CMD and SOPS_AGE_SSH_PRIVATE_KEY_CMD to
	// run. Recipients are those of the file to be opened: the commands run
	// once for each, with SOPS_AGE_RECIPIENT set, or once without.
	Commands   bool
	Recipients []string

	// Passphrase asks for that of an SSH key, when a file is about to be
	// opened with it.
	Passphrase func(path string) (secret.Value, error)

	Plugins Plugins
}

// FindIdentities is Find of a Finder that runs no commands and asks nobody.
func FindIdentities(getenv func(string) string) ([]Identity, error) {
	return Finder{Getenv: getenv}.Find(context.Background())
}

// Find looks, in the order of the sops command, at SSH keys
// (SOPS_AGE_SSH_PRIVATE_KEY_FILE, _CMD, ~/.ssh/id_ed25519, ~/.ssh/id_rsa), at
// SOPS_AGE_KEY (several keys, separated by white space), SOPS_AGE_KEY_FILE,
// SOPS_AGE_KEY_CMD, and at keys.txt in the configuration directory. That a
// file at a usual place is missing is no error, nor is an SSH key there of a
// kind that age cannot use; none found is an empty list. Identities that lack
// something are listed with what they need.
func (f Finder) Find(ctx context.Context) ([]Identity, error) {
	var ids []Identity
	for _, from := range []func(context.Context) ([]Identity, error){
		f.sshNamed, f.sshCommand, f.sshUsual, f.variable, f.keyFile, f.keyCommand, f.usual,
	} {
		found, err := from(ctx)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	return unique(f.Plugins.enable(ids)), nil
}

func (f Finder) variable(context.Context) ([]Identity, error) {
	text := f.Getenv("SOPS_AGE_KEY")
	if text == "" {
		return nil, nil
	}
	return ParseIdentities(secret.New([]byte(splitKeys(text))), "SOPS_AGE_KEY")
}

func (f Finder) keyFile(context.Context) ([]Identity, error) {
	path := f.Getenv("SOPS_AGE_KEY_FILE")
	if path == "" {
		return nil, nil
	}
	if strings.HasPrefix(path, "AGE-") { // who puts a key where a file's name belongs should not find it in a log
		return nil, fmt.Errorf("SOPS_AGE_KEY_FILE: %w: it holds a key and not the name of a file; hint: SOPS_AGE_KEY", ErrIdentity)
	}
	found, err := ReadIdentities(path)
	if err != nil {
		return nil, fmt.Errorf("SOPS_AGE_KEY_FILE: %w", err)
	}
	return found, nil
}

func (f Finder) keyCommand(ctx context.Context) ([]Identity, error) {
	const name = "SOPS_AGE_KEY_CMD"
	var ids []Identity
	err := f.outputs(ctx, name, func(text secret.Value) error {
		found, err := ParseIdentities(text, name)
		ids = append(ids, found...)
		return err
	})
	return ids, err
}

func (f Finder) usual(context.Context) ([]Identity, error) {
	path := KeysFile(f.Getenv)
	if path == "" {
		return nil, nil
	}
	found, err := ReadIdentities(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return found, err
}

func (f Finder) sshNamed(context.Context) ([]Identity, error) {
	path := f.Getenv("SOPS_AGE_SSH_PRIVATE_KEY_FILE")
	if path == "" {
		return nil, nil
	}
	id, err := ReadSSHIdentity(path, f.Passphrase)
	if err != nil {
		return nil, fmt.Errorf("SOPS_AGE_SSH_PRIVATE_KEY_FILE: %w", err)
	}
	return []Identity{id}, nil
}

func (f Finder) sshCommand(ctx context.Context) ([]Identity, error) {
	const name = "SOPS_AGE_SSH_PRIVATE_KEY_CMD"
	var ids []Identity
	err := f.outputs(ctx, name, func(text secret.Value) error {
		id, err := parseSSHIdentity(text, name, nil, f.Passphrase)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

func (f Finder) sshUsual(context.Context) ([]Identity, error) {
	home := f.Getenv("HOME")
	if home == "" {
		return nil, nil
	}
	var ids []Identity
	for _, name := range []string{"id_ed25519", "id_rsa"} {
		if id, err := ReadSSHIdentity(filepath.Join(home, ".ssh", name), f.Passphrase); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// outputs runs the command that a variable names and passes on what it
// prints. No shell takes part. What it prints goes into no error.
func (f Finder) outputs(ctx context.Context, variable string, use func(secret.Value) error) error {
	line := f.Getenv(variable)
	if line == "" || !f.Commands {
		return nil
	}
	args, err := words(line)
	if err != nil || len(args) == 0 {
		return fmt.Errorf("%s: %w: not a command with its arguments (an open quote?)", variable, ErrIdentity)
	}
	recipients := slices.Compact(slices.Sorted(slices.Values(f.Recipients)))
	if len(recipients) == 0 {
		recipients = []string{""}
	}
	for _, r := range recipients {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.WaitDelay = waitDelay
		cmd.Env = os.Environ()
		if r != "" {
			cmd.Env = append(cmd.Env, "SOPS_AGE_RECIPIENT="+r)
		}
		var out bytes.Buffer
		cmd.Stdout = &limited{&out, maxIdentities}
		err := cmd.Run()
		text := secret.New(out.Bytes())
		if err == nil {
			err = use(text)
		} else {
			err = fmt.Errorf("%s: %w", variable, unnamed(err))
		}
		text.Wipe()
		if err != nil {
			return err
		}
	}
	return nil
}

// waitDelay is how long a child of a command may hold its output open after the
// command ended or was stopped.
const waitDelay = 5 * time.Second

// unnamed is the error of a command without the command: who puts a key where
// its command belongs should not find it in a log.
func unnamed(err error) error {
	if failed, ok := errors.AsType[*exec.Error](err); ok {
		return fmt.Errorf("the command cannot be run: %w", failed.Err)
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("the command cannot be run: %w", failed.Err)
	}
	return err
}

// limited refuses to take more than a number of bytes.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, errors.New("it prints too much")
	}
	return l.to.Write(b)
}

// words splits a command line at white space as sops does: single quotes
// keep everything, double quotes all but backslashes, a backslash the next
// character, and a # at the start of a word ends the line. Nothing is expanded.
func words(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	begun, quoted := false, rune(0)
	escaped := false
	for _, c := range line {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quoted != '\'':
			begun, escaped = true, true
		case quoted != 0 && c == quoted:
			quoted = 0
		case quoted != 0:
			word.WriteRune(c)
		case c == '"' || c == '\'':
			begun, quoted = true, c
		case strings.ContainsRune(" \t\r\n", c):
			if begun {
				out = append(out, word.String())
				word.Reset()
			}
			begun = false
		case c == '#' && !begun:
			return out, nil
		default:
			begun = true
			word.WriteRune(c)
		}
	}
	if quoted != 0 || escaped {
		return nil, errors.New("open quote")
	}
	if begun {
		out = append(out, word.String())
	}
	return out, nil
}
