package nix

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine/nix/nixlog"
)

// nixConfigLimit is the largest flake.nix whose settings are read, in bytes:
// one argument of a program can have no more than 128 KiB.
const nixConfigLimit = 120 << 10

// NixConfig returns the settings that the flake wants Nix to have, such as
// substituters and their keys, by name; each is a string, a number, a boolean
// or a list of strings. They are not applied: whoever may decide that is to
// be asked, and AcceptConfig lets those through that are equal. flake.nix is evaluated by
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

// flakeSettings are what a flake wants Nix to have, as they were at a text of its
// flake.nix.
type flakeSettings struct {
	mu   sync.Mutex
	text string
	now  map[string]any
}

// present is NixConfig, which is asked anew when flake.nix has changed.
func (e *Engine) present(ctx context.Context) (map[string]any, error) {
	text, err := os.ReadFile(filepath.Join(e.opts.Dir, "flake.nix"))
	if err != nil {
		return nil, err
	}
	s := &e.wants
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil && s.text == string(text) {
		return s.now, nil
	}
	now, err := e.NixConfig(ctx)
	if err == nil {
		s.text, s.now = string(text), now
	}
	return now, err
}

// accepted returns the settings that Nix gets on its command line: those that
// were accepted, as they were accepted, and that the flake still wants. Nix is
// never told to believe the flake itself, whatever that says by then. other are
// the names of what the flake wants differently now.
func (e *Engine) accepted(ctx context.Context) (flags, other []string, err error) {
	if len(e.opts.AcceptConfig) == 0 {
		return nil, nil, nil
	}
	present, err := e.present(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		want, ok := e.opts.AcceptConfig[name]
		if !ok || !sameJSON(want, present[name]) {
			other = append(other, name)
		} else if value, ok := settingText(want); ok {
			flags = append(flags, "--option", name, value)
		}
	}
	return flags, other, nil
}

// fetched is accepted for what is fetched and built only.
func (e *Engine) fetched(ctx context.Context) ([]string, error) {
	all, _, err := e.accepted(ctx)
	var flags []string
	for option := range slices.Chunk(all, 3) {
		if slices.Contains(fetching(), option[1]) {
			flags = append(flags, option...)
		}
	}
	return flags, err
}

// undecided is what is to be said of settings that nobody has accepted, "" for
// nothing.
func (e *Engine) undecided(ctx context.Context) string {
	_, other, err := e.accepted(ctx)
	if err != nil || len(other) == 0 {
		return ""
	}
	return "warning: the flake wants other settings of Nix than were accepted, which do not apply: " + strings.Join(other, ", ") + "; hint: start assay anew to decide"
}

// settingText is how the command line has a value.
func settingText(value any) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case []any:
		var words []string
		for _, word := range v {
			words = append(words, fmt.Sprint(word))
		}
		return strings.Join(words, " "), true
	case bool, float64:
		text, err := json.Marshal(v)
		return string(text), err == nil
	}
	return "", false
}

// sameJSON reports whether two values are written alike.
func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, other := json.Marshal(b)
	return err == nil && other == nil && bytes.Equal(x, y)
}
