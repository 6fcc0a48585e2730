// Package symbolic evaluates Nix expressions without Nix, as far as the
// source alone decides them. What it cannot know stays a symbolic value that
// says where it stands and why: a reference (an option, an input, a package, a
// member of the module registry: an identity, never inlined), a call of
// something foreign, a condition with both its branches, or an Unknown. It
// never guesses: a value that is Known is the one that Nix would compute, or
// Nix would fail.
//
// References to the flake's own options can be given a value (Resolve); it is
// used where a value is needed, and elsewhere they stay what they are. The
// functions of builtins and of nixpkgs' lib are those in the tables of the
// files prim_*.go and in prelude.nix.
//
// Input is hostile. Every evaluation has a budget of steps, depth and bytes;
// beyond it the value is Unknown with that reason. An error of the evaluated
// program (throw, a missing attribute, a failed assertion, an endless
// recursion) is an Unknown with Fault set.
//
// An Evaluator and the values that it makes belong to one goroutine at a time,
// because forcing a thunk writes to it.
package symbolic
