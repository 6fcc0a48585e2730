package nix

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// supplying is one asking about the packages of one set of configurations.
type supplying struct {
	e         *Engine
	repo      *repository
	set       string
	questions []engine.SupplyQuestion
	*speaker

	said   map[string]json.RawMessage // by step, see supply.nix
	failed map[string]string          // steps at which Nix gave up, and why
	// question and pkg are the numbers of those at which it did last: steps are
	// taken in order, so that the answers before are whole.
	question, pkg int
	lost          bool // something was read that was not said
}

// mostFailures bounds how often Nix is started again after an error that it
// cannot catch.
const mostFailures = 12

// ask runs Nix until every step is known. The error is one of the whole flake.
func (s *supplying) ask(ctx context.Context) error {
	for {
		current, err := s.once(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case current == "":
			return err
		}
		s.failed[current] = err.Error()
		if len(s.failed) == mostFailures {
			return nil // the rest stays unknown
		}
		number, rest, _ := strings.Cut(current, "/")
		s.question, _ = strconv.Atoi(number)
		number, _, _ = strings.Cut(rest, "/")
		s.pkg, _ = strconv.Atoi(number) // 0 for a step of the machine
	}
}

// once runs Nix, and returns the step at which it gave up, "" at none.
func (s *supplying) once(ctx context.Context) (current string, err error) {
	for _, q := range s.questions {
		s.say(engine.Step{Kind: engine.StepEvaluate, Machines: []string{q.Machine}, What: strings.Join(q.Packages, ", ") + " on " + q.Machine})
	}
	nonce := "assay:" + rand.Text() + " "
	apply := "(" + supplyText + "\n\n) (\n\n" + s.arguments(nonce) + ")" // apart: with each place in a trace Nix shows the lines around it
	follower := nixlog.NewView(nil, nil).Follow()
	c := s.e.evalCommand(ctx, s.repo, s.set, apply, outputOnly...)
	c.Stderr = writer(func(line []byte) {
		if bytes.Contains(line, []byte(nonce)) { // also where an error shows the expression
			record, _ := nixlog.Decode(line)
			if step, ok := s.take(nonce, record.Message); ok {
				current = step
				return
			}
		}
		_, _ = follower.Write(line)
	})
	err = s.e.run.Run(ctx, c)
	follower.Close()
	if err == nil {
		return "", nil
	}
	p := &process{set: s.set, err: err, said: follower.EvalErrors()}
	if starved(err, p.said) {
		return "", fmt.Errorf("%w: Nix was ended or found none; hint: free memory, or add swap", ErrMemory)
	}
	if _, ended := errors.AsType[*runner.ExitError](err); !ended {
		return "", err
	}
	if p.lacks() {
		for i := range s.questions {
			s.said[strconv.Itoa(i)] = json.RawMessage(`{"absent":true}`)
		}
		return "", nil
	}
	return current, s.e.explain(ctx, s.repo, p)
}

// take reads what the expression says, and returns the step that goes on.
func (s *supplying) take(nonce, message string) (current string, ok bool) {
	var m struct {
		Event, Step string
		Is          json.RawMessage
	}
	_, text, found := strings.Cut(message, nonce)
	if !found || json.NewDecoder(strings.NewReader(text)).Decode(&m) != nil {
		return "", false
	}
	if m.Event == "done" {
		s.said[m.Step] = m.Is
		return "", true
	}
	return m.Step, true
}

// whyNot says what supply.nix found instead of a package.
var whyNot = map[string]string{
	"absent":      "there is none",
	"value":       "it is no package",
	"throws":      "it does not evaluate: what it is throws an error",
	"broken":      "it is marked as broken",
	"insecure":    "it is marked as insecure",
	"unfree":      "its licence is not free, and the configuration does not allow that",
	"unsupported": "it is not for this system",
}

// read decodes what was said at a step. why is not "" where nothing was.
func (s *supplying) read(id string, v any) (why string) {
	if text, ok := s.said[id]; ok {
		if err := json.Unmarshal(text, v); err != nil {
			return "what Nix says of it: " + err.Error()
		}
		return ""
	}
	s.lost = true
	return cmp.Or(s.failed[id], "Nix did not come to it")
}

// supply puts together what was said of one package.
func (s *supplying) supply(ctx context.Context, id string, n int, q engine.SupplyQuestion) engine.Supply {
	out := engine.Supply{Machine: q.Machine, Package: q.Packages[n], Channels: map[string]engine.Supplied{}}
	absent, why := s.absent(id)
	if absent {
		why = fmt.Sprintf("%s has no %s", s.set, q.Machine)
	}
	id += fmt.Sprintf("/%d", n)
	out.Is = s.one(id+"/is", why)
	for i, c := range q.Channels {
		out.Channels[c.Name] = s.one(fmt.Sprintf("%s/channel/%d", id, i), why)
	}
	if out.Unknown = why; q.Layers && why == "" {
		s.layers(ctx, id, &out)
	}
	return out
}

// absent reports whether the set does not have the machine.
func (s *supplying) absent(id string) (absent bool, why string) {
	var machine struct{ Absent bool }
	why = s.read(id, &machine)
	return machine.Absent, why
}

// one is a package in one set.
func (s *supplying) one(id, why string) engine.Supplied {
	var is engine.Supplied
	if why == "" {
		why = s.read(id, &is)
	}
	if why != "" {
		return engine.Supplied{Unknown: why}
	}
	return explained(is)
}

// explained has why there is no derivation in words.
func explained(is engine.Supplied) engine.Supplied {
	is.Unknown = cmp.Or(whyNot[is.Unknown], is.Unknown)
	if is.Derivation == "" {
		is.Unknown = cmp.Or(is.Unknown, "it has no derivation")
	}
	return is
}

// overlays is what supply.nix says of the layers, and of those that define a
// package.
type overlays struct {
	Overlays int
	Layers   []engine.SupplyLayer
	Definers []engine.SupplyLayer
}

// layers adds those that have a part in the package.
func (s *supplying) layers(ctx context.Context, id string, out *engine.Supply) {
	var said overlays
	if out.Unknown = s.read(id+"/layers", &said); out.Unknown != "" {
		return
	}
	out.Overlays, out.Layers = said.Overlays, said.Definers
	var faithful bool
	switch why := s.read(id+"/faithful", &faithful); {
	case out.Is.Derivation == "":
		out.Unknown = "the package itself is not known: " + out.Is.Unknown
	case why != "":
		out.Unknown = why
	case !faithful:
		out.Unknown = "the package set cannot be made again from its own nixpkgs, configuration and overlays"
	}
	for i := range out.Layers {
		l := &out.Layers[i]
		l.Defines, l.Unknown = true, out.Unknown
		s.place(ctx, l)
		if out.Unknown == "" {
			s.ablated(fmt.Sprintf("%s/entry/%d", id, l.Number), &out.Is, l)
		}
	}
	if out.Unknown == "" {
		s.through(id, out, said.Layers)
	}
}

// ablated reads what the package is without a layer, or without its entry. Where
// Nix gives up without it, it is not the same.
func (s *supplying) ablated(id string, is *engine.Supplied, l *engine.SupplyLayer) {
	if why := s.failed[id]; why != "" {
		l.Matters, l.Without = "yes", engine.Supplied{Unknown: why}
		return
	}
	var other engine.Supplied
	if l.Unknown = s.read(id, &other); l.Unknown != "" {
		return
	}
	l.Without = explained(other)
	l.Matters = yesNo(other.Derivation != is.Derivation)
}

// matters says whether the package is another one without something.
func (s *supplying) matters(id string) (matters, unknown string) {
	if s.failed[id] != "" {
		return "yes", ""
	}
	var differs bool
	if why := s.read(id, &differs); why != "" {
		return "", why
	}
	return yesNo(differs), ""
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// through adds the layers that change the package by others that it needs.
func (s *supplying) through(id string, out *engine.Supply, layers []engine.SupplyLayer) {
	var changed bool
	if why := s.read(id+"/changed", &changed); why != "" {
		return
	}
	out.Dependency = "no"
	if !changed {
		return
	}
	if len(out.Layers) == 0 {
		out.Dependency = "yes"
	}
	for _, l := range layers {
		step := fmt.Sprintf("%s/whole/%d", id, l.Number)
		if s.ablated(step, &out.Is, &l); l.Matters != "yes" {
			continue
		}
		out.Dependency = "yes"
		i := slices.IndexFunc(out.Layers, func(d engine.SupplyLayer) bool { return d.Number == l.Number })
		if i < 0 {
			i, out.Layers = len(out.Layers), append(out.Layers, l)
		}
		out.Layers[i].Through = s.names(step + "/")
	}
	slices.SortFunc(out.Layers, func(a, b engine.SupplyLayer) int { return cmp.Compare(a.Number, b.Number) })
}

// names are the packages of a layer without which the asked one is another.
func (s *supplying) names(step string) []string {
	var names []string
	for id := range s.said {
		if name, ok := strings.CutPrefix(id, step); ok {
			if differs, _ := s.matters(id); differs == "yes" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// place makes a place of Nix one of the repository; elsewhere there is none.
func (s *supplying) place(ctx context.Context, l *engine.SupplyLayer) {
	if l.File == "" || l.Name != "" { // assay.nix makes the layers that have names
		l.File, l.Line = "", 0
		return
	}
	file, ok := s.repo.mapped(l.File, s.e.sources(ctx, s.repo))
	if !ok {
		file, l.Line = "", 0
	}
	l.File = file
}
