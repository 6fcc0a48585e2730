package nix

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host"
)

// UpdateInput updates one input of the flake in its flake.lock, which takes
// the network. It is the one function that writes into the directory, and
// meant for scratch copies.
func (e *Engine) UpdateInput(ctx context.Context, input string, watch func(engine.Step)) error {
	version, err := e.run.Version(ctx)
	if err != nil {
		return err
	}
	if input == "" || strings.HasPrefix(input, "-") {
		return fmt.Errorf("%q is not the name of an input", input)
	}
	r, err := e.look(ctx)
	if err != nil {
		return err
	}
	args := []string{"flake", "update", input, "--flake", r.url}
	if !version.AtLeast(2, 19) {
		if (&url.URL{Path: r.dir}).EscapedPath() != r.dir {
			return fmt.Errorf("nix %s locks no flake in a directory of such a name: %s; hint: call it otherwise, or take a newer Nix", version, r.dir)
		}
		args = []string{"flake", "lock", "--update-input", input, r.dir}
	}
	args = append(args, "--no-accept-flake-config")
	var warned []string
	c := e.nix(args...)
	c.Stderr = host.NewLineWriter(0, func(line string) {
		if strings.Contains(line, "does not match any input") || strings.Contains(line, "does not exist") && strings.Contains(line, "input") {
			warned = append(warned, line)
		}
		if watch != nil && strings.TrimSpace(line) != "" {
			watch(engine.Step{Kind: engine.StepLog, Text: line})
		}
	})
	if watch != nil {
		watch(engine.Step{Kind: engine.StepFetch, What: input})
	}
	err = e.run.Run(ctx, c)
	if exit, ok := errors.AsType[*runner.ExitError](err); ok && len(exit.Lines) > 0 {
		return errors.New(lastError(exit.Lines))
	}
	if err == nil && len(warned) > 0 {
		return fmt.Errorf("the flake has no input %q: %s", input, warned[0])
	}
	return err
}

// lastError is the last error of a log and what follows it, in one line: what
// comes before are warnings, and that it is tried again.
func lastError(lines []string) string {
	from := len(lines) - 1
	for i, line := range lines {
		if strings.HasPrefix(line, "error:") {
			from = i
		}
	}
	rest := slices.DeleteFunc(slices.Clone(lines[from:]), func(line string) bool {
		return strings.HasPrefix(line, "warning:") || strings.HasPrefix(line, "(use '--show-trace'")
	})
	return oneLine(strings.Join(rest, "; "))
}
