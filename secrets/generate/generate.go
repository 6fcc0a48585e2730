// Package generate has the generators that assay runs itself, in Go, in place
// of the scripts that clan runs for the same files. What a generator makes is
// what the tools it replaces would make; its tests ask those tools.
//
// A generator is fed with the files of the generators it depends on and with
// the answers to its prompts. Recognise says which generator makes what a
// machine's configuration declares.
//
// Generators keep no state and may run at the same time. What they take and
// make is held in secret.Value; their errors name files, never contents.
package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"assay/secrets/secret"
)

// The kinds of failure, for errors.Is.
var (
	// ErrInput is an input that a generator needs and was not given, or that
	// it cannot read.
	ErrInput = errors.New("unusable input of a generator")
	// ErrOutput is a generator that did not make the files it declares.
	ErrOutput = errors.New("the generator did not make what it declares")
)

// File is a file that a generator makes, as the service module declares it.
type File struct {
	Name   string
	Secret bool
	Deploy bool // the machine itself reads it
}

// Output is the content of one File. That of a public file is held in a
// secret.Value too, and is no secret.
type Output struct {
	File
	Content secret.Value
}

// Contents are files by their names.
type Contents map[string]secret.Value

// Wipe overwrites all of c.
func (c Contents) Wipe() {
	for _, v := range c {
		v.Wipe()
	}
}

// Generator makes the files of one clan generator.
type Generator struct {
	Name   string
	Shared bool // made once for all machines that declare it
	// Dependencies are the generators whose files it reads. One that is
	// shared depends on shared ones only.
	Dependencies []string
	Prompts      []Prompt
	Files        []File
	// Make makes the files, by their names. The answers to persisted prompts
	// need not be among them: they are copied before, and what Make returns
	// replaces the copy. A nil Make is a generator that does nothing else.
	Make func(context.Context, Input) (Contents, error)
}

// Input is what a generator is fed with. It stays its owner's: a generator
// neither changes nor keeps it.
type Input struct {
	// Dependencies are the files of the generators it depends on, those of
	// one generator under its name.
	Dependencies map[string]Contents
	// Answers are the answers to prompts, by the prompts' names, without a
	// newline at the end.
	Answers map[string]secret.Value
}

// File returns a file of a dependency. Its error is ErrInput.
func (in Input) File(generator, file string) (secret.Value, error) {
	v, ok := in.Dependencies[generator][file]
	if !ok {
		return secret.Value{}, fmt.Errorf("%w: %s/%s is not there", ErrInput, generator, file)
	}
	return v, nil
}

// Run makes the files of a generator that needs no input.
func (g Generator) Run() ([]Output, error) {
	return g.Generate(context.Background(), Input{})
}

// Generate makes one Output for each of g.Files, in their order. Its errors
// are ErrInput, ErrOutput or Make's own, and name the generator.
func (g Generator) Generate(ctx context.Context, in Input) ([]Output, error) {
	made, err := g.contents(ctx, in)
	if err != nil {
		made.Wipe()
		return nil, fmt.Errorf("generator %s: %w", g.Name, err)
	}
	outputs := make([]Output, 0, len(g.Files))
	for _, f := range g.Files {
		v, ok := made[f.Name]
		if !ok {
			made.Wipe()
			for _, o := range outputs {
				o.Content.Wipe()
			}
			return nil, fmt.Errorf("generator %s: %w: file %s is missing", g.Name, ErrOutput, f.Name)
		}
		outputs = append(outputs, Output{f, v})
		delete(made, f.Name)
	}
	made.Wipe() // what nothing declares is not kept
	return outputs, nil
}

func (g Generator) contents(ctx context.Context, in Input) (Contents, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, d := range g.Dependencies {
		if _, ok := in.Dependencies[d]; !ok {
			return nil, fmt.Errorf("%w: the files of generator %s were not given", ErrInput, d)
		}
	}
	made := Contents{}
	for _, p := range g.Prompts {
		answer, ok := in.Answers[p.Name]
		if !ok && p.Required {
			return made, fmt.Errorf("%w: prompt %s is not answered", ErrInput, p.Name)
		}
		if p.Persist {
			made[p.Name] = clone(answer)
		}
	}
	if g.Make == nil {
		return made, nil
	}
	fresh, err := g.Make(ctx, in)
	for name, v := range fresh {
		made[name].Wipe()
		made[name] = v
	}
	return made, err
}

func clone(v secret.Value) secret.Value { return secret.New(slices.Clone(v.Bytes())) }

// Builtin returns the built-in generator that clan's services declare under
// that name, of those whose name and parameters are always the same.
func Builtin(name string) (Generator, bool) {
	all := builtins()
	i := slices.IndexFunc(all, func(g Generator) bool { return g.Name == name })
	if i < 0 {
		return Generator{}, false
	}
	return all[i], true
}

// Names lists the generators that Builtin returns, sorted.
func Names() []string {
	var names []string
	for _, g := range builtins() {
		names = append(names, g.Name)
	}
	slices.Sort(names)
	return names
}

func builtins() []Generator {
	return []Generator{OpenSSH(), OpenSSHRSA(), OpenSSHCA(), RootPassword(), EmergencyAccess(), MachineID(), PKIRoot(), StepRoot()}
}
