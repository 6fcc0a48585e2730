package engine

import "context"

// Refiner is an Engine that can say of a flake what its files were read for:
// the modules that it offers, and those that its machines are made of. It
// changes nothing, and may be stopped at any time by its context.
type Refiner interface {
	// Outputs returns the names of what the flake offers. The error is for a
	// flake of which nothing can be asked.
	Outputs(ctx context.Context, watch func(Step)) (Outputs, error)
	// Imports calls done once for each machine, one call at a time, as Evaluate
	// does. An error says that Nix cannot tell.
	Imports(ctx context.Context, machines []string, watch func(Step), done func(machine string, i Imports, err error))
}

// Outputs are names in a flake's outputs.
type Outputs struct {
	// Names are those at a path such as "modules.nixos", "nixosModules" or
	// "homeConfigurations", sorted. A path that the flake does not have is not
	// there.
	Names map[string][]string `json:"names"`
	// Unknown says of the first word of a path why it could not be evaluated.
	Unknown map[string]string `json:"unknown"`
}

// Imports are the modules of one machine that the flake itself defines,
// whichever way they were reached. Those in the homes of its users are not
// among them.
type Imports struct {
	// Options are the options that hold a module, as Nix writes their paths,
	// sorted: "flake.modules.nixos.web".
	Options []string `json:"options"`
	// Files are modules by themselves, by their paths in the flake, sorted. A
	// directory stands for its default.nix.
	Files []string `json:"files"`
}
