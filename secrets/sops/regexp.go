package sops

import (
	"errors"
	"regexp"
	"regexp/syntax"
)

// Limits on the regular expressions that files bring along. The real ones have
// some dozens of steps; x{1000} is eight bytes and a thousand steps.
const (
	maxRegexp      = 4 << 10 // bytes
	maxRegexpSteps = 5000    // of the compiled program, about
)

// CompileRegexp compiles a regular expression that comes out of a file, unless
// it is so large that compiling and matching it would take long.
func CompileRegexp(text string) (*regexp.Regexp, error) {
	if len(text) > maxRegexp {
		return nil, errors.New("it is too long")
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if regexpSteps(tree) > maxRegexpSteps {
		return nil, errors.New("it is too large once its repetitions are written out")
	}
	return regexp.Compile(text)
}

// regexpSteps is about how many steps a program for the tree has.
func regexpSteps(tree *syntax.Regexp) int {
	n := 1 + len(tree.Rune)/2
	for _, sub := range tree.Sub {
		n += regexpSteps(sub)
	}
	if tree.Op == syntax.OpRepeat {
		n *= max(tree.Min, tree.Max, 1)
	}
	return n
}
