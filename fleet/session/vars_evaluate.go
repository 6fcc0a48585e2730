package session

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/secrets"
	"assay/secrets/generate"
)

// ErrNoDeclarer is returned by EvaluatedVars where no engine can be asked.
var ErrNoDeclarer = errors.New("no Nix can be asked in this session")

// VarsEvaluation is what Nix says of the generators that machines declare.
type VarsEvaluation struct {
	Machines []string // whose generators Nix has told, sorted
	// Without are those of them whose configuration has no option
	// clan.core.vars.generators: they declare none.
	Without []string
	// Failed are machines that Nix could not evaluate; of them what the files
	// say stays.
	Failed []string
	// Unknown says what Nix cannot tell, and why.
	Unknown []string
	// Found are generators that only Nix knows, where the files left open
	// whether there are others: "GENERATOR of machine a", sorted.
	Found []string
	// Problems are where Nix disagrees with what was read of the files.
	Problems []fleet.Problem
}

// EvaluatedDeclarer is a Declarer that asks Nix. It asks once about a machine,
// and may be used by several goroutines at once.
type EvaluatedDeclarer struct {
	s     *Session
	nix   engine.Declarer
	watch func(engine.Step)

	mu     sync.Mutex
	told   map[string]fleet.Declaration // of the machines that were asked about
	with   map[string]bool              // the configuration has the option
	failed map[string]error
	notes  *comparison
}

// EvaluatedVars is a Declarer that asks Nix which generators machines declare,
// and compares that with what was read of the files; watch, which may be nil,
// is told what Nix does.
func (s *Session) EvaluatedVars(watch func(engine.Step)) (*EvaluatedDeclarer, error) {
	if s.reach != nil {
		if nix, ok := s.reach.Engine.(engine.Declarer); ok {
			return &EvaluatedDeclarer{s: s, nix: nix, watch: watch, told: map[string]fleet.Declaration{}, with: map[string]bool{},
				failed: map[string]error{}, notes: newComparison()}, nil
		}
	}
	return nil, ErrNoDeclarer
}

// Declare asks Nix about the machines that it was not asked about. Of one that
// Nix cannot evaluate it returns what the files say.
func (e *EvaluatedDeclarer) Declare(ctx context.Context, machines []string) ([]fleet.Declaration, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ask []string
	for _, m := range machines {
		if _, ok := e.told[m]; !ok && !slices.Contains(ask, m) {
			ask = append(ask, m)
		}
	}
	if len(ask) > 0 {
		if err := e.ask(ctx, ask); err != nil {
			return nil, err
		}
	}
	out := make([]fleet.Declaration, len(machines))
	for i, m := range machines {
		out[i] = e.told[m]
	}
	return out, nil
}

func (e *EvaluatedDeclarer) ask(ctx context.Context, machines []string) error {
	read, err := e.s.Declare(ctx, machines)
	if err != nil {
		return err
	}
	told, failed := map[string]engine.Declared{}, map[string]error{}
	e.nix.Declared(ctx, machines, e.watch, func(machine string, d engine.Declared, err error) {
		if err != nil {
			failed[machine] = err
			return
		}
		told[machine] = d
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	maps.Copy(e.failed, failed)
	for i, m := range machines {
		d, ok := told[m]
		if !ok {
			e.told[m] = read[i]
			continue
		}
		e.with[m] = d.Option
		e.told[m] = evaluatedDeclaration(&read[i], d)
		at := fleet.Pos{}
		if of := e.s.Fleet().Machine(m); of != nil {
			at = of.At
		}
		e.notes.compare(&read[i], e.told[m], at)
	}
	return nil
}

// Evaluation is what Nix has said so far.
func (e *EvaluatedDeclarer) Evaluation() VarsEvaluation {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := VarsEvaluation{Machines: slices.Sorted(maps.Keys(e.with)), Failed: slices.Sorted(maps.Keys(e.failed))}
	for _, m := range out.Machines {
		if !e.with[m] {
			out.Without = append(out.Without, m)
		}
	}
	alike := map[string][]string{} // machines by why
	for _, m := range out.Failed {
		why := e.failed[m].Error()
		alike[why] = append(alike[why], m)
	}
	for _, why := range slices.Sorted(maps.Keys(alike)) {
		out.Unknown = append(out.Unknown, "the generators of "+machineNames(alike[why])+": "+why)
	}
	out.Found, out.Problems = e.notes.found(), e.notes.problems()
	return out
}

// evaluatedDeclaration turns what Nix says into what reading the files gives.
// Of the files only remain the places, and which of clan's services declares a
// generator: Nix does not tell.
func evaluatedDeclaration(read *fleet.Declaration, told engine.Declared) fleet.Declaration {
	d := fleet.Declaration{Machine: read.Machine, Groups: told.Groups}
	for _, name := range slices.Sorted(maps.Keys(told.Generators)) {
		of := told.Generators[name]
		was := read.Generator(name)
		if was == nil {
			was = &fleet.Generator{}
		}
		g := fleet.Generator{
			Name: name, Machine: read.Machine, Source: fleet.SourceEvaluated, Certainty: fleet.Exact, Service: was.Service,
			At: cmp.Or(was.At, fleet.Pos{File: of.At}), Share: fleet.Flag{Value: of.Share, At: was.Share.At},
			Dependencies: slices.Compact(slices.Sorted(slices.Values(of.Dependencies))),
		}
		evaluatedFiles(&g, was, of)
		if of.Tools != nil {
			g.Tools = *of.Tools
		}
		evaluatedScript(&g, was, of.Script)
		g.Validation, g.ValidationWhy = validationOf(of.Validation)
		d.Generators = append(d.Generators, g)
	}
	return d
}

func evaluatedFiles(g, was *fleet.Generator, of engine.Generator) {
	for _, name := range slices.Sorted(maps.Keys(of.Files)) {
		f := of.Files[name]
		at := g.At
		if w := was.File(name); w != nil {
			at = cmp.Or(w.At, at)
		}
		g.Files = append(g.Files, fleet.VarFile{
			Name: name, Secret: fleet.Flag{Value: f.Secret}, Deploy: fleet.Flag{Value: f.Deploy}, Owner: f.Owner, Group: f.Group,
			Mode: f.Mode, NeededFor: f.NeededFor, RestartUnits: f.RestartUnits, At: at,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(of.Prompts)) {
		p := of.Prompts[name]
		g.Prompts = append(g.Prompts, fleet.VarPrompt{
			Name: name, Description: cmp.Or(p.Description, name), Type: p.Type, Persist: p.Persist, Required: p.Required, At: g.At,
		})
		if p.Persist && g.File(name) == nil {
			g.Files = append(g.Files, fleet.NewVarFile(name, g.At))
		}
	}
}

// evaluatedScript takes the script that Nix tells. Where it is not one that can
// be done here, and the files say that a service of clan's declares it whose
// generator is built in, it stays that.
func evaluatedScript(g, was *fleet.Generator, script *string) {
	if script == nil {
		g.Script = fleet.Fact{At: g.At, Why: "Nix cannot evaluate it; it may need a value that was not made yet"}
		g.ScriptText = was.ScriptText
		return
	}
	g.Script = fleet.Fact{Value: *script, At: cmp.Or(was.Script.At, g.At)}
	g.ScriptText = strings.Join(strings.Fields(*script), " ")
	if way := secrets.RecipeOf(g).Way; was.Service == "" || was.Script.Why == "" || way == generate.ByBuiltin || way == generate.ByPrompt {
		return
	}
	clans := *g
	clans.Script = was.Script
	if secrets.RecipeOf(&clans).Way == generate.ByBuiltin {
		g.Script = was.Script
	}
}

// validationOf decodes a validation. Numbers stay as Nix writes them.
func validationOf(is json.RawMessage) (value any, why string) {
	if len(is) == 0 {
		return nil, "Nix cannot evaluate it"
	}
	d := json.NewDecoder(bytes.NewReader(is))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err.Error()
	}
	return value, ""
}
