// Package modules reads the modules of a flake without Nix: which aspects its
// registries hold (flake.modules.<class>.<aspect>, nixosModules, and every
// option whose type holds deferredModule), with every place that contributes to
// one, the imports between them, and the hosts.
//
// ReadFlake begins at flake.nix and follows its outputs through the loaders
// that fleets use (loader_*.go, a table of adapters, and Rules of the user) to
// the flake's modules. Their definitions are kept by option path and followed
// only as far as somebody asks; a reference to the flake's own options comes to
// what the modules define, but a member of a registry stays an identity. Hosts
// are found by a table of forms (host_*.go). Read reads a tree with one loader,
// import-tree, without a flake.nix.
//
// What the source does not decide is there with its place and the reason. Work
// is bounded: a hostile flake ends in values that are not known, because they
// take too much.
//
// A Tree is safe for concurrent use: its exported values do not change, and
// evaluation that is still to be done happens inside of Once, one at a time.
package modules
