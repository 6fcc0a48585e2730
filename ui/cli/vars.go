package cli

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/secrets"
	"assay/ui/word"
)

// varJSON is one entry of "vars" in `vars list --json` and `vars check --json`.
type varJSON struct {
	Machine   string          `json:"machine"` // "" for one that machines share
	Scope     string          `json:"scope"`   // per-machine, shared or per-export
	Generator string          `json:"generator"`
	File      string          `json:"file"`
	State     secrets.State   `json:"state"`
	Secret    bool            `json:"secret"`
	Declared  bool            `json:"declared"`
	By        []string        `json:"declared_by"` // machines
	Service   string          `json:"service,omitempty"`
	Certainty fleet.Certainty `json:"certainty"`
	Readers   []readerJSON    `json:"readers"`
	Detail    string          `json:"detail,omitempty"`
	Remedy    string          `json:"remedy,omitempty"`
	Notes     []string        `json:"notes"`
	At        string          `json:"at,omitempty"` // where it is declared
	Path      string          `json:"path"`
	Source    fleet.Source    `json:"source"`
}

type readerJSON struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Via  string `json:"via,omitempty"`
}

func (a *app) varsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vars",
		Short: "The values that generators make: keys, passwords, identities",
		Long: `Shows and makes the generated values of the machines, secret and public, which
lie in vars/ and sops/ exactly as clan keeps them. What should be there is read
from what the modules declare under clan.core.vars.generators. What the files
leave open, as the generators of modules that come from inputs, Nix tells with
--evaluate.

  assay vars check
  assay vars check --evaluate
  assay vars list cinnabar
  assay vars get cinnabar openssh/ssh.id_ed25519.pub
  assay vars generate --yes`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.varsCheckCommand(), a.varsListCommand(), a.varsGetCommand(), a.varsSetCommand(), a.varsGenerateCommand(), a.varsFixCommand())
	return cmd
}

func (a *app) varsListCommand() *cobra.Command {
	var evaluate bool
	cmd := &cobra.Command{
		Use:   "list [MACHINE]",
		Short: "List the generated values and their states",
		Long: `Lists every value that is declared or lies in vars/: whether it is there, who
reads it, and where it is declared. Nothing is decrypted. With MACHINE only what
that machine declares or has. With --evaluate Nix is asked what is declared, and
where that is not what was read of the files is said.`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, found, told, err := a.varFindings(cmd.Context(), args, evaluate)
			if err != nil {
				return err
			}
			if a.flags.json {
				return errors.Join(a.text().json(evaluatedAnswer(map[string]any{"vars": varsToJSON(found)}, told)), unlessFailed(told))
			}
			a.printVars(found)
			a.printVarsEvaluation(told)
			return unlessFailed(told)
		},
	}
	addVarsEvaluate(cmd, &evaluate)
	return cmd
}

func (a *app) varsCheckCommand() *cobra.Command {
	var evaluate bool
	cmd := &cobra.Command{
		Use:   "check [MACHINE]",
		Short: "Say what is missing, outdated, drifted or left over",
		Long: `Compares what generators declare with what lies in vars/, and says of each value
that is not as it should be why, and what to do. Nothing is decrypted. With
MACHINE only what is that machine's is read: another machine's drift is not its
own. Exits with 1 when something has to be mended; what is left over or not
known alone exits with 0. With --evaluate Nix is asked what is declared; then a
machine that it cannot evaluate exits with 1 too, and is told by its files.

missing   not generated       outdated  its validation has changed
half      a part is missing   drifted   readers are not as the links say
dangling  a link leads away   orphaned  no generator makes it
stale     of no machine       unknown   what is declared is not known`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, found, told, err := a.varFindings(cmd.Context(), args, evaluate)
			if err != nil {
				return err
			}
			wrong, noted := countVars(found)
			if a.flags.json {
				if err := a.text().json(evaluatedAnswer(map[string]any{"vars": varsToJSON(found), "wrong": wrong}, told)); err != nil {
					return err
				}
			} else {
				a.printVarsEvaluation(told)
				a.printVarsCheck(s, found, wrong, noted)
			}
			if wrong > 0 {
				return failed(exitFailed)
			}
			return unlessFailed(told)
		},
	}
	addVarsEvaluate(cmd, &evaluate)
	return cmd
}

// varFindings compares what is declared, as the files or Nix say, with what
// lies there; told is what Nix said, nil where it was not asked.
func (a *app) varFindings(ctx context.Context, args []string, evaluate bool) (s *session.Session, found []secrets.VarFinding, told *session.VarsEvaluation, err error) {
	machine := strings.Join(args, "")
	var lying *session.Ahead
	look := func(dir string) { lying = session.AheadVars(dir, machine) }
	defer func() { lying.Stop() }()
	if evaluate {
		if s, err = a.world(ctx); err == nil {
			look(s.Repo.Dir)
		}
	} else {
		s, err = a.filesBeside(ctx, look)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if machine != "" && s.Fleet().Machine(machine) == nil {
		return nil, nil, nil, noMachine(s.Fleet(), machine)
	}
	if !evaluate {
		found, err = s.VarsOf(ctx, machine, lying)
		return s, found, nil, err
	}
	told, err = a.declaredBy(ctx, s, func(ctx context.Context, by session.Declarer) (err error) {
		found, err = s.VarsBy(ctx, by, machine, lying)
		return err
	})
	return s, found, told, err
}

func countVars(found []secrets.VarFinding) (wrong, noted int) {
	for _, f := range found {
		if f.Wrong() {
			wrong++
		} else if f.State != secrets.OK {
			noted++
		}
	}
	return wrong, noted
}

func varsToJSON(found []secrets.VarFinding) []varJSON {
	out := make([]varJSON, len(found))
	for i, f := range found {
		out[i] = varJSON{
			Machine: f.Owner, Scope: string(f.Scope), Generator: f.Name, File: f.File, State: f.State, Secret: f.Secret,
			Declared: f.Declared, By: orEmpty(f.Machines), Service: f.Service, Certainty: f.Certainty, Readers: []readerJSON{},
			Detail: f.Detail, Remedy: f.Remedy, Notes: orEmpty(f.Notes), Path: f.ID.Dir(), Source: cmp.Or(f.Source, fleet.SourceRead),
		}
		if !f.At.IsZero() {
			out[i].At = f.At.String()
		}
		for _, r := range f.Readers {
			out[i].Readers = append(out[i].Readers, readerJSON{r.Kind, r.Name, r.Via})
		}
	}
	return out
}

// varRoles are the colours of states that are not as they should be.
var varRoles = map[secrets.State]role{
	secrets.OK: good, secrets.UnknownVar: faint, secrets.Orphaned: warn, secrets.Stale: warn,
}

func varCell(state secrets.State) cell {
	r, ok := varRoles[state]
	if !ok {
		r = bad
	}
	return cr(r, string(state))
}

func (a *app) printVars(found []secrets.VarFinding) {
	p := a.text()
	if len(found) == 0 {
		p.line("no vars: nothing is declared under clan.core.vars.generators, and nothing lies in vars/")
		return
	}
	rows := make([][]cell, len(found))
	for i, f := range found {
		kind := "public"
		if f.Secret {
			kind = "secret"
		}
		at := f.At.String()
		if f.Service != "" {
			at = strings.TrimSpace("service " + f.Service + " " + at)
		}
		if at == "" && f.Source == fleet.SourceEvaluated {
			at = "evaluated"
		} else {
			at = cmp.Or(at, "not declared") + evaluatedMark(f.Source)
		}
		rows[i] = []cell{c(f.ID.String()), varCell(f.State), c(kind), c(readerWords(f)), cr(faint, at)}
	}
	p.table([]string{"VAR", "STATE", "KIND", "READERS", "DECLARED"}, rows)
}

func readerWords(f secrets.VarFinding) string {
	var names []string
	for _, r := range f.Readers {
		name := r.Name
		if r.Kind == "user" {
			name = "user " + name
		}
		if r.Via != "" {
			name += " (" + r.Via + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func (a *app) printVarsCheck(s *session.Session, found []secrets.VarFinding, wrong, noted int) {
	p := a.text()
	for _, f := range found {
		if f.State == secrets.OK {
			for _, note := range f.Notes {
				p.line("%s%s", p.paint(faint, "note"), p.fold(" "+host.Sanitize(f.ID.String()+": "+note), len("note"), 4))
			}
			continue
		}
		text := f.ID.String() + evaluatedMark(f.Source) + ": " + f.Detail
		if !f.At.IsZero() {
			text = f.At.String() + ": " + text
		}
		if f.Remedy != "" {
			text += "; hint: " + f.Remedy
		}
		state := varCell(f.State)
		p.line("%s%s", p.paint(state.role, state.text), p.fold(" "+host.Sanitize(text), len(state.text), 4))
	}
	if strays, err := s.Repo.Vars.Strays(); err == nil {
		for _, stray := range strays {
			text := stray.Path + " leads to " + stray.To + ", which does not exist; hint: git rm " + stray.Path
			p.line("%s%s", p.paint(warn, "dangling"), p.fold(" "+host.Sanitize(text), len("dangling"), 4))
		}
	}
	p.line("%s: %s, %d to mend, %d left over or not known", host.Sanitize(s.Fleet().Name), word.Count(len(found), "var"), wrong, noted)
}
