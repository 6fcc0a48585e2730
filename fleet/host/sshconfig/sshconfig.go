// Package sshconfig asks the ssh command what the user's SSH configuration
// says about a host. What the file itself means is not worked out here: Match,
// Include and the order of files are what the installed ssh makes of them
// (ssh_config(5), option -G of ssh(1)). Among many hosts, those that no
// pattern in the files tells apart are asked about together.
//
// A Reader may be used by several goroutines at once; a Config is a value.
package sshconfig

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Config is what the configuration says about one host. File names are
// absolute, without tokens.
type Config struct {
	Name     string // the host as it was asked for
	HostName string // where to connect to
	User     string
	Port     string

	IdentityFiles    []string // private keys, in the order to offer them
	CertificateFiles []string
	IdentityAgent    string // a socket, "SSH_AUTH_SOCK" or "none"; "" is not said
	IdentitiesOnly   bool

	ProxyJump    []string // "[user@]host[:port]", the first hop first
	ProxyCommand string   // with its tokens, see Config.Command

	HostKeyAlias     string
	UserKnownHosts   []string
	GlobalKnownHosts []string

	ConnectTimeout time.Duration // 0 is not said
	AddressFamily  string        // "any", "inet" or "inet6"
	BindAddress    string
	// PublicKeyAlgorithms are those that may sign; nil is not said.
	PublicKeyAlgorithms []string

	// Ignored names the options that are set and that Config does not know.
	Ignored []string
}

// ErrNoSSH is returned where there is no ssh command; Config then holds what
// ssh does without a configuration.
var ErrNoSSH = errors.New("there is no ssh command, and so the SSH configuration is not read")

// Reader asks ssh, once for each host or kind of hosts. Its zero value reads the user's own
// configuration with the ssh of $PATH.
type Reader struct {
	Program string // ssh where it is ""
	File    string // the configuration; the user's and the system's where it is ""

	mu      sync.Mutex
	answers map[question]*answer
	alike   alike
}

// question is what ssh is asked about.
type question struct{ user, host, port string }

// answer is filled by whoever asks first.
type answer struct {
	done   chan struct{}
	config Config
	err    error
}

// patience is how long ssh may take: "Match exec" runs commands.
const patience = 20 * time.Second

// Read returns what holds for a host; user and port may be "". An answer
// is kept, an error that is not ErrNoSSH is not.
func (r *Reader) Read(ctx context.Context, user, host, port string) (Config, error) {
	q := question{user, host, port}
	r.mu.Lock()
	a, asked := r.answers[q]
	if !asked {
		a = &answer{done: make(chan struct{})}
		if r.answers == nil {
			r.answers = map[question]*answer{}
		}
		r.answers[q] = a
	}
	many := len(r.answers) > few
	r.mu.Unlock()
	if asked {
		select {
		case <-a.done:
			return a.config, a.err
		case <-ctx.Done():
			return Config{}, ctx.Err()
		}
	}
	a.config, a.err = r.ask(context.WithoutCancel(ctx), q, many)
	if a.err != nil && !errors.Is(a.err, ErrNoSSH) {
		r.mu.Lock()
		delete(r.answers, q)
		r.mu.Unlock()
	}
	close(a.done)
	return a.config, a.err
}

// ask asks ssh, or with many takes what it said of hosts that are alike.
func (r *Reader) ask(ctx context.Context, q question, many bool) (Config, error) {
	ask := r.print
	if many {
		ask = func(ctx context.Context, q question) (string, error) { return r.alike.ask(ctx, r, q) }
	}
	text, err := ask(ctx, q)
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return defaults(q), ErrNoSSH
	}
	if err != nil {
		return Config{}, err
	}
	c, err := Parse(text)
	if err != nil {
		return Config{}, fmt.Errorf("ssh -G %s: %w", q.host, err)
	}
	return c.expanded(q.host), nil
}

func (r *Reader) program() string { return cmp.Or(r.Program, "ssh") }

// print returns what ssh -G prints.
func (r *Reader) print(ctx context.Context, q question) (string, error) {
	text, said, err := r.run(ctx, q)
	if err != nil {
		why := strings.Join(strings.Fields(said), " ")
		return "", fmt.Errorf("ssh -G %s: %w: %s; hint: correct the SSH configuration that it names", q.host, err, why)
	}
	return text, nil
}

// run runs ssh -G and returns its standard output and its standard error.
func (r *Reader) run(ctx context.Context, q question, flags ...string) (text, said string, err error) {
	args := append([]string{"-G", "-T"}, flags...)
	if r.File != "" {
		args = append(args, "-F", r.File)
	}
	if q.user != "" {
		args = append(args, "-l", q.user)
	}
	if q.port != "" {
		args = append(args, "-p", q.port)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.program(), append(args, "--", q.host)...)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}
