// Package aspects holds the example fleet's dendritic tree: .nix files in the
// flake-parts module form, organised by aspect, found by import-tree's rule
// (every file whose path below this directory ends in .nix and has no component
// that starts with an underscore). fleet.toml at the top of the repository is the
// registry that goes with it.
//
// The package has no behaviour and is safe for concurrent use.
package aspects

import "embed"

// FS is the tree, with paths relative to this directory ("nixos/server.nix").
// It also holds the files that import-tree skips, because others import them.
//
//go:embed all:clan all:darwin all:home all:machines all:nixos all:nixpkgs all:services all:system all:terranix
var FS embed.FS
