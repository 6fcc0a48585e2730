package cli

import (
	"assay/fleet"
	"assay/modules/compose"
)

// compositionJSON is what `compose --json` prints.
type compositionJSON struct {
	Machine  string          `json:"machine"`
	System   string          `json:"system"`
	Class    fleet.Class     `json:"class"`
	Scopes   []scopeJSON     `json:"scopes"` // the machine's own first, then its users' homes
	Facts    *factsJSON      `json:"facts"`
	Problems []fleet.Problem `json:"problems"`
	Source   fleet.Source    `json:"source"`
}

type scopeJSON struct {
	User     string        `json:"user"` // "" for the machine
	Class    fleet.Class   `json:"class"`
	Aspects  []reachedJSON `json:"aspects"`
	Files    []fileJSON    `json:"modules"` // files that are modules by themselves
	Foreign  []foreignJSON `json:"foreign"`
	Options  []optionJSON  `json:"options"`
	Packages []packageJSON `json:"packages"`
}

type reachedJSON struct {
	Name  string     `json:"name"`
	Files []string   `json:"files"`
	Way   []stepJSON `json:"way"`
}

type stepJSON struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	At   string `json:"at"`
}

type fileJSON struct {
	File      string `json:"file"`
	From      string `json:"from"`
	Condition string `json:"condition,omitempty"`
	At        string `json:"at"`
}

type foreignJSON struct {
	Ref  string `json:"ref"`
	From string `json:"from"`
	At   string `json:"at"`
}

type optionJSON struct {
	User        string           `json:"user,omitempty"`
	Path        string           `json:"path"`
	Type        string           `json:"type"` // "" is not in the table of types
	State       compose.State    `json:"state"`
	Value       string           `json:"value,omitempty"` // Nix source; only where the state is known
	Winner      int              `json:"winner"`          // index of the definition that decides; -1 several or none
	Reason      string           `json:"reason,omitempty"`
	Definitions []definitionJSON `json:"definitions"`
	At          string           `json:"at"` // of the definition that decides, else of the first
	Source      fleet.Source     `json:"source"`
}

type definitionJSON struct {
	Value     string `json:"value"` // Nix source
	Known     bool   `json:"known"`
	Why       string `json:"why,omitempty"`
	Priority  int    `json:"priority"`
	Order     int    `json:"order"`
	Condition string `json:"condition,omitempty"`
	Aspect    string `json:"aspect"`
	At        string `json:"at"`
}

type packageJSON struct {
	Name   string `json:"name"`
	Option string `json:"option"`
	Aspect string `json:"aspect"`
	At     string `json:"at"`
}

func compositionToJSON(comp compose.Composition) compositionJSON {
	out := compositionJSON{
		Machine: comp.Machine, System: comp.System, Class: comp.Class, Source: fleet.SourceRead,
		Scopes: []scopeJSON{scopeToJSON(comp.Scope)}, Facts: factsToJSON(compose.FactsOf(comp)), Problems: orEmpty(comp.Problems),
	}
	for _, home := range comp.Homes {
		out.Scopes = append(out.Scopes, scopeToJSON(home))
	}
	return out
}

func scopeToJSON(sc compose.Scope) scopeJSON {
	out := scopeJSON{
		User: sc.User, Class: sc.Class,
		Aspects: []reachedJSON{}, Files: []fileJSON{}, Foreign: []foreignJSON{}, Options: []optionJSON{}, Packages: []packageJSON{},
	}
	for _, r := range sc.Aspects {
		js := reachedJSON{Name: r.Name, Files: placesToText(r.Files), Way: stepsToJSON(r.Way)}
		out.Aspects = append(out.Aspects, js)
	}
	for _, f := range sc.Files {
		out.Files = append(out.Files, fileJSON{f.Path, f.From, f.Condition, f.At.String()})
	}
	for _, f := range sc.Foreign {
		out.Foreign = append(out.Foreign, foreignJSON{f.Ref, f.From, f.At.String()})
	}
	for _, o := range sc.Options {
		out.Options = append(out.Options, optionToJSON("", o))
	}
	for _, pkg := range sc.Packages {
		out.Packages = append(out.Packages, packageJSON{pkg.Name, pkg.Option, pkg.Aspect, pkg.At.String()})
	}
	return out
}

func stepsToJSON(way []compose.Step) []stepJSON {
	out := make([]stepJSON, len(way))
	for i, step := range way {
		out[i] = stepJSON{step.Kind, step.Name, step.At.String()}
	}
	return out
}

// decider is the place of the definition that makes an option's value, or of
// the first one.
func decider(o compose.Option) string {
	if len(o.Definitions) == 0 {
		return ""
	}
	return o.Definitions[max(o.Merged.Winner, 0)].At.String()
}

func optionToJSON(user string, o compose.Option) optionJSON {
	out := optionJSON{
		User: user, Path: o.Path, Type: o.Type, State: o.Merged.State, Winner: o.Merged.Winner, Reason: o.Merged.Reason,
		Definitions: []definitionJSON{}, At: decider(o), Source: fleet.SourceRead,
	}
	if o.Merged.State == compose.Known {
		out.Value = o.Merged.Value.Text
	}
	for _, d := range o.Definitions {
		out.Definitions = append(out.Definitions, definitionJSON{
			Value: d.Value.Text, Known: d.Value.Known, Why: d.Value.Why, Priority: d.Priority, Order: d.Order,
			Condition: d.Condition, Aspect: d.Aspect, At: d.At.String(),
		})
	}
	return out
}
