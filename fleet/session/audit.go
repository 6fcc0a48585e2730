package session

import (
	"context"
	"errors"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"assay/fleet/checkout"
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

// secretHistory asks git what became of the encrypted files.
func secretHistory(ctx context.Context, dir, cache string, in *audit.Input) (out []audit.Versions, why string) {
	files := map[string]int{} // the encrypted files: their places in out, from 1
	var paths []string
	for _, c := range in.Claims {
		files[path.Join(c.Dir, "secret")] = 0
		top, _, _ := strings.Cut(c.Dir, "/")
		paths = append(paths, top)
	}
	for _, f := range in.Files {
		files[f.Path] = 0
		top, _, _ := strings.Cut(f.Path, "/")
		paths = append(paths, top)
	}
	if len(files) == 0 {
		return nil, ""
	}
	slices.Sort(paths)
	if cache != "" {
		cache = filepath.Join(cache, "history")
	}
	versions, err := checkout.Versions(ctx, dir, cache, slices.Compact(paths), func(p string) bool { _, ok := files[p]; return ok })
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, "git is not installed"
	case err != nil:
		if strings.Contains(err.Error(), "not a git repository") {
			return nil, "the directory is not under git"
		}
		why, _, _ = strings.Cut(err.Error(), "\n")
		return nil, "git cannot say: " + why
	}
	for _, v := range versions {
		i := files[v.Path]
		if i == 0 {
			out = append(out, audit.Versions{Path: v.Path})
			i = len(out)
			files[v.Path] = i
		}
		out[i-1].All = append(out[i-1].All, audit.Version{At: v.At, Text: v.Text})
	}
	return out, ""
}
