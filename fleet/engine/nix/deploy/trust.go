package deploy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"assay/fleet/host"
)

// access is what a host's daemon lets us do.
type access struct {
	root    bool // it runs as root
	trusted bool // it takes paths without signatures
	user    string
	keys    keys  // whose signatures it takes
	noRoot  error // why it does not run as root
}

// accessOf asks the host. Root is trusted, as it is or by the target's Become;
// of others the daemon says whether it trusts them (since version 1.35 of its
// protocol), and its settings do where it is older.
func accessOf(ctx context.Context, conn host.Conn) (access, error) {
	err := rootOf(ctx, conn)
	if err == nil {
		return access{root: true, trusted: true}, nil
	}
	if !errors.Is(err, host.ErrRoot) {
		return access{}, fmt.Errorf("ask for root: %w", err)
	}
	a, failed := askDaemon(ctx, conn)
	if failed != nil {
		return access{}, fmt.Errorf("ask whether the host trusts us: %w", failed)
	}
	a.noRoot = err
	return a, nil
}

// rootOf is nil where commands run as root. Most connections know that by now.
func rootOf(ctx context.Context, conn host.Conn) error {
	if r, ok := conn.(host.Rooter); ok {
		return r.Root(ctx)
	}
	return conn.Run(ctx, host.Command{Script: preludeSh, Root: true})
}

// The answers of a daemon to the question of trust.
const (
	trustUnknown = 0
	trustYes     = 1
	trustNo      = 2
)

// ourVersion is the version of the protocol that we speak, 1.35: the first to
// tell of trust, and the last without a list of features.
const (
	ourVersion   = 1<<8 | 35
	saysVersion  = 1<<8 | 33
	saysTrust    = 1<<8 | 35
	maxSaid      = 1 << 20 // bytes before the daemon speaks
	minimumMajor = 1
)

// askDaemon runs the script and shakes hands with the daemon. What we say does
// not depend on what it answers, and is sent at once; the end of our input
// would end it before it has answered.
func askDaemon(ctx context.Context, conn host.Conn) (access, error) {
	var hello bytes.Buffer
	for _, n := range []uint64{clientMagic, ourVersion, 0, 0} { // no CPU affinity, no space reserved
		writeUint(&hello, n)
	}
	hold, release := io.Pipe()
	out, said := io.Pipe()
	type answer struct {
		access
		err error
	}
	read := make(chan answer, 1)
	go func() {
		a, err := readAccess(out)
		release.Close()
		io.Copy(io.Discard, io.LimitReader(out, maxSaid))
		out.CloseWithError(errTooMuch)
		read <- answer{a, err}
	}()
	err := conn.Run(ctx, host.Command{Script: preludeSh + trustSh, Stdin: io.MultiReader(&hello, hold), Stdout: said})
	said.Close()
	release.Close()
	a := <-read
	if a.err != nil {
		return access{}, errors.Join(err, a.err)
	}
	return a.access, nil // a daemon that has answered may end as it likes
}

// readAccess reads what the script says and then the daemon's half of the
// handshake.
func readAccess(in io.Reader) (access, error) {
	r := bufio.NewReader(in)
	settings := make(map[string][]string)
	size := 0
	if err := readLines(r, func(line string) error {
		if size += len(line); size > maxSaid {
			return errTooMuch
		}
		words := strings.Fields(line)
		if len(words) > 0 {
			settings[words[0]] = words[1:]
		}
		return nil
	}); err != nil {
		return access{}, err
	}
	trust, err := readTrust(r)
	if err != nil {
		return access{}, err
	}
	a := access{keys: parseKeys(settings["trusted-public-keys"])}
	if user := settings["user"]; len(user) == 1 {
		a.user = host.Sanitize(user[0])
	}
	_, owner := settings["owner"]
	unsigned := slices.Equal(settings["require-sigs"], []string{"false"})
	a.trusted = trust == trustYes || owner || unsigned ||
		trust == trustUnknown && trusts(settings["trusted-users"], a.user, settings["groups"])
	return a, nil
}

// trusts reports whether Nix's list of trusted users has a user, one of the
// user's groups as "@group", or everybody as "*".
func trusts(list []string, user string, groups []string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		group, isGroup := strings.CutPrefix(entry, "@")
		return entry == "*" || isGroup && slices.Contains(groups, group) || !isGroup && entry == user
	})
}

// readTrust reads the daemon's half of the handshake.
func readTrust(r io.Reader) (trust uint64, err error) {
	magic, err := readUint(r)
	if err != nil {
		return 0, err
	}
	version, err := readUint(r)
	if err != nil {
		return 0, err
	}
	if magic != daemonMagic || version>>8 != minimumMajor {
		return 0, errProtocol
	}
	version = min(version, ourVersion)
	if version >= saysVersion {
		if _, err := readString(r); err != nil {
			return 0, err
		}
	}
	if version >= saysTrust {
		if trust, err = readUint(r); err != nil {
			return 0, err
		}
	}
	return trust, nil
}
