package session

import (
	"context"
	"slices"

	"assay/fleet/engine"
	"assay/overlay"
	"assay/overlay/care"
)

// platformed is a package on a system.
type platformed struct{ pkg, system string }

// rebuilds asks how many derivations of the machines' systems need the packages
// of hotfixes, of which Nix has told: without its hotfix a package would be
// another one, and so would they. Of a package that is the same without any
// layer that is none. Of a system with a machine that cannot be evaluated, or
// whose derivations are gone, nothing is known.
func (s *Session) rebuilds(ctx context.Context, hotfixes []care.Hotfix, told []overlay.Evaluated, watch func(engine.Step)) (func(pkg, system string) (int, bool), error) {
	nix, ok := s.reach.Engine.(engine.Needer)
	if !ok {
		return nil, nil
	}
	systems := s.systemsWith(ctx, hotfixes, watch)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	counts := map[platformed]int{}
	for system, of := range systems {
		there := slices.DeleteFunc(slices.Clone(told), func(e overlay.Evaluated) bool { return e.System != system || e.Derivation == "" })
		var derivations []string
		for _, e := range there {
			derivations = append(derivations, e.Derivation)
		}
		needing, err := nix.Needing(ctx, of, derivations)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil { // the store may have the systems and not what builds them
			continue
		}
		for _, e := range there {
			n := needing[e.Derivation]
			if slices.Contains(e.Same(), s.Repo.Stack().Default()) {
				n = 0
			}
			counts[platformed{e.Package, system}] = n
		}
	}
	return func(pkg, system string) (int, bool) {
		n, ok := counts[platformed{pkg, system}]
		return n, ok
	}, nil
}

// systemsWith evaluates the machines that have one of the hotfixes, and returns
// what they should run by their system, of those of which all is known.
func (s *Session) systemsWith(ctx context.Context, hotfixes []care.Hotfix, watch func(engine.Step)) map[string][]engine.System {
	var machines []string
	for _, h := range hotfixes {
		machines = append(machines, h.Machines...)
	}
	slices.Sort(machines)
	machines = slices.DeleteFunc(slices.Compact(machines), func(name string) bool { return s.Fleet().Machine(name) == nil })
	systems := map[string][]engine.System{}
	var unknown []string
	s.reach.Engine.Evaluate(ctx, machines, watch, func(machine string, is engine.System, err error) {
		system := s.Fleet().Machine(machine).System
		if err != nil {
			unknown = append(unknown, system)
		}
		systems[system] = append(systems[system], is)
	})
	for _, system := range unknown {
		delete(systems, system)
	}
	return systems
}
