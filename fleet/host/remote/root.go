package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"assay/fleet/host"
)

// rootWay is how commands of a connection become root's.
type rootWay struct {
	direct   bool   // the user is root, by whatever name
	program  string // path of sudo or doas
	password []byte // nil where none is asked for
}

// rootLimit is how long sudo may take to say yes or no; PAM waits a few
// seconds after a wrong password.
const rootLimit = 30 * time.Second

// Root is nil when commands with Root set will run as root, else ErrRoot and
// why not. The first success holds for the connection.
func (c *conn) Root(ctx context.Context) error {
	_, err := c.rootWay(ctx)
	return err
}

// noRoot is ErrRoot with a reason.
func (c *conn) noRoot(format string, args ...any) error {
	return fmt.Errorf("%s: %w: "+format, append([]any{c.machine, host.ErrRoot}, args...)...)
}

func (c *conn) rootWay(ctx context.Context) (*rootWay, error) {
	if c.user == "root" {
		return &rootWay{direct: true}, nil
	}
	if err := c.rooting.acquire(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", c.machine, err)
	}
	defer c.rooting.release()
	if c.root != nil {
		return c.root, nil
	}
	way, err := c.findRoot(ctx)
	if err == nil {
		c.root = way
	}
	return way, err
}

// checkScript says who the user is, where the program is, and what it says
// when it is asked to run something without a password.
const checkScript = `id -u
PATH=$PATH:/run/wrappers/bin:/usr/local/bin:/usr/bin:/bin
[ -n "$1" ] && [ "$(id -u)" != 0 ] || exit 0
program=$(command -v "$1") || exit 0
echo "$program"
word=$2
case $1 in sudo) set -- -n -H -- ;; *) set -- -n ;; esac
LC_ALL=C "$program" "$@" /bin/sh -c 'echo "$1"' assay "$word" 2>&1 </dev/null
exit 0`

// findRoot asks the host how to become root, and a person if that takes a
// password.
func (c *conn) findRoot(ctx context.Context) (*rootWay, error) {
	program := ""
	if c.become == host.BecomeSudo || c.become == host.BecomeDoas {
		program = string(c.become)
	}
	word := string(newDoor(nil).word)
	said := newTail()
	limited, cancel := context.WithTimeout(ctx, rootLimit)
	defer cancel()
	err := c.Run(limited, host.Command{Script: checkScript, Args: []string{program, word}, Stdout: said})
	said.Flush()
	lines := said.lines
	switch {
	case err != nil:
		return nil, fmt.Errorf("how to become root: %w", err)
	case len(lines) == 0:
		return nil, c.noRoot("the host does not say who %s is", c.user)
	case lines[0] == "0":
		return &rootWay{direct: true}, nil
	case program == "":
		return nil, c.noRoot(`%s is not root there, and no way to become root is set; hint: become = "sudo"`, c.user)
	case len(lines) == 1 || !plainPath(lines[1]):
		return nil, c.noRoot("there is no %s; hint: install it, or let in root", program)
	}
	way := &rootWay{program: lines[1]}
	answer := oneLine(strings.Join(lines[2:], "; "))
	switch {
	case lines[len(lines)-1] == word: // after what sudo warns of, as of a host name that it cannot resolve
		return way, nil
	case program == "sudo" && (strings.Contains(answer, "password") || strings.Contains(answer, "authentication")):
		return c.withPassword(ctx, way)
	case program == "doas":
		return nil, c.noRoot("%s; hint: doas takes no password without a terminal, permit nopass for %s", answer, c.user)
	case strings.Contains(answer, "tty"):
		return nil, c.noRoot("%s; hint: Defaults:%s !requiretty in sudoers", answer, c.user)
	}
	return nil, c.noRoot("%s; hint: allow %s to run /bin/sh as root there, or let in root", answer, c.user)
}

// plainPath reports whether a path that a host names needs no quoting.
func plainPath(s string) bool {
	return strings.HasPrefix(s, "/") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == ""
}

// runAsRoot runs a command of a user who is not root.
func (c *conn) runAsRoot(ctx context.Context, cmd host.Command) error {
	way, err := c.rootWay(ctx)
	if err != nil {
		return err
	}
	if cmd.Root = false; way.direct {
		return c.Run(ctx, cmd)
	}
	err = c.through(ctx, way, cmd)
	if errors.Is(err, errWrongPassword) {
		c.forgetRoot(ctx, way)
		return c.noRoot("sudo does not accept the password any more")
	}
	return err
}

// forgetRoot makes the next command find out anew.
func (c *conn) forgetRoot(ctx context.Context, way *rootWay) {
	if c.rooting.acquire(ctx) == nil {
		if c.root == way {
			c.root = nil
		}
		c.rooting.release()
	}
}

// errWrongPassword is said by through when sudo asks again.
var errWrongPassword = errors.New("wrong password")

// through runs a command by way of sudo or doas. The error is as for Run;
// that of a command which sudo did not start is ErrRoot.
func (c *conn) through(ctx context.Context, way *rootWay, cmd host.Command) error {
	door := newDoor(way.password)
	line, err := rootLine(way, cmd, door)
	if err != nil {
		return fmt.Errorf("%s: %w", c.machine, err)
	}
	err = c.run(ctx, line, cmd, door)
	opened, wrong, said := door.state()
	_, exited := errors.AsType[*host.ExitError](err)
	switch {
	case opened || err != nil && !exited:
		return err
	case wrong:
		return errWrongPassword
	case said == "":
		said = "it ended without a word"
	}
	return c.noRoot("%s: %s; hint: allow %s to run /bin/sh as root there, or let in root", way.program, said, c.user)
}

// rootLine is commandLine with sudo or doas before the shell. The shell says
// the door's word first and goes to root's home.
func rootLine(way *rootWay, cmd host.Command, door *door) (string, error) {
	line, err := commandLine(cmd)
	if err != nil {
		return "", err
	}
	script, ok := strings.CutPrefix(line, commandStart)
	if !ok {
		return "", errors.New("a command line that does not start as it should")
	}
	call := way.program + " -n "
	switch {
	case way.password != nil:
		call = way.program + " -S -k -H -p " + string(door.prompt) + " -- "
	case strings.HasSuffix(way.program, "sudo"):
		call += "-H -- "
	}
	return "exec " + call + `/bin/sh -c 'echo "$2" >&2; cd 2>/dev/null || cd /; eval "$(printf %b "$1")"' assay ` + script + " " + string(door.word), nil
}
