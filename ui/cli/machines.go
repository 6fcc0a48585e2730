package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/word"
)

// machineJSON is one entry of "machines" in `machines --json`.
type machineJSON struct {
	Name     string       `json:"name"`
	Class    fleet.Class  `json:"class"`
	System   string       `json:"system"`
	Type     string       `json:"type"`
	User     string       `json:"user"`
	Tags     []string     `json:"tags"`
	Computed []string     `json:"computed_tags"` // by rule, and all and the class
	Aspects  []namedJSON  `json:"aspects"`
	Home     []homeJSON   `json:"home"`
	Roles    []string     `json:"roles"`
	Deploy   deployJSON   `json:"deploy"`
	Facts    *factsJSON   `json:"facts"` // null where the machine cannot be composed
	Source   fleet.Source `json:"source"`
	At       string       `json:"at"`
}

type namedJSON struct {
	Name string `json:"name"`
	At   string `json:"at"`
}

type homeJSON struct {
	User    string      `json:"user"`
	Aspects []namedJSON `json:"aspects"`
	At      string      `json:"at"`
}

type deployJSON struct {
	Targets []string `json:"targets"`
	Why     string   `json:"why,omitempty"` // the target is written and not known
	Guessed bool     `json:"guessed"`       // the targets follow from the fleet's domain
	Jump    []string `json:"jump"`
	Build   string   `json:"build"`
	Become  string   `json:"become"`
}

func (a *app) machinesCommand() *cobra.Command {
	var matrix, evaluate bool
	cmd := &cobra.Command{
		Use:   "machines [SELECTOR]",
		Short: "List the registry",
		Long: `Lists the machines, or with --matrix which of them has which aspect. Of a flake
that defines its machines itself it says what the files say, at once, and with
--evaluate what Nix says.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, chosen, err := a.selected(cmd.Context(), args, a.filesOr(evaluate))
			if err != nil {
				return err
			}
			if matrix {
				aspects, err := s.Aspects(cmd.Context())
				if err != nil {
					return err
				}
				return a.showMatrix(aspects, chosen)
			}
			if a.flags.json {
				out := make([]machineJSON, len(chosen))
				for i, name := range chosen {
					out[i] = machineToJSON(s.Fleet(), s.Fleet().Machine(name))
					if c, _ := s.Repo.Compose(name); c.Machine != "" {
						out[i].Facts = factsToJSON(compose.FactsOf(c))
					}
				}
				return a.text().json(map[string]any{"machines": out})
			}
			a.printMachines(s.Fleet(), chosen)
			if len(s.Fleet().Machines) == 0 {
				return a.noMachines(s)
			}
			return nil
		},
	}
	addEvaluate(cmd, &evaluate)
	cmd.Flags().BoolVar(&matrix, "matrix", false, "show which machine has which aspect")
	return cmd
}

// noMachines says why a fleet has none: the first reasons that reading its
// files gave.
func (a *app) noMachines(s *session.Session) error {
	const most = 5
	problems := s.Repo.Problems()
	a.printProblems(problems[:min(len(problems), most)])
	hint := "name them in [machines] of fleet.toml"
	if s.Adopted() {
		hint = "assay check --evaluate asks Nix; assay check says all that could not be read"
	}
	return withCode(exitNothing, fmt.Errorf("no machine was found in %s; hint: %s", s.Repo.Dir, hint))
}

func (a *app) printMachines(f *fleet.Fleet, chosen []string) {
	var rows [][]cell
	for _, name := range chosen {
		m := f.Machine(name)
		target := word.NoTarget
		switch {
		case len(m.Deploy.Targets) > 0:
			target = m.Deploy.Targets[0]
		case m.Deploy.Why != "":
			target = "unknown"
		}
		rows = append(rows, []cell{
			{text: m.Name, role: strong}, c(string(m.Class)), c(m.System), c(m.Type), c(m.User), c(target), c(strings.Join(m.Tags, " ")),
		})
	}
	p := a.text()
	p.table([]string{"NAME", "CLASS", "SYSTEM", "TYPE", "USER", "TARGET", "TAGS"}, rows)
}

func machineToJSON(f *fleet.Fleet, m *fleet.Machine) machineJSON {
	out := machineJSON{
		Name: m.Name, Class: m.Class, System: m.System, Type: m.Type, User: m.User,
		Tags: orEmpty(m.Tags), Computed: orEmpty(m.Computed), Aspects: namedToJSON(m.Aspects), Home: []homeJSON{}, Roles: orEmpty(f.RolesOf(m.Name)),
		Deploy: deployJSON{
			Targets: orEmpty(m.Deploy.Targets), Why: m.Deploy.Why, Guessed: m.Deploy.Guessed, Jump: orEmpty(m.Deploy.Jump),
			Build: m.Deploy.Build, Become: m.Deploy.Become,
		},
		Source: m.Source, At: m.At.String(),
	}
	for _, h := range m.Home {
		out.Home = append(out.Home, homeJSON{h.User, namedToJSON(h.Aspects), h.At.String()})
	}
	return out
}

func namedToJSON(list []fleet.Named) []namedJSON {
	out := make([]namedJSON, len(list))
	for i, n := range list {
		out[i] = namedJSON{n.Name, n.At.String()}
	}
	return out
}

// orEmpty makes a list that JSON shows as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
