// Package shell reads the simple scripts of which most generators consist:
// commands with words, pipes and files, variables, command substitutions and
// the choice between two branches. What else a shell can do is refused, never
// passed over: a script that is read here does what the result says and
// nothing beside it. The grammar is that of the POSIX shell command language,
// with bash's [[ -n WORD ]].
//
// Nothing is run. Parse may be called from several goroutines.
package shell

import (
	"errors"
	"fmt"
)

// ErrUnsupported is a script that does something of which this package does
// not know what it is.
var ErrUnsupported = errors.New("not a simple script")

// Limits on what is read.
const (
	maxScript = 64 << 10 // bytes
	maxDepth  = 8        // substitutions and branches in one another
)

// PartKind is what a Part of a word is.
type PartKind int

// The kinds of parts.
const (
	Literal PartKind = iota
	Variable
	Substitution
)

// Part is a piece of a word.
type Part struct {
	Kind PartKind
	Text string // the literal text, or the variable's name
	// Quoted parts stay one word whatever they hold.
	Quoted bool
	Sub    Pipeline // of a Substitution
}

// Word is a word of a command, in its parts. An empty one is "".
type Word []Part

// Static returns the text of a word that has literal parts only.
func (w Word) Static() (string, bool) {
	text := ""
	for _, p := range w {
		if p.Kind != Literal {
			return "", false
		}
		text += p.Text
	}
	return text, true
}

// Command is one command of a pipeline.
type Command struct {
	Line  int // from 1
	Words []Word
	// In and Out are the files of < and >, nil without.
	In, Out Word
	// ToStderr says that the output goes to the standard error (>&2).
	ToStderr bool
}

// Pipeline is commands of which each reads what the one before it writes.
type Pipeline []Command

// Statement is an Assignment, a Run or a Choice.
type Statement interface{ statement() }

// Assignment sets a variable.
type Assignment struct {
	Line  int
	Name  string
	Value Word
}

// Run runs a pipeline.
type Run struct{ Pipeline Pipeline }

// Choice runs Then if the word is not empty, else Else.
type Choice struct {
	Line       int
	NotEmpty   Word
	Then, Else []Statement
}

func (Assignment) statement() {}
func (Run) statement()        {}
func (Choice) statement()     {}

// Parse reads a script. Its errors are ErrUnsupported with the line; of the
// text they show a little.
func Parse(script string) ([]Statement, error) {
	if len(script) > maxScript {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrUnsupported, maxScript)
	}
	p := &parser{text: script, line: 1}
	list, err := p.list()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) {
		return nil, p.unsupported(p.rest())
	}
	return list, nil
}
