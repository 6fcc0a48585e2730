// Package modules reads a dendritic tree: a directory of Nix files, each a
// flake-parts module, found by import-tree's rule, that together define the
// registry flake.modules.<class>.<aspect>. Read gives the files, the aspects
// with every place that contributes to one, and the imports between them; all
// without Nix. What the source does not decide is there with its place and the
// reason.
//
// A Tree is safe for concurrent use: its exported values do not change, and
// evaluation that is still to be done happens inside of Once, one at a time.
package modules
