// Package packages holds the example fleet's own packages: by-name/<two letters>/<name>/package.nix,
// the layout of nixpkgs, and overrides/<name>.nix, functions of { final, prev, ... } that change a
// package of nixpkgs. They lie outside of the dendritic tree because import-tree would load them
// as modules.
//
// The package has no behaviour and is safe for concurrent use.
package packages

import "embed"

// FS holds both directories, with paths relative to this one ("by-name/hy/hydra-link/package.nix").
//
//go:embed by-name overrides
var FS embed.FS
