package nix

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"assay/fleet/engine"
)

var _ engine.Declarer = (*Engine)(nil)

// generatorsBody is what a machine is asked about its generators.
//
//go:embed generators.nix
var generatorsBody string

// Declared asks for the generators that the machines declare, several machines
// in a process. What is known for the repository as it is, is not asked again.
// An error of a machine is an *EvalError, unless Nix could not be asked.
func (e *Engine) Declared(ctx context.Context, machines []string, watch func(engine.Step), done func(machine string, d engine.Declared, err error)) {
	q := question[engine.Declared]{name: "generators", text: generatorsBody, untracked: true,
		body: func(*repository, string) (string, error) { return generatorsBody, nil },
		read: func(repo *repository, source string, is json.RawMessage) (engine.Declared, error) {
			d, err := readGenerators(is, func(file string) string {
				name, _ := repo.mapped(file, source)
				return name
			})
			if err != nil {
				return d, fmt.Errorf("what Nix says of its generators: %w", err)
			}
			return d, nil
		}}
	q.ask(ctx, e, machines, watch, done)
}

// saidGenerators is the answer to generatorsBody; a list of none threw.
type saidGenerators struct {
	Groups     []string `json:"groups"`
	Generators map[string]struct {
		engine.Generator
		Tools      [][]string        `json:"tools"`
		Script     []string          `json:"script"`
		Validation []json.RawMessage `json:"validation"`
	} `json:"generators"`
	Places [][]struct {
		File  string   `json:"file"`
		Names []string `json:"names"`
	} `json:"places"`
}

// readGenerators decodes an answer; mapped returns a file of the flake for one
// that Nix names, "" for others.
func readGenerators(is json.RawMessage, mapped func(file string) string) (engine.Declared, error) {
	var said *saidGenerators
	if err := json.Unmarshal(is, &said); err != nil || said == nil {
		return engine.Declared{}, err
	}
	d := engine.Declared{Option: true, Groups: said.Groups, Generators: map[string]engine.Generator{}}
	at := map[string]string{}
	for _, places := range said.Places {
		for _, p := range places {
			file, _, _ := strings.Cut(p.File, ", via option ")
			if file = mapped(file); file == "" {
				continue
			}
			for _, name := range p.Names {
				if at[name] == "" {
					at[name] = file
				}
			}
		}
	}
	for name, s := range said.Generators {
		g := s.Generator
		g.At = at[name]
		if len(s.Tools) > 0 {
			g.Tools = &s.Tools[0]
		}
		if len(s.Script) > 0 {
			g.Script = &s.Script[0]
		}
		if len(s.Validation) > 0 {
			g.Validation = s.Validation[0]
		}
		d.Generators[name] = g
	}
	return d, nil
}
