package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	q := question[engine.Imports]{name: "graph", text: graphBody(""),
		body: func(repo *repository, source string) (string, error) {
			if source == "" {
				return "", errors.New("nix flake metadata does not say where the flake's files are")
			}
			return graphBody(source + "/" + repo.sub), nil
		},
		read: func(repo *repository, source string, is json.RawMessage) (engine.Imports, error) {
			var files []string
			if err := json.Unmarshal(is, &files); err != nil {
				return engine.Imports{}, fmt.Errorf("what Nix says of its modules: %w", err)
			}
			if files == nil {
				return engine.Imports{}, ErrNoGraph
			}
			return importsOf(files, source+"/"+repo.sub), nil
		}}
	q.ask(ctx, e, machines, watch, done)
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
