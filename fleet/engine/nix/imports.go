package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
)

// ErrNoGraph says that a machine's configuration does not tell which modules
// it is made of.
var ErrNoGraph = errors.New("its configuration has no graph of its modules; hint: lib.evalModules of newer nixpkgs makes one (nixpkgs PR 403839), and what calls it has to pass it on")

// graphBody walks the graph that lib.evalModules makes of a configuration
// (nixpkgs, lib/modules.nix: a list of { key, file, disabled, imports }), and
// keeps what stands for an option or for a file below root. What is disabled
// has no part in the machine, nor has what it imports.
func graphBody(root string) string {
	return `let
  root = ` + quote(root) + `;
  within = f: builtins.substring 0 (builtins.stringLength root) f == root;
  told = f: within f || builtins.match ".*(#|, via option ).*" f != null;
  walk = builtins.concatMap (m: if m.disabled then [ ] else [ (builtins.unsafeDiscardStringContext (toString m.file)) ] ++ walk m.imports);
in if c ? graph
  then builtins.attrNames (builtins.listToAttrs (map (name: { inherit name; value = null; }) (builtins.filter told (walk c.graph))))
  else null`
}

// Imports asks for the graph of every machine's modules, several machines in a
// process. What is known for the repository as it is, is not asked again.
func (e *Engine) Imports(ctx context.Context, machines []string, watch func(engine.Step), done func(machine string, i engine.Imports, err error)) {
	g := &graphs{e: e, speaker: &speaker{watch: watch}, done: done, left: map[string]bool{}, known: map[string]engine.Imports{}}
	for _, m := range machines {
		g.left[m] = true
	}
	err := g.ask(ctx, machines)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	for _, m := range machines {
		if err != nil {
			g.fail(m, err)
		}
	}
}

// graphs is one asking for the graphs of machines.
type graphs struct {
	e    *Engine
	root string // of the flake in Nix' store, with "/" at its end
	*speaker

	mu    sync.Mutex
	done  func(machine string, i engine.Imports, err error)
	left  map[string]bool // machines without an answer
	known map[string]engine.Imports
}

func (g *graphs) ask(ctx context.Context, machines []string) error {
	repo, err := g.e.look(ctx)
	if err != nil {
		return err
	}
	version, err := g.e.run.Version(ctx) // known by now
	if err != nil {
		return err
	}
	key := g.e.key(repo, version, "graph", graphBody(""))
	g.e.cache.get("graph", key, &g.known)
	var missing []string
	for _, m := range machines {
		if i, ok := g.known[m]; ok {
			g.tell(m, i, nil)
		} else {
			missing = append(missing, m)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	source := g.e.sources(ctx, repo)
	if source == "" {
		return errors.New("nix flake metadata does not say where the flake's files are")
	}
	g.root = source + "/" + repo.sub
	sets, err := g.e.sets(ctx, repo, version, missing)
	if err != nil {
		return err
	}
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		q := queue{e: g.e, repo: repo, set: set, body: graphBody(g.root), cost: repo.dir + "#graph", say: g.say, got: g.got,
			save: func(context.Context, map[string]json.RawMessage) {}, fail: g.fail,
			absent: func(set, machine string) { g.fail(machine, fmt.Errorf("%s does not have it", set)) }}
		q.run(ctx, sets[set])
	}
	if len(g.known) > 0 && ctx.Err() == nil && g.e.unchanged(ctx, repo) {
		g.e.cache.put("graph", key, g.known)
	}
	return nil
}

func (g *graphs) got(machine string, is json.RawMessage) {
	var files []string
	if err := json.Unmarshal(is, &files); err != nil {
		g.fail(machine, fmt.Errorf("what Nix says of its modules: %w", err))
		return
	}
	if files == nil {
		g.fail(machine, ErrNoGraph)
		return
	}
	i := importsOf(files, g.root)
	g.mu.Lock()
	g.known[machine] = i
	g.mu.Unlock()
	g.tell(machine, i, nil)
}

func (g *graphs) fail(machine string, err error) { g.tell(machine, engine.Imports{}, err) }

// tell answers for a machine, once.
func (g *graphs) tell(machine string, i engine.Imports, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left[machine] {
		g.left[machine] = false
		g.done(machine, i, err)
	}
}

// importsOf reads how the module system names modules: "FILE, via option
// PATH" for a definition of an option (lib.types.deferredModule), "FILE#PATH"
// for an output of a flake (flake-parts), or a file.
func importsOf(files []string, root string) engine.Imports {
	i := engine.Imports{Options: []string{}, Files: []string{}}
	for _, f := range files {
		own, within := strings.CutPrefix(f, root)
		_, option, via := strings.Cut(f, ", via option ")
		_, output, of := strings.Cut(own, "#")
		switch {
		case via:
			i.Options = append(i.Options, option)
		case of && within:
			i.Options = append(i.Options, "flake."+output)
		case within && own != "":
			i.Files = append(i.Files, own)
		}
	}
	slices.Sort(i.Options)
	slices.Sort(i.Files)
	i.Options, i.Files = slices.Compact(i.Options), slices.Compact(i.Files)
	return i
}
