package engine

import (
	"context"
	"encoding/json"
	"io"
)

// Lister lists what a tree of nixpkgs holds.
type Lister interface {
	// List writes what `nix-env -qaP --json` says of the tree's packages on a
	// system, with the tree's own configuration and without overlays. It
	// fetches the tree where it is not there, and builds nothing. watch may be
	// nil.
	List(ctx context.Context, t Tree, system string, out io.Writer, watch func(Step)) error
}

// Tree is a tree that a lock file names.
type Tree struct {
	Name   string          // for people: the input's
	Locked json.RawMessage // the attributes that builtins.fetchTree takes
	Dir    string          // in the tree, of what is meant; "" is its top
}
