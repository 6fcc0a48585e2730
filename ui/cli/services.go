package cli

import (
	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/ui/word"
)

type serviceJSON struct {
	Name   string       `json:"name"`
	Module string       `json:"module"`
	Input  string       `json:"input,omitempty"`
	Roles  []roleJSON   `json:"roles"`
	Source fleet.Source `json:"source"`
	At     string       `json:"at"`
}

type roleJSON struct {
	Name     string         `json:"name"`
	Members  []memberJSON   `json:"members"`
	Settings map[string]any `json:"settings"`
	At       string         `json:"at"`
}

type memberJSON struct {
	Machine string `json:"machine"`
	Via     string `json:"via"`
	At      string `json:"at"`
}

func (a *app) servicesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "services",
		Short: "List service instances, their roles and members",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			if a.flags.json {
				return a.text().json(map[string]any{"services": servicesToJSON(s.Fleet())})
			}
			a.printServices(s.Fleet())
			return nil
		},
	}
}

func (a *app) printServices(f *fleet.Fleet) {
	p := a.text()
	if len(f.Services) == 0 {
		p.line("no services: add [services.NAME] to fleet.toml")
		return
	}
	for _, service := range f.Services {
		module := service.Module
		if service.Input != "" {
			module = service.Input + "#" + module
		}
		p.line("%s  %s", p.paint(strong, host.Sanitize(service.Name)), p.paint(faint, host.Sanitize(module+"  "+service.At.String())))
		for _, role := range service.Roles {
			p.line("  %s  %s", host.Sanitize(role.Name), p.paint(faint, word.Count(len(role.Members), "member")))
			var rows [][]cell
			for _, m := range role.Members {
				rows = append(rows, []cell{c(m.Machine), cr(faint, m.Via), cr(faint, m.At.String())})
			}
			p.rows("    ", rows)
		}
	}
}

func servicesToJSON(f *fleet.Fleet) []serviceJSON {
	out := []serviceJSON{}
	for _, service := range f.Services {
		js := serviceJSON{Name: service.Name, Module: service.Module, Input: service.Input, Roles: []roleJSON{}, Source: fleet.SourceFile, At: service.At.String()}
		for _, role := range service.Roles {
			settings := role.Settings
			if settings == nil {
				settings = map[string]any{}
			}
			r := roleJSON{Name: role.Name, Members: []memberJSON{}, Settings: settings, At: role.At.String()}
			for _, m := range role.Members {
				r.Members = append(r.Members, memberJSON{m.Machine, m.Via, m.At.String()})
			}
			js.Roles = append(js.Roles, r)
		}
		out = append(out, js)
	}
	return out
}
