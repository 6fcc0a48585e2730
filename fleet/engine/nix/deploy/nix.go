package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"assay/fleet/engine/nix/runner"
)

// maxOutput bounds what Nix may answer, in bytes: what it says of 100 000
// paths is less.
const maxOutput = 256 << 20

// nix runs Nix here and returns its standard output. env is added to its
// environment.
func (d *Deployer) nix(ctx context.Context, env []string, stdin io.Reader, args ...string) ([]byte, error) {
	out, err := d.o.Runner.Output(ctx, runner.Command{
		Program: "nix",
		Args:    append([]string{"--extra-experimental-features", "nix-command flakes"}, args...),
		Env:     append([]string{"LC_ALL=C.UTF-8"}, env...),
		Stdin:   stdin,
	}, maxOutput)
	if exit, ok := errors.AsType[*runner.ExitError](err); ok {
		if text := errorText(exit.Lines); text != "" {
			return nil, fmt.Errorf("nix %s: %s", args[0], text)
		}
	}
	return out, err
}

// errorText is what Nix says from its word for an error on, or its last line.
func errorText(lines []string) string {
	for i, line := range lines {
		if first, ok := strings.CutPrefix(line, "error:"); ok {
			return short(append([]string{first}, lines[i+1:]...))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

const (
	maxLines = 6
	maxText  = 600 // runes
)

// short puts the first lines of a sanitised text into one, bounded.
func short(lines []string) string {
	var some []string
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" && len(some) < maxLines {
			some = append(some, line)
		}
	}
	r := []rune(strings.Join(some, "; "))
	if len(r) > maxText {
		r = append(r[:maxText-1], '…')
	}
	return string(r)
}
