package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// Missing asks the host in one round trip which paths of the closure are not
// valid in its store; where it has no trace of the system, which do not lie
// there, which is the same but for what a killed copy has left. What it answers is believed
// only where it is about what was asked for.
func (d *Deployer) Missing(ctx context.Context, conn host.Conn, c engine.Closure) ([]engine.Object, error) {
	paths, err := checked(c.Objects)
	if err != nil {
		return nil, fmt.Errorf("missing paths of %s: %w", path.Base(c.System), err)
	}
	if len(paths) == 0 {
		return nil, nil
	}
	asked := make(map[string]bool, len(paths))
	question := strings.Join(paths, "\n") + "\n"
	for _, p := range paths {
		asked[p] = false
	}
	answer := limited{limit: len(question)}
	var args []string
	if _, listed := asked[c.System]; listed {
		args = []string{c.System}
	}
	err = conn.Run(ctx, host.Command{Script: preludeSh + missingSh, Args: args, Stdin: strings.NewReader(question), Stdout: &answer})
	if err != nil {
		return nil, fmt.Errorf("ask for missing paths: %w", err)
	}
	for line := range strings.Lines(answer.String()) {
		p := strings.TrimSuffix(line, "\n")
		if _, ok := asked[p]; !ok {
			return nil, errors.New("ask for missing paths: the host named paths that nobody asked for")
		}
		asked[p] = true
	}
	var missing []engine.Object
	for _, o := range c.Objects {
		if asked[o.Path] {
			missing = append(missing, o)
			asked[o.Path] = false
		}
	}
	if lacking, err := checked(missing); err == nil {
		d.remember(lacking, c)
	}
	return missing, nil
}

// limited keeps what a host says up to a limit in bytes; more is an error.
type limited struct {
	bytes.Buffer
	limit int
}

var errTooMuch = errors.New("the host says more than was asked for")

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > l.limit {
		return 0, errTooMuch
	}
	return l.Buffer.Write(b)
}
