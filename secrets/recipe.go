package secrets

import (
	"cmp"

	"assay/fleet"
	"assay/secrets/generate"
)

// RecipeOf says how the files of a declared generator are made.
func RecipeOf(g *fleet.Generator) generate.Recipe {
	d := generate.Declared{
		Name: g.Name, Machine: g.Machine, Shared: g.Share.Value, Dependencies: g.Dependencies, Service: g.Service, Tools: g.Tools,
		Script: g.Script.Value, ScriptKnown: g.Script.Why == "",
	}
	d.Validation, _ = g.Validation.(map[string]any)
	for _, f := range g.Files {
		d.Files = append(d.Files, generate.File{Name: f.Name, Secret: f.Secret.Value, Deploy: f.Deploy.Value})
	}
	for _, p := range g.Prompts {
		d.Prompts = append(d.Prompts, generate.Prompt{
			Name: p.Name, Description: p.Description, Type: generate.PromptType(cmp.Or(p.Type, "line")), Persist: p.Persist, Required: p.Required,
		})
	}
	return generate.Recognise(d)
}
