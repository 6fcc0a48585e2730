package compose

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
)

// varsPath is the set of clan's generators.
const varsPath = "clan.core.vars.generators"

// groupsPath is the list of the groups that read every secret of a machine.
const groupsPath = "clan.core.sops.defaultGroups"

// GeneratorsOf returns the generators of clan's vars that the modules of the
// tree declare for the machine, and what may declare others. It only looks at
// c, and may be called concurrently.
func GeneratorsOf(c Composition) fleet.Declaration {
	s := &c.Scope
	d := fleet.Declaration{Machine: c.Machine}
	for _, name := range s.children(splitNames(varsPath)) {
		if g, ok := s.generator(name); ok {
			g.Machine = c.Machine
			d.Generators = append(d.Generators, g)
		}
	}
	d.Groups, _, d.GroupsWhy = s.texts(groupsPath)
	if o, ok := s.option(groupsPath); ok {
		d.GroupsAt = o.Definitions[0].At
	}
	if why, at := s.gap(varsPath + ".*"); why != "" {
		d.Open = append(d.Open, fleet.Opening{What: varsPath, At: at, Why: why})
	}
	for _, f := range s.Foreign {
		d.Open = append(d.Open, fleet.Opening{What: f.Ref, At: f.At, Why: cmp.Or(f.Why, "it comes from outside of the tree"), Any: true})
	}
	return d
}

// generator reads one generator. One that says nothing is none.
func (s *Scope) generator(name string) (fleet.Generator, bool) {
	path := append(splitNames(varsPath), name)
	at := func(names ...string) string { return pathText(append(slices.Clone(path), names...)) }
	g := fleet.Generator{Name: name, Share: s.flag(at("share"), false)}
	g.Certainty, g.Why, g.At = s.certainty(path)
	for _, file := range s.children(append(slices.Clone(path), "files")) {
		g.Files = append(g.Files, s.varFile(append(slices.Clone(path), "files", file), file))
	}
	for _, prompt := range s.children(append(slices.Clone(path), "prompts")) {
		g.Prompts = append(g.Prompts, s.varPrompt(append(slices.Clone(path), "prompts", prompt), prompt))
	}
	for _, p := range g.Prompts {
		if p.Persist && g.File(p.Name) == nil {
			g.Files = append(g.Files, fleet.NewVarFile(p.Name, p.At))
		}
	}
	slices.SortFunc(g.Files, func(a, b fleet.VarFile) int { return strings.Compare(a.Name, b.Name) })
	g.Dependencies, _, g.DependenciesWhy = s.texts(at("dependencies"))
	slices.Sort(g.Dependencies)
	g.Dependencies = slices.Compact(g.Dependencies)
	g.Tools = s.tools(at("runtimeInputs"))
	s.script(&g, at("script"))
	g.Validation, g.ValidationWhy = s.tree(append(slices.Clone(path), "validation"))
	for _, of := range []string{"files", "prompts"} {
		why, _ := s.gap(at(of, "*"))
		g.FilesWhy = cmp.Or(g.FilesWhy, why)
	}
	said := len(g.Files)+len(g.Prompts) > 0 || g.FilesWhy != "" || g.ScriptText != ""
	return g, said
}

func (s *Scope) varFile(path []string, name string) fleet.VarFile {
	at := func(option string) string { return pathText(append(slices.Clone(path), option)) }
	certainty, why, place := s.certainty(path)
	f := fleet.NewVarFile(name, place)
	if certainty != fleet.Exact {
		f.Condition = cmp.Or(why, "not known")
	}
	f.Secret, f.Deploy = s.flag(at("secret"), true), s.flag(at("deploy"), true)
	for option, into := range map[string]*string{"owner": &f.Owner, "group": &f.Group, "mode": &f.Mode, "neededFor": &f.NeededFor} {
		switch v := s.fact(at(option)); {
		case v.Why != "":
			*into = "" // not known
		case v.Value != "":
			*into = v.Value
		}
	}
	f.RestartUnits, _, _ = s.texts(at("restartUnits"))
	return f
}

func (s *Scope) varPrompt(path []string, name string) fleet.VarPrompt {
	at := func(names ...string) string { return pathText(append(slices.Clone(path), names...)) }
	_, _, place := s.certainty(path)
	return fleet.VarPrompt{
		Name: name, At: place,
		Description: cmp.Or(s.fact(at("description")).Value, name),
		Type:        cmp.Or(s.fact(at("type")).Value, "line"),
		Persist:     s.flag(at("persist"), false).Value,
		Required:    s.flag(at("display", "required"), true).Value,
	}
}

// script is a generator's script, as a text where it is known.
func (s *Scope) script(g *fleet.Generator, path string) {
	o, ok := s.Option(path)
	if !ok {
		return
	}
	f := s.fact(path)
	g.Script = fleet.Fact{Value: f.Value, At: f.At, Why: f.Why}
	g.ScriptText = o.Definitions[0].Value.Text
	if g.Script.At.IsZero() {
		g.Script.At = o.Definitions[0].At
	}
}

func (s *Scope) tools(path string) (tools []string) {
	o, ok := s.Option(path)
	if !ok {
		return nil
	}
	for _, d := range o.Definitions {
		list, _ := d.Value.Data.([]any)
		for _, e := range list {
			if p, ok := e.(PackageRef); ok && !slices.Contains(tools, p.Name) {
				tools = append(tools, p.Name)
			}
		}
	}
	return tools
}

// flag is a boolean option with its default.
func (s *Scope) flag(path string, otherwise bool) fleet.Flag {
	f := s.fact(path)
	out := fleet.Flag{Value: otherwise, At: f.At, Why: f.Why}
	if f.Value != "" {
		out.Value = f.Value == "true"
	}
	return out
}

// children are the names directly below a path that something defines, sorted.
func (s *Scope) children(path []string) []string {
	var out []string
	for _, o := range s.Below(pathText(path)) {
		names, err := splitPath(o.Path)
		if err == nil && len(names) > len(path) && !strings.Contains(names[len(path)], "${") {
			out = append(out, names[len(path)])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// definitions are those of a path and of all below it.
func (s *Scope) definitions(path []string) (out []Definition) {
	if o, ok := s.option(pathText(path)); ok {
		out = append(out, o.Definitions...)
	}
	for _, o := range s.Below(pathText(path)) {
		out = append(out, o.Definitions...)
	}
	return out
}

// certainty says how sure it is that something at or below the path is
// defined, and where it is first.
func (s *Scope) certainty(path []string) (c fleet.Certainty, why string, at fleet.Pos) {
	c = fleet.Conditional
	for _, d := range s.definitions(path) {
		if at.IsZero() || d.At.File == at.File && d.At.Line < at.Line {
			at = d.At
		}
		if d.Condition == "" {
			c = fleet.Exact
		} else {
			why = cmp.Or(why, "only if "+d.Condition)
		}
	}
	if c == fleet.Exact {
		why = ""
	}
	return c, why, at
}

// tree is the value at a path, put together again where it was taken apart.
// Nil without a reason is null or not set.
func (s *Scope) tree(path []string) (value any, why string) {
	if o, ok := s.option(pathText(path)); ok {
		d := o.Definitions[0]
		switch {
		case len(o.Definitions) > 1:
			return nil, "several modules set it"
		case d.Condition != "":
			return nil, "only if " + d.Condition
		case !d.Value.Known:
			return nil, cmp.Or(d.Value.Why, "it is not known")
		}
		value = d.Value.Data
	}
	given, _ := value.(map[string]any)
	set := maps.Clone(given)
	for _, name := range s.children(path) {
		if set == nil {
			set = map[string]any{}
		}
		of, why := s.tree(append(slices.Clone(path), name))
		if why != "" {
			return nil, why
		}
		set[name] = of
	}
	if set != nil {
		return set, ""
	}
	return value, ""
}

func splitNames(path string) []string { return strings.Split(path, ".") }

// CoreGeneratorsOf returns the generators that clan-core itself declares for
// every machine unless it is told not to, as far as the tree says so: of the
// state version and of the machine id. What follows from a default of clan's
// alone is conditional, because that default was not always so.
func CoreGeneratorsOf(c Composition) fleet.Declaration {
	d := fleet.Declaration{Machine: c.Machine}
	if c.Class != fleet.NixOS {
		return d
	}
	core := func(name, option, file string, byDefault bool) {
		f := c.Scope.flag("clan.core.settings."+option+".enable", false)
		g := fleet.Generator{Name: name, Machine: c.Machine, At: f.At, Service: "core", Certainty: fleet.Exact}
		switch {
		case f.Why != "":
			g.Certainty, g.Why = fleet.Conditional, f.Why
		case f.At.IsZero() && byDefault && !c.Scope.off("clan.core.enableRecommendedDefaults"):
			g.Certainty, g.Why = fleet.Conditional, "clan turns it on by default"
		case !f.Value:
			return
		}
		public := fleet.NewVarFile(file, f.At)
		public.Secret.Value = false
		g.Files, g.Script.Why = []fleet.VarFile{public}, "the script is clan's"
		d.Generators = append(d.Generators, g)
	}
	core("machine-id", "machine-id", "machineId", false)
	core("state-version", "state-version", "version", true)
	return d
}

// off reports whether a boolean option is surely false.
func (s *Scope) off(path string) bool {
	f := s.fact(path)
	return f.Sure() && f.Value == "false"
}
