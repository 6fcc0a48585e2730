package nix

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host"
)

var _ engine.Lister = (*Engine)(nil)

// List writes what nix-env lists of a locked tree of nixpkgs. nix-env gets a
// home of its own, because it would make links in the operator's, and because
// nixpkgs reads settings there.
func (e *Engine) List(ctx context.Context, t engine.Tree, system string, out io.Writer, watch func(engine.Step)) error {
	if _, err := e.run.Version(ctx); err != nil {
		return err
	}
	home, err := os.MkdirTemp("", "assay-list-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	file := filepath.Join(home, "channel.nix")
	if err := os.WriteFile(file, []byte(channelExpression(t, system)), 0o600); err != nil {
		return err
	}
	c := runner.Command{
		Program: "nix-env",
		Args: append([]string{"-f", file, "-qaP", "--json", "--system-filter", "*",
			"--option", "allow-import-from-derivation", "false"}, features...),
		Env:    append(homeless(home), quiet...),
		Stdout: out,
	}
	c.Stderr = host.NewLineWriter(0, func(line string) {
		if watch != nil && strings.TrimSpace(line) != "" {
			watch(engine.Step{Kind: engine.StepLog, Text: line})
		}
	})
	if watch != nil {
		watch(engine.Step{Kind: engine.StepEvaluate, What: t.Name + " for " + system})
	}
	err = e.run.Run(ctx, c)
	if exit, ok := errors.AsType[*runner.ExitError](err); ok && len(exit.Lines) > 0 {
		return errors.New(lastError(exit.Lines))
	}
	return err
}

// channelExpression is the package set of a tree on a system, as hydra has it:
// without what the operator has configured. Of several names of one value
// nix-env lists the first it comes to (Done in Nix's src/libexpr/get-drvs.cc),
// so each name below pkgs gets a value of its own.
func channelExpression(t engine.Tree, system string) string {
	dir := ""
	if t.Dir != "" {
		dir = " + " + quote("/"+t.Dir)
	}
	return `builtins.mapAttrs (listed: p: if builtins.isAttrs p && p.type or null == "derivation" then p // { inherit listed; } else p)` + "\n" +
		"(import ((builtins.fetchTree (builtins.fromJSON " + quote(string(t.Locked)) + ")).outPath" + dir + ")" +
		" { system = " + quote(system) + "; config = { }; overlays = [ ]; })\n"
}

// homeless is the environment of a program whose home is another directory,
// but whose settings and caches are still the operator's.
func homeless(home string) []string {
	env := []string{"HOME=" + home, "NIX_PROFILE=" + filepath.Join(home, "profile"), "NIX_PATH="}
	real := os.Getenv("HOME")
	for name, below := range map[string]string{"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"} {
		if os.Getenv(name) == "" && filepath.IsAbs(real) {
			env = append(env, name+"="+filepath.Join(real, below))
		}
	}
	return env
}
