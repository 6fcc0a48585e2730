package session

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// Var finds a var of a machine by GENERATOR/FILE, declared or on disk: its own
// before the one that machines share.
func (s *Session) Var(ctx context.Context, machine, name string) (secrets.VarFinding, error) {
	return s.VarBy(ctx, s, machine, name)
}

// VarBy is Var of what a Declarer tells.
func (s *Session) VarBy(ctx context.Context, by Declarer, machine, name string) (secrets.VarFinding, error) {
	lying := AheadVars(s.Repo.Dir, machine)
	defer lying.Stop()
	found, err := s.VarsBy(ctx, by, machine, lying)
	if err != nil {
		return secrets.VarFinding{}, err
	}
	generator, file, ok := strings.Cut(name, "/")
	if !ok || file == "" {
		return secrets.VarFinding{}, fmt.Errorf("%q: expected GENERATOR/FILE; hint: assay vars list %s", name, machine)
	}
	var names []string
	for _, scope := range []vars.Scope{vars.PerMachine, vars.SharedOnce} {
		for _, f := range found {
			names = append(names, f.Name+"/"+f.File)
			if f.Scope == scope && f.Name == generator && f.File == file {
				return f, nil
			}
		}
	}
	shared := vars.Shared(generator).Var(file) // one that nothing read declares
	if v, err := s.Repo.Vars.Inspect(shared); err == nil && (v.Public || v.Secret) {
		return secrets.VarFinding{ID: shared, State: secrets.UnknownVar, Public: v.Public, Secret: v.Secret, Readers: v.Readers}, nil
	}
	hint := "assay vars list " + machine
	if near := fleet.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return secrets.VarFinding{}, fmt.Errorf("machine %s has no var %q; hint: %s", machine, name, hint)
}

// VarValue reads a var, and decrypts it where it is a secret.
func (s *Session) VarValue(f secrets.VarFinding, identities []sops.Identity) (secrets.Secret, error) {
	s.knowIdentities(identities)
	if f.Secret {
		return s.Repo.Vars.Secret(f.ID, identities)
	}
	text, err := s.Repo.Vars.Public(f.ID)
	return secrets.NewSecret(text), err
}

// SetVar writes the value of a declared var, or of one that is there: a secret
// for the machines that declare it where it is deployed, for the operator and
// for whom its links name already.
func (s *Session) SetVar(ctx context.Context, f secrets.VarFinding, value secrets.Secret, identities []sops.Identity) error {
	if _, err := s.SettleSecrets(); err != nil {
		return err
	}
	machines, err := s.declaring(ctx, f)
	if err != nil {
		return err
	}
	return secrets.SetVar(ctx, s.Repo.Vars, f.ID, f.Secret, value, secrets.Audience{Machines: machines, Groups: f.Groups}, f.Hash, identities)
}

// declaring are the machines that surely are to have a var: those of f, and, of
// one that machines share, those whose files declare it.
func (s *Session) declaring(ctx context.Context, f secrets.VarFinding) ([]string, error) {
	if !f.Deploy {
		return nil, nil
	}
	machines := slices.Clone(f.Machines)
	if f.Scope != vars.SharedOnce {
		return machines, nil
	}
	declared, err := s.Declare(ctx, names(s.Fleet().Machines))
	if err != nil {
		return nil, err
	}
	for _, d := range declared {
		g := d.Generator(f.Name)
		if g == nil || g.Certainty != fleet.Exact || vars.Place(g) != f.Generator {
			continue
		}
		if file := g.File(f.File); file != nil && file.Deploy.Value && file.Condition == "" {
			machines = append(machines, d.Machine)
		}
	}
	slices.Sort(machines)
	return slices.Compact(machines), nil
}
