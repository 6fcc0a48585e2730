package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/ui/word"
)

// aspectJSON is one entry of "aspects" in `aspects --json`.
type aspectJSON struct {
	Name     string       `json:"name"`
	Class    fleet.Class  `json:"class"`
	Files    []string     `json:"files"` // "file:line" of every contributor
	Imports  []importJSON `json:"imports"`
	UsedBy   []namedJSON  `json:"used_by"` // aspects that import it
	Machines []string     `json:"machines"`
	Source   fleet.Source `json:"source"`
}

type importJSON struct {
	Kind      string `json:"kind"` // aspect, foreign, module, unknown
	Name      string `json:"name"`
	Condition string `json:"condition,omitempty"`
	Why       string `json:"why,omitempty"`
	At        string `json:"at"`
}

func (a *app) aspectsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "aspects [ASPECT]",
		Short: "List the aspects, or show one: its files, imports and users",
		Args:  words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			if _, err := s.Repo.Tree(); err != nil {
				return withCode(exitUsage, err)
			}
			all, err := s.Aspects(cmd.Context())
			if err != nil {
				return err
			}
			chosen := all
			if len(args) == 1 {
				if chosen, err = namedAspects(all, args[0]); err != nil {
					return err
				}
			}
			if a.flags.json {
				out := make([]aspectJSON, len(chosen))
				for i := range chosen {
					out[i] = aspectToJSON(&chosen[i])
				}
				return a.text().json(map[string]any{"aspects": out})
			}
			if len(args) == 1 {
				for i := range chosen {
					a.printAspect(&chosen[i])
				}
				return nil
			}
			a.printAspects(all)
			return nil
		},
	}
}

// namedAspects finds an aspect by its name in every class, or by class/name.
func namedAspects(aspects []session.Aspect, name string) ([]session.Aspect, error) {
	var found []session.Aspect
	var all []string
	for _, aspect := range aspects {
		if aspect.Name == name || string(aspect.Class)+"/"+aspect.Name == name {
			found = append(found, aspect)
		}
		all = append(all, aspect.Name)
	}
	if len(found) > 0 {
		return found, nil
	}
	hint := "assay aspects lists them"
	if near := fleet.Nearest(name, all); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, withCode(exitNothing, fmt.Errorf("no aspect %q; hint: %s", name, hint))
}

// printAspects shows the tree by class.
func (a *app) printAspects(aspects []session.Aspect) {
	p := a.text()
	var class fleet.Class
	var rows [][]cell
	flush := func() {
		p.rows("  ", rows)
		rows = nil
	}
	for i := range aspects {
		aspect := &aspects[i]
		if aspect.Class != class {
			flush()
			class = aspect.Class
			p.line("%s", p.paint(strong, host.Sanitize(string(class))))
		}
		users := aspect.On()
		who := cr(faint, who(users))
		if len(users) == 0 {
			who = cr(warn, "no machine")
		}
		rows = append(rows, []cell{c(aspect.Name), who, cr(faint, firstPlace(aspect))})
	}
	flush()
}

// firstPlace is where an aspect is defined, with the number of further files.
func firstPlace(aspect *session.Aspect) string {
	place := aspect.Files[0].At.String()
	if more := len(aspect.Files) - 1; more > 0 {
		place += fmt.Sprintf(" and %d more", more)
	}
	return place
}

// who names up to three machines.
func who(machines []string) string {
	if len(machines) <= 3 {
		return strings.Join(machines, " ")
	}
	return word.Count(len(machines), "machine")
}

func (a *app) printAspect(aspect *session.Aspect) {
	p := a.text()
	js := aspectToJSON(aspect)
	p.line("%s  %s", p.paint(strong, host.Sanitize(aspect.Name)), p.paint(faint, host.Sanitize(string(aspect.Class))))
	for _, file := range js.Files {
		p.clean("  defined   %s", file)
	}
	for _, i := range js.Imports {
		text := i.Name
		if i.Kind != "aspect" {
			text += " (" + i.Kind + ")"
		}
		if i.Condition != "" {
			text += " if " + i.Condition
		}
		p.clean("  imports   %s  %s", text, i.At)
	}
	for _, user := range js.UsedBy {
		p.clean("  used by   %s  %s", user.Name, user.At)
	}
	if len(js.Machines) == 0 {
		p.line("  machines  none")
	} else {
		p.clean("  machines  %s", strings.Join(js.Machines, " "))
	}
}

func aspectToJSON(aspect *session.Aspect) aspectJSON {
	out := aspectJSON{
		Name: aspect.Name, Class: aspect.Class, Files: []string{}, Imports: []importJSON{}, UsedBy: []namedJSON{},
		Machines: orEmpty(aspect.On()), Source: fleet.SourceRead,
	}
	for _, file := range aspect.Files {
		out.Files = append(out.Files, file.At.String())
	}
	for _, i := range aspect.Imports {
		out.Imports = append(out.Imports, importJSON{Kind: i.Kind, Name: i.Name, Condition: i.Condition, Why: i.Why, At: i.At.String()})
	}
	for _, user := range aspect.UsedBy {
		out.UsedBy = append(out.UsedBy, namedJSON{user.Name, user.At.String()})
	}
	return out
}
