package engine

import (
	"context"
	"encoding/json"
)

// Declarer is an Engine that can say which generators of clan's vars machines
// declare (clan.core.vars.generators). It changes nothing, runs no generator,
// and may be stopped at any time by its context.
type Declarer interface {
	// Declared calls done once for each machine, one call at a time, as Evaluate
	// does. An error is that of its machine, and says that Nix cannot tell.
	Declared(ctx context.Context, machines []string, watch func(Step), done func(machine string, d Declared, err error))
}

// Declared is what a machine's configuration says of its generators.
type Declared struct {
	// Option says that the configuration has the option; without it nothing can
	// be declared.
	Option     bool                 `json:"option"`
	Groups     []string             `json:"groups"` // clan.core.sops.defaultGroups
	Generators map[string]Generator `json:"generators"`
}

// Generator is one generator, with the defaults of the configuration. What is
// nil throws by itself, as what is read from values that nobody has made yet.
type Generator struct {
	Share        bool                       `json:"share"`
	Files        map[string]GeneratorFile   `json:"files"`
	Prompts      map[string]GeneratorPrompt `json:"prompts"`
	Dependencies []string                   `json:"dependencies"`
	Tools        *[]string                  `json:"tools"`      // packages of runtimeInputs by name
	Script       *string                    `json:"script"`     // its text, or the path of a program
	Validation   json.RawMessage            `json:"validation"` // "null" is none
	// At is the first file of the flake that defines it, relative to the
	// flake's directory; "" is none of its files, or not known.
	At string `json:"at"`
}

// GeneratorFile is a file that a generator makes.
type GeneratorFile struct {
	Secret       bool     `json:"secret"`
	Deploy       bool     `json:"deploy"`
	Owner        string   `json:"owner"`
	Group        string   `json:"group"`
	Mode         string   `json:"mode"`
	NeededFor    string   `json:"neededFor"`
	RestartUnits []string `json:"restartUnits"`
}

// GeneratorPrompt is a question that a generator asks.
type GeneratorPrompt struct {
	Description string `json:"description"`
	Type        string `json:"type"`
	Persist     bool   `json:"persist"`
	Required    bool   `json:"required"`
}
