package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/modules"
	"assay/modules/compose"
	"assay/modules/symbolic"
)

// Refinement is what Nix says of what was read of a flake's files.
type Refinement struct {
	Problems []fleet.Problem // where it disagrees, at the place of what was read
	Unknown  []string        // what Nix cannot tell, and why: neither confirmed nor denied
	Aspects  int             // aspects that Nix has too
	Machines int             // machines whose aspects were compared with Nix's
}

// ErrNoRefiner is returned by Refine where no engine can be asked.
var ErrNoRefiner = errors.New("no Nix can be asked in this session")

// nixIsRight is the hint of every disagreement.
const nixIsRight = "Nix is right; what the files say was read wrongly, or only Nix can know it"

// Refine asks Nix, the cheapest question first, whether a flake that defines
// its machines itself was read well: the names of its modules and homes, then
// the modules of every machine. What was read as unknown or conditional is no
// disagreement, whatever Nix says, and neither is what Nix cannot evaluate.
func (s *Session) Refine(ctx context.Context, watch func(engine.Step)) (Refinement, error) {
	r, nix, err := s.refineNames(ctx, watch)
	if err != nil {
		return Refinement{}, err
	}
	if err := r.machines(ctx, s, nix, watch); err != nil {
		return Refinement{}, err
	}
	fleet.SortProblems(r.out.Problems)
	return r.out, nil
}

// RefineNames is Refine with its first question only, which evaluates no
// machine.
func (s *Session) RefineNames(ctx context.Context) (Refinement, error) {
	r, _, err := s.refineNames(ctx, nil)
	if err != nil {
		return Refinement{}, err
	}
	fleet.SortProblems(r.out.Problems)
	return r.out, nil
}

func (s *Session) refineNames(ctx context.Context, watch func(engine.Step)) (*refining, engine.Refiner, error) {
	if s.reach == nil {
		return nil, nil, ErrNoRefiner
	}
	nix, ok := s.reach.Engine.(engine.Refiner)
	if !ok {
		return nil, nil, ErrNoRefiner
	}
	tree, err := s.Repo.Tree()
	if err != nil {
		return nil, nil, err
	}
	outputs, err := nix.Outputs(ctx, watch)
	if err != nil {
		return nil, nil, err
	}
	r := &refining{tree: tree, aspects: map[string]*modules.Aspect{}}
	for _, a := range tree.Aspects {
		r.aspects[optionOf(a.Path)] = a
	}
	r.names(outputs)
	return r, nix, nil
}

// refining is one comparison with Nix.
type refining struct {
	tree    *modules.Tree
	aspects map[string]*modules.Aspect // by the path of their option
	out     Refinement
}

func (r *refining) note(at fleet.Pos, format string, args ...any) {
	r.out.Problems = append(r.out.Problems, fleet.Problem{Severity: fleet.Warning, At: at, Text: fmt.Sprintf(format, args...), Hint: nixIsRight})
}

// optionOf is the path of an option as Nix writes it.
func optionOf(path []string) string {
	words := make([]string, len(path))
	for i, name := range path {
		words[i] = symbolic.AttrName(name)
	}
	return strings.Join(words, ".")
}

// outputKinds are the outputs of modules that Nix is asked for.
var outputKinds = []string{"modules", "nixosModules", "darwinModules", "homeModules", "homeManagerModules", "hmModules"}

// names compares the names of modules and of standalone homes.
func (r *refining) names(told engine.Outputs) {
	failed := map[string][]string{} // kinds by why
	for _, kind := range slices.Sorted(maps.Keys(told.Unknown)) {
		failed[told.Unknown[kind]] = append(failed[told.Unknown[kind]], kind)
	}
	for _, why := range slices.Sorted(maps.Keys(failed)) {
		r.out.Unknown = append(r.out.Unknown, "the names in "+strings.Join(failed[why], ", ")+": "+why)
	}
	there := map[string]bool{}
	for kind, names := range told.Names {
		if kind == "homeConfigurations" {
			continue
		}
		for _, name := range names {
			there[optionOf(append([]string{"flake"}, append(strings.SplitN(kind, ".", 2), name)...))] = true
		}
	}
	for _, a := range r.tree.Aspects {
		if len(a.Path) < 3 || a.Path[0] != "flake" || !slices.Contains(outputKinds, a.Path[1]) || told.Unknown[a.Path[1]] != "" {
			continue
		}
		switch option := optionOf(a.Path); {
		case there[option]:
			r.out.Aspects++
		case sure(a):
			r.note(a.At(), "aspect %s was read from the files, and Nix knows none of that name", option)
		}
	}
	if len(r.tree.Lost) > 0 { // which is said already
		return
	}
	for _, option := range slices.Sorted(maps.Keys(there)) {
		if r.aspects[option] == nil {
			r.note(fleet.Pos{File: modules.FlakeFile}, "aspect %s is known to Nix, and was not found in the files", option)
		}
	}
	r.homes(told)
}

// homes compares the names of standalone homes.
func (r *refining) homes(told engine.Outputs) {
	const kind = "homeConfigurations"
	if told.Unknown[kind] != "" {
		return
	}
	for _, h := range r.tree.Hosts {
		if h.Class == fleet.HomeManager && h.Form == "flake."+kind && !slices.Contains(told.Names[kind], h.Name) {
			r.note(h.At, "home %s was read from the files, and Nix knows none of that name", h.Name)
		}
	}
	if r.tree.MoreHosts[fleet.HomeManager] != "" {
		return
	}
	for _, name := range told.Names[kind] {
		if r.tree.Host(fleet.HomeManager, name) == nil {
			r.note(fleet.Pos{File: modules.FlakeFile}, "home %s is known to Nix, and was not found in the files", name)
		}
	}
}

// machines compares the modules of every machine.
func (r *refining) machines(ctx context.Context, s *Session, nix engine.Refiner, watch func(engine.Step)) error {
	told := map[string]engine.Imports{}
	failed := map[string][]string{} // machines by why
	nix.Imports(ctx, names(s.Fleet().Machines), watch, func(machine string, i engine.Imports, err error) {
		if err != nil {
			failed[err.Error()] = append(failed[err.Error()], machine)
			return
		}
		told[machine] = i
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, why := range slices.Sorted(maps.Keys(failed)) {
		slices.Sort(failed[why])
		r.out.Unknown = append(r.out.Unknown, "the modules of "+machineNames(failed[why])+": "+why)
	}
	spoken := registriesIn(r.tree, told, r.aspects)
	for i := range s.Fleet().Machines {
		m := &s.Fleet().Machines[i]
		if i, ok := told[m.Name]; ok {
			c, _ := s.Repo.Compose(m.Name) // its errors are check's matter
			r.machine(m, c.Scope, i, spoken)
			r.out.Machines++
		}
	}
	return nil
}

// registriesIn are the registries whose members Nix names in the graph of some
// machine. In others a module has lost its name, as an output of a flake that
// no option holds.
func registriesIn(tree *modules.Tree, told map[string]engine.Imports, aspects map[string]*modules.Aspect) map[*modules.Registry]bool {
	spoken := map[*modules.Registry]bool{}
	for _, i := range told {
		for _, option := range i.Options {
			if a := aspects[option]; a != nil {
				spoken[tree.Registry(a.Path)] = true
			}
		}
	}
	return spoken
}

// machine compares the modules of one machine, without its homes.
func (r *refining) machine(m *fleet.Machine, read compose.Scope, told engine.Imports, spoken map[*modules.Registry]bool) {
	reached := map[string]bool{}
	for _, a := range read.Aspects {
		aspect := r.tree.Aspect(a.Class, a.Name)
		if aspect == nil {
			continue
		}
		option := optionOf(aspect.Path)
		reached[option] = true
		if a.Condition == "" && sure(aspect) && spoken[r.tree.Registry(aspect.Path)] && !slices.Contains(told.Options, option) {
			at := m.At
			if len(a.Way) > 0 && !a.Way[len(a.Way)-1].At.IsZero() {
				at = a.Way[len(a.Way)-1].At
			}
			r.note(at, "machine %s: aspect %s was read as one of its modules, and Nix says that it is not", m.Name, option)
		}
	}
	if len(r.tree.Lost) > 0 || slices.ContainsFunc(read.Foreign, func(f compose.Foreign) bool { return f.Why != "" }) {
		return // not all of its modules are known, which is said already
	}
	for _, option := range told.Options {
		if a := r.aspects[option]; a != nil && !reached[option] {
			r.note(m.At, "machine %s: aspect %s is one of its modules, as Nix says, and the files were not read so", m.Name, option)
		}
	}
	r.files(m, read, told)
}

// sure reports whether some definition of an aspect has no condition.
func sure(a *modules.Aspect) bool {
	return slices.ContainsFunc(a.Contributors, func(c modules.Contributor) bool { return c.Condition == "" })
}

// files looks for files that Nix has among the machine's modules, and nothing
// that was read comes from.
func (r *refining) files(m *fleet.Machine, read compose.Scope, told engine.Imports) {
	known := map[string]bool{m.At.File: true, modules.FlakeFile: true}
	for _, f := range read.Files {
		known[f.Path] = true
	}
	for _, a := range read.Aspects {
		for _, at := range a.Files {
			known[at.File] = true
		}
	}
	for _, o := range read.Options {
		for _, d := range o.Definitions {
			known[d.At.File] = true
		}
	}
	for _, f := range told.Files {
		if !known[f] && !known[f+"/default.nix"] {
			r.note(m.At, "machine %s: file %s is one of its modules, as Nix says, and the files were not read so", m.Name, f)
		}
	}
}
