package sops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"assay/secrets/secret"
)

// ErrNoCommand is a sops command that is not installed.
var ErrNoCommand = errors.New("the sops command is not installed")

// Command is the sops program, for what this package leaves to it: files with
// KMS, PGP, Vault or Shamir keys, and the dotenv and INI stores. Plaintext
// goes through pipes only, never into arguments or files; what the program
// prints on its error output is not shown, because it quotes values and their
// hashes.
type Command struct {
	path string
	env  []string
}

// passed are the variables that sops gets, and beginnings of names: what its
// key services need, and nothing else of the environment. AGEDEBUG, which
// would print file keys, is not among them.
var passed = []string{
	"HOME", "PATH", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO",
	"SOPS_*", "AWS_*", "GOOGLE_*", "GCLOUD_*", "CLOUDSDK_*", "AZURE_*", "VAULT_*", "HUAWEICLOUD_*",
}

// FindCommand looks for sops in PATH. Environ is the environment, as
// os.Environ gives it. The error wraps ErrNoCommand.
func FindCommand(environ []string) (Command, error) {
	path, err := exec.LookPath("sops")
	if err != nil {
		return Command{}, fmt.Errorf("%w\nhint: nix shell nixpkgs#sops", ErrNoCommand)
	}
	return CommandAt(path, environ), nil
}

// CommandAt is the sops program at a path.
func CommandAt(path string, environ []string) Command {
	c := Command{path: path, env: []string{"SOPS_DISABLE_VERSION_CHECK=1"}}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		for _, allowed := range passed {
			if prefix, any := strings.CutSuffix(allowed, "*"); name == allowed || any && strings.HasPrefix(name, prefix) {
				c.env = append(c.env, entry)
				break
			}
		}
	}
	return c
}

// Path is where the program is.
func (c Command) Path() string { return c.path }

// Decrypt decrypts a file of any store. Errors wrap ErrTampered, ErrNoIdentity
// or ErrForeign.
func (c Command) Decrypt(ctx context.Context, store Store, text []byte) (secret.Value, error) {
	out, err := c.run(ctx, text, append([]string{"decrypt"}, typeFlags(store)...)...)
	return secret.New(out), err
}

// Encrypt encrypts a document of any store under the rule that the .sops.yaml
// at config has for the file name, which may be one that does not exist. The
// data key is fresh.
func (c Command) Encrypt(ctx context.Context, store Store, config, name string, plain secret.Value) ([]byte, error) {
	args := append([]string{"--config", config, "encrypt", "--filename-override", name}, typeFlags(store)...)
	return c.run(ctx, plain.Bytes(), args...)
}

func typeFlags(store Store) []string {
	return []string{"--input-type", string(store), "--output-type", string(store), "/dev/stdin"}
}

func (c Command) run(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Env = c.env
	cmd.WaitDelay = waitDelay
	cmd.Stdin = bytes.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout = &limited{&out, 2 * maxFile}
	if err := cmd.Run(); err != nil {
		clear(out.Bytes())
		return nil, commandError(err)
	}
	return out.Bytes(), nil
}

// commandError tells by the exit status what happened; the numbers are those
// of the sops command.
func commandError(err error) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return fmt.Errorf("%w: sops: %w", ErrForeign, err)
	}
	switch code := exit.ExitCode(); code {
	case 24, 25, 51, 52:
		return fmt.Errorf("sops: %w", ErrTampered)
	case 100, 128:
		return fmt.Errorf("sops: %w\nhint: the key service, gpg or Vault must know you; sops decrypt FILE shows what it tried", ErrNoIdentity)
	case 61, 111:
		return fmt.Errorf("sops: %w: no rule of .sops.yaml gives it a key", ErrRecipient)
	case 203:
		return fmt.Errorf("sops: %w: it is encrypted already", ErrFormat)
	default:
		return fmt.Errorf("%w: sops ended with %d\nhint: run it by hand to see why: sops decrypt FILE", ErrForeign, code)
	}
}
