package session

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
	"assay/modules/compose"
	"assay/secrets"
)

// Declarer tells the generators that machines declare. The session itself is
// one, that reads them from files; EvaluatedDeclarer asks Nix.
type Declarer interface {
	Declare(ctx context.Context, machines []string) ([]fleet.Declaration, error)
}

// Declare reads the generators that the machines declare, from the files of
// the fleet, in the order given. What cannot be composed is Open.
func (s *Session) Declare(ctx context.Context, machines []string) ([]fleet.Declaration, error) {
	tree, err := s.Repo.Tree()
	if err != nil {
		return nil, err
	}
	out := make([]fleet.Declaration, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		c, err := s.Repo.Generators(name)
		out[i] = s.declaration(tree, name, c, err)
	})
	return out, ctx.Err()
}

// declaration is what a machine declares by its composition, which err may say
// is not whole.
func (s *Session) declaration(tree *modules.Tree, name string, c compose.Composition, err error) fleet.Declaration {
	d := compose.GeneratorsOf(c)
	d.Machine = name
	if err != nil {
		d.Open = append(d.Open, s.uncomposed(name, err))
	}
	if tree.Clan != nil {
		d.Open = slices.DeleteFunc(d.Open, ofService)
		d.Merge(compose.CoreGeneratorsOf(c))
		d.Merge(tree.Clan.Generators(name))
	}
	return d
}

// uncomposed is the opening of a machine that cannot be composed.
func (s *Session) uncomposed(name string, err error) fleet.Opening {
	return fleet.Opening{What: "machine " + name, At: s.Fleet().Machine(name).At, Why: err.Error()}
}

// ofService reports whether an opening is a service's: of those the inventory
// knows more.
func ofService(o fleet.Opening) bool { return strings.Contains(o.What, ": service ") }

// Vars compares what the machines declare with what lies in the fleet's
// directory. With one machine nothing of others is read; none means all.
// Nothing is decrypted.
func (s *Session) Vars(ctx context.Context, machine string) ([]secrets.VarFinding, error) {
	lying := AheadVars(s.Repo.Dir, machine)
	defer lying.Stop()
	return s.VarsOf(ctx, machine, lying)
}

// VarsOf is Vars of what AheadVars lists for the same machine.
func (s *Session) VarsOf(ctx context.Context, machine string, lying *Ahead) ([]secrets.VarFinding, error) {
	return s.VarsBy(ctx, s, machine, lying)
}

// VarsBy is VarsOf of what a Declarer tells.
func (s *Session) VarsBy(ctx context.Context, by Declarer, machine string, lying *Ahead) ([]secrets.VarFinding, error) {
	all := names(s.Fleet().Machines)
	machines := all
	if machine != "" {
		if s.Fleet().Machine(machine) == nil {
			return nil, fmt.Errorf("no machine %q; hint: assay machines lists them", machine)
		}
		machines = []string{machine}
	}
	declared, err := by.Declare(ctx, machines)
	if err != nil {
		return nil, err
	}
	return s.checkVars(declared, machine, lying)
}

// checkVars compares what was declared with what lies there.
func (s *Session) checkVars(declared []fleet.Declaration, machine string, lying *Ahead) ([]secrets.VarFinding, error) {
	<-lying.done
	if lying.err != nil {
		return nil, lying.err
	}
	scan := secrets.Scan{Declarations: declared, Lying: lying.vars, Machines: names(s.Fleet().Machines), Only: machine}
	if s.Repo.Adopted {
		scan.MachinesWhy = s.moreMachines()
		if !s.Repo.Vars.HasKeys() {
			scan.Elsewhere = "the fleet has no directory sops/: its secrets lie in another store"
		}
	}
	return secrets.CheckVars(s.Repo.Vars, scan)
}

// moreMachines says why the fleet may have machines that were not found.
func (s *Session) moreMachines() string {
	if tree, err := s.Repo.Tree(); err == nil && tree.Clan != nil {
		return tree.Clan.More
	}
	return ""
}
