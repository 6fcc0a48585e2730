package session

import (
	"context"

	"assay/secrets"
	"assay/secrets/audit"
)

// Audit says who can read which secret of the fleet, in both tiers, and what
// is wrong with that. Nothing is decrypted, and nothing that the repository
// configures is run. Without ages git is not asked how old the secrets are.
func (s *Session) Audit(ctx context.Context, ages bool) (*audit.Report, error) {
	lying := AheadAudit(ctx, s.Repo.Dir, s.opts.CacheDir, ages)
	defer lying.Stop()
	return s.AuditOf(ctx, lying)
}

// AuditOf is Audit of what AheadAudit reads.
func (s *Session) AuditOf(ctx context.Context, lying *Ahead) (*audit.Report, error) {
	return s.AuditBy(ctx, nil, lying)
}

// AuditBy is AuditOf with the generators that a Declarer tells; nil reads the
// files. Which machine names which file is read of the files in any case.
func (s *Session) AuditBy(ctx context.Context, by Declarer, lying *Ahead) (*audit.Report, error) {
	fleet := names(s.Fleet().Machines)
	declared, uses, err := s.declareSealed(ctx, fleet)
	if err == nil && by != nil {
		declared, err = by.Declare(ctx, fleet)
	}
	if err != nil {
		return nil, err
	}
	found, err := s.checkVars(declared, "", lying)
	if err != nil {
		return nil, err
	}
	in := lying.audit
	in.Fleet, in.Vars, in.Uses = fleet, found, uses
	if err := in.Find(s.Repo.Dir); err != nil {
		return nil, err
	}
	if s.Repo.Adopted {
		in.Why = s.moreMachines()
	}
	in.HostKeys = map[string]string{}
	for _, d := range declared {
		if keys, err := secrets.HostKeys(s.Repo.Vars, d.Machine); err == nil {
			in.HostKeys[d.Machine] = keys[0]
		}
		if len(d.Groups) > 0 {
			in.Groups = append(in.Groups, audit.Default{Machine: d.Machine, Groups: d.Groups, At: d.GroupsAt, Why: d.GroupsWhy})
		}
		if len(d.Open) > 0 {
			in.Open = append(in.Open, d.Machine)
		}
	}
	return audit.Judge(in), ctx.Err()
}
