package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/overlay"
)

// ErrNoSupplier is returned by EvaluatePackages where no engine can be asked.
var ErrNoSupplier = errors.New("no Nix can be asked in this session")

// ErrNoMachineOf is that of EvaluatePackages for a system without a machine.
var ErrNoMachineOf = errors.New("no machine has the system")

// PackageQuestion is what Nix is asked about packages.
type PackageQuestion struct {
	Packages []string // attribute paths below pkgs
	Machine  string   // whose package set; "" is that of one machine for each system
	Systems  []string // of the machines; none means all that the fleet has
	Layers   bool     // also which layers matter, which takes longer
}

// EvaluatePackages asks Nix what supplies packages: their derivations in a
// machine's package set and in every channel and, with Layers, which layers
// have a part in them. There is one answer for each system and package, systems
// first. Nix runs once for all systems of a class, and not at all for what is
// known of the repository as it is. What cannot be told of a package is in its
// answer; the error is for a flake of which nothing can be asked.
func (s *Session) EvaluatePackages(ctx context.Context, q PackageQuestion, watch func(engine.Step)) ([]overlay.Evaluated, error) {
	nix, err := s.supplier()
	if err != nil {
		return nil, err
	}
	asked, err := s.supplyQuestions(q)
	if err != nil {
		return nil, err
	}
	told, err := nix.Supplies(ctx, asked, watch)
	if err != nil {
		return nil, err
	}
	out := make([]overlay.Evaluated, len(told))
	for i := range told {
		out[i] = s.evaluated(&told[i], q.Layers)
	}
	return out, nil
}

// supplier is the engine that can be asked about packages.
func (s *Session) supplier() (engine.Supplier, error) {
	if s.reach != nil {
		if nix, ok := s.reach.Engine.(engine.Supplier); ok {
			return nix, nil
		}
	}
	return nil, ErrNoSupplier
}

// supplyQuestions are the questions to the engine, one for each machine.
func (s *Session) supplyQuestions(q PackageQuestion) ([]engine.SupplyQuestion, error) {
	var machines []*fleet.Machine
	if q.Machine != "" {
		m := s.Fleet().Machine(q.Machine)
		if m == nil {
			return nil, fmt.Errorf("no machine %q", q.Machine)
		}
		machines = append(machines, m)
	} else {
		systems := q.Systems
		if len(systems) == 0 {
			systems = s.Repo.Stack().Systems()
		}
		for _, system := range systems {
			m := s.machineOf(system)
			if m == nil {
				return nil, fmt.Errorf("%w %s, so there is no package set to ask", ErrNoMachineOf, system)
			}
			machines = append(machines, m)
		}
	}
	var out []engine.SupplyQuestion
	for _, m := range machines {
		stack := s.Repo.Stack().On(m.Name)
		var exported [][]string
		for _, o := range stack.Overlays() {
			if q.Layers {
				exported = append(exported, o.Exported)
			}
		}
		one := engine.SupplyQuestion{Machine: m.Name, Exported: exported, Packages: q.Packages, Layers: q.Layers,
			Channels: []engine.SupplyChannel{{Name: stack.Default()}}}
		for _, c := range stack.ChannelsOn(m.System) {
			if c.Name != stack.Default() && len(c.Patches) == 0 { // to look into a patched one is to build it
				one.Channels = append(one.Channels, engine.SupplyChannel{Name: c.Name, Attribute: attributeOf(c)})
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// machineOf is the machine whose package set is asked for a system; nil where
// none has it.
func (s *Session) machineOf(system string) *fleet.Machine {
	i := slices.IndexFunc(s.Fleet().Machines, func(m fleet.Machine) bool { return m.System == system })
	if i < 0 {
		return nil
	}
	return &s.Fleet().Machines[i]
}

// attributeOf is a channel's name below pkgs.
func attributeOf(c fleet.Channel) string {
	if c.As != "" {
		return c.As
	}
	return c.Name
}

// patched is why nothing is known of a patched channel.
const patched = "a patched channel is built while Nix evaluates, which assay does not let it"

// evaluated is an answer of the engine in the words of the layers.
func (s *Session) evaluated(told *engine.Supply, layers bool) overlay.Evaluated {
	system := s.Fleet().Machine(told.Machine).System
	stack := s.Repo.Stack().On(told.Machine)
	out := overlay.Evaluated{Package: told.Package, System: system, Machine: told.Machine, Channels: []overlay.EvaluatedChannel{},
		Derivation: told.Is.Derivation, Version: told.Is.Version, Unknown: told.Is.Unknown, Source: fleet.SourceEvaluated}
	others := slices.DeleteFunc(stack.ChannelsOn(system), func(c fleet.Channel) bool { return c.Name == stack.Default() })
	for _, c := range append([]fleet.Channel{{Name: stack.Default()}}, others...) {
		is, asked := told.Channels[c.Name]
		switch {
		case !asked && len(c.Patches) > 0:
			is.Unknown = patched
		case !asked: // it has come since
			is.Unknown = "it was not asked for"
		}
		out.Channels = append(out.Channels, overlay.EvaluatedChannel{Channel: c.Name, Derivation: is.Derivation, Version: is.Version, Unknown: is.Unknown})
	}
	if !layers {
		return out
	}
	out.LayersUnknown = told.Unknown
	for _, l := range told.Layers {
		layer, at := stack.Find(overlay.NixLayer{Package: told.Package, System: system, Name: l.Name,
			Exported: l.Exported, At: fleet.Pos{File: l.File, Line: l.Line}, Overlay: l.Overlay, Of: told.Overlays})
		out.Layers = append(out.Layers, overlay.EvaluatedLayer{Layer: layer.Name, Exported: l.Exported, Function: functionOf(stack, told, &l), Number: l.Number + 1, Defines: l.Defines,
			Matters: truthOf(l.Matters), Without: withoutOf(&l), Through: l.Through, Unknown: l.Unknown, At: at})
	}
	out.Changed = truthOf(told.Dependency)
	return out
}

// withoutOf is what a package is without a layer; nil where that is not known.
func withoutOf(l *engine.SupplyLayer) *overlay.Without {
	if l.Matters == "" {
		return nil
	}
	return &overlay.Without{Derivation: l.Without.Derivation, Version: l.Without.Version, Unknown: l.Without.Unknown}
}

// functionOf is how many layers were read in what is one for Nix; 0 of one, or
// where that is not known.
func functionOf(stack *overlay.Stack, told *engine.Supply, l *engine.SupplyLayer) int {
	read := stack.Overlays()
	if l.Exported != "" || len(read) != told.Overlays || l.Overlay >= len(read) || len(read[l.Overlay].Layers) < 2 {
		return 0
	}
	return len(read[l.Overlay].Layers)
}

// truthOf reads an engine's yes or no.
func truthOf(s string) fleet.Truth {
	switch s {
	case "yes":
		return fleet.True
	case "no":
		return fleet.False
	}
	return fleet.Unknown
}
