package session

import (
	"context"
	"errors"

	"assay/fleet/host"
)

// Said is what a command came to on one machine.
type Said struct {
	Machine string
	Lines   []string // what it printed, both streams, sanitised, in the order in which it came
	Cut     int      // lines that were dropped because there were too many
	Code    int      // its exit status; 0 with Err is not known
	Err     error    // why there is no exit status: not reached, lost, no root
}

// What is kept of one machine's output at most.
const (
	execLines = 10_000
	execBytes = 1 << 20
)

// Exec runs a command on the named machines, so many at once; 0 is the
// fleet's policy. A single word is a line for the shell; several are a
// program with its arguments. Results keep the order of names; done, which may
// be nil, is called with each as it comes, by several goroutines at once.
func (s *Session) Exec(ctx context.Context, names, command []string, root bool, parallel int, done func(Said)) ([]Said, error) {
	if s.reach == nil {
		return nil, ErrNoHosts
	}
	if parallel == 0 {
		parallel = max(s.Fleet().Rollout.Parallel, 1)
	}
	s.together(names)
	out := make([]Said, len(names))
	each(ctx, parallel, names, func(i int, name string) {
		out[i] = s.exec(ctx, name, command, root)
		if done != nil {
			done(out[i])
		}
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

func (s *Session) exec(ctx context.Context, name string, command []string, root bool) Said {
	said := Said{Machine: name}
	conn, err := s.Connect(ctx, name)
	if err != nil {
		said.Err = err
		return said
	}
	defer conn.Close()
	size := 0
	lines := host.NewLineWriter(0, func(line string) {
		if size += len(line); said.Cut > 0 || len(said.Lines) == execLines || size > execBytes {
			said.Cut++
			return
		}
		said.Lines = append(said.Lines, line)
	})
	cmd := host.Command{Script: `exec "$@"`, Args: command, Root: root, Stdout: lines, Stderr: lines}
	if len(command) == 1 {
		cmd.Script, cmd.Args = command[0], nil
	}
	err = conn.Run(ctx, cmd)
	lines.Flush()
	if exit, ok := errors.AsType[*host.ExitError](err); ok {
		said.Code = exit.Code
		if exit.Signal != "" {
			said.Err = err
		}
		return said
	}
	said.Err = err
	return said
}
