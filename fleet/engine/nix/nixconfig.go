package nix

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay/fleet/engine/nix/nixlog"
)

// nixConfigLimit is the largest flake.nix whose settings are read, in bytes:
// one argument of a program can have no more than 128 KiB.
const nixConfigLimit = 120 << 10

// NixConfig returns the settings that the flake wants Nix to have, such as
// substituters and their keys, by name; each is a string, a number, a boolean
// or a list of strings. They are not applied: whoever may decide that is to
// be asked, and AcceptConfig lets them through. flake.nix is evaluated by
// itself and without access to anything else.
func (e *Engine) NixConfig(ctx context.Context) (map[string]any, error) {
	r, err := e.look(ctx)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(r.dir, "flake.nix"))
	if err != nil {
		return nil, err
	}
	if len(text) > nixConfigLimit {
		return nil, fmt.Errorf("flake.nix has more than %d bytes", nixConfigLimit)
	}
	follower := nixlog.NewView(nil, nil).Follow()
	c := e.nix("eval", "--json", "--log-format", "internal-json", "--option", "allow-import-from-derivation", "false",
		"--expr", "(\n"+string(text)+"\n).nixConfig or { }")
	c.Dir = "/"
	c.Stderr = follower
	out, err := e.run.Output(ctx, c, 1<<20)
	follower.Close()
	if err != nil {
		return nil, e.explain(ctx, r, &process{set: "nixConfig", err: err, said: follower.EvalErrors()})
	}
	config := map[string]any{}
	if err := json.Unmarshal(out, &config); err != nil {
		return nil, fmt.Errorf("the nixConfig of flake.nix: %w", err)
	}
	return config, nil
}

// fetching are the settings of a flake that decide where its builds come from.
// A build is not of the flake but of what its evaluation came to, and Nix does
// not look there by itself.
func fetching() []string {
	return []string{"substituters", "extra-substituters", "trusted-public-keys", "extra-trusted-public-keys"}
}

// accepted returns what a build gets of the flake's settings: nothing unless
// they are let through. Nix takes them only from those whom it trusts.
func (e *Engine) accepted(ctx context.Context) ([]string, error) {
	if !e.opts.AcceptConfig {
		return nil, nil
	}
	config, err := e.NixConfig(ctx)
	if err != nil {
		return nil, err
	}
	var flags []string
	for _, name := range fetching() {
		switch v := config[name].(type) {
		case string:
			flags = append(flags, "--option", name, v)
		case []any:
			var words []string
			for _, word := range v {
				words = append(words, fmt.Sprint(word))
			}
			flags = append(flags, "--option", name, strings.Join(words, " "))
		}
	}
	return flags, nil
}
