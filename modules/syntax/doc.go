// Package syntax reads the Nix language: a lexer, a parser and a syntax tree in which every node has its byte range and comments
// stay with the bindings, list elements and names they document.
//
// Contract: Parse accepts what Nix accepts and refuses what Nix refuses at parse time, except undefined variables, for which
// there is CheckScope, because a caller that only reads definitions need not care. The reference is Nix 2.8 plus the pipe
// operators of later versions. Input is hostile: nesting is bounded, time and memory are linear in the size of the file.
//
// Nothing here touches the file system or holds state; all functions may be called concurrently, and a File may be read by
// any number of goroutines.
package syntax
