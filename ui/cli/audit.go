package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/session"
	"assay/secrets/audit"
)

func (a *app) secretsAuditCommand() *cobra.Command {
	var reader string
	var all, evaluate bool
	cmd := &cobra.Command{
		Use:   "audit [PATH]",
		Short: "Say who can read what, and what is wrong with that",
		Long: `Compares who can read each secret, as its file says, with who should: the links
beside a generated one, the rule of .sops.yaml for a file. Says what differs,
which rules match nothing, which machines and keys are not known, who was
removed and could still read the value that is there, and what was never made
anew. Ages are git's. Nothing is decrypted. Exits with 1 where there are errors.

The files are compared with the configuration too, as far as the flake's files
say it: which machine or home names which file (sops.secrets of sops-nix), what
of that is not there, not tracked by git or not for its keys, and what a machine
can read and names nowhere.

With PATH, who can read that secret, or all below that directory, and why. With
--reader, what somebody can read: a user, a machine, a group, a name in
.sops.yaml, or a key; "user x" where several are called x.

With --evaluate Nix is asked which generators are declared, and a machine that
it cannot evaluate exits with 1 too, and is told by its files.

  assay secrets audit
  assay secrets audit --reader raquel
  assay secrets audit vars/shared`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reader != "" && len(args) > 0 {
				return usagef("a path and --reader cannot go together; hint: give one of them")
			}
			var lying *session.Ahead // what git said is kept while the answer is printed
			defer func() { lying.Stop() }()
			s, r, told, err := a.audit(cmd.Context(), &lying, reader == "", evaluate)
			switch {
			case err != nil:
				return err
			case reader != "":
				return a.auditReader(r, told, reader)
			case len(args) > 0:
				return a.auditPath(r, told, args[0])
			}
			return a.auditAll(s, r, told, all)
		},
	}
	addVarsEvaluate(cmd, &evaluate)
	cmd.Flags().StringVar(&reader, "reader", "", "what `NAME` can read")
	cmd.Flags().BoolVar(&all, "all", false, "every finding, however many are alike")
	_ = cmd.RegisterFlagCompletionFunc("reader", a.audited(readerNames))
	cmd.ValidArgsFunction = a.audited(func(r *audit.Report) (out []string) {
		for i := range r.Secrets {
			out = append(out, r.Secrets[i].ID)
		}
		return out
	})
	return cmd
}

// audit judges the secrets, with the generators that the files or Nix declare;
// told is what Nix said, nil where it was not asked. The caller stops lying.
func (a *app) audit(ctx context.Context, lying **session.Ahead, ages, evaluate bool) (s *session.Session, r *audit.Report, told *session.VarsEvaluation, err error) {
	look := func(dir string) {
		cache, _ := a.env.cacheDir() // it goes without
		*lying = session.AheadAudit(ctx, dir, cache, ages)
	}
	if !evaluate {
		if s, err = a.filesBeside(ctx, func(dir string) {
			if look(dir); (*lying).Walks() && a.env.StepBack != nil {
				a.env.StepBack() // all waits for git
			}
		}); err == nil {
			r, err = s.AuditOf(ctx, *lying)
		}
		return s, r, nil, err
	}
	if s, err = a.world(ctx); err != nil {
		return nil, nil, nil, err
	}
	look(s.Repo.Dir)
	told, err = a.declaredBy(ctx, s, func(ctx context.Context, by session.Declarer) (err error) {
		r, err = s.AuditBy(ctx, by, *lying)
		return err
	})
	return s, r, told, err
}

// audited completes with what list finds in an audit without ages.
func (a *app) audited(list func(*audit.Report) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		s, err := a.files(cmd.Context())
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		r, err := s.Audit(cmd.Context(), false)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list(r), cobra.ShellCompDirectiveNoFileComp
	}
}

// readerNames are the names that --reader takes; those that several have with
// what they are.
func readerNames(r *audit.Report) (out []string) {
	count := map[string]int{}
	for _, who := range r.Readers {
		count[who.Name]++
	}
	for _, who := range r.Readers {
		out = append(out, who.Name)
		if count[who.Name] > 1 {
			out = append(out, who.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// auditAll tells the findings.
func (a *app) auditAll(s *session.Session, r *audit.Report, told *session.VarsEvaluation, all bool) error {
	if a.flags.json {
		var rows []*audit.Secret
		for i := range r.Secrets {
			rows = append(rows, &r.Secrets[i])
		}
		if err := a.text().json(evaluatedAnswer(auditToJSON(r, rows), told)); err != nil {
			return err
		}
	} else {
		a.printVarsEvaluation(told)
		a.printAudit(s.Fleet().Name, r, all)
	}
	if r.Count(audit.Error) > 0 {
		return failed(exitFailed)
	}
	return unlessFailed(told)
}

// auditPath tells who can read one secret, or those below a directory.
func (a *app) auditPath(r *audit.Report, told *session.VarsEvaluation, path string) error {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "./"), "/")
	var found []*audit.Secret
	var paths []string
	for i := range r.Secrets {
		s := &r.Secrets[i]
		paths = append(paths, s.ID)
		if s.ID == path || s.ID == "vars/"+path || strings.TrimSuffix(path, "/secret") == s.ID || strings.HasPrefix(s.ID, path+"/") {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		hint := "assay secrets audit"
		if near := fleet.Nearest(path, paths); near != "" {
			hint = "did you mean " + near + "?"
		}
		return usagef("no secret %s; hint: %s", path, hint)
	}
	if a.flags.json {
		answer := auditToJSON(&audit.Report{Readers: r.Readers, Secrets: r.Secrets, NoGit: r.NoGit, Findings: about(r, found)}, found)
		return errors.Join(a.text().json(evaluatedAnswer(answer, told)), unlessFailed(told))
	}
	a.printVarsEvaluation(told)
	a.printAccess(r, found)
	return unlessFailed(told)
}

// about are the findings about some of the secrets.
func about(r *audit.Report, some []*audit.Secret) (out []audit.Finding) {
	for _, f := range r.Findings {
		if slices.ContainsFunc(some, func(s *audit.Secret) bool { return s.ID == f.Secret }) {
			out = append(out, f)
		}
	}
	return out
}

// auditReader tells what somebody can read.
func (a *app) auditReader(r *audit.Report, told *session.VarsEvaluation, name string) error {
	who, reads, ok := r.Reads(name)
	if !ok {
		var names []string
		for _, w := range r.Readers {
			names = append(names, w.Name)
		}
		hint := "assay secrets audit lists who reads"
		if near := fleet.Nearest(name, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		return usagef("no user, machine, group or key is called %q; hint: %s", name, hint)
	}
	if a.flags.json {
		return errors.Join(a.text().json(evaluatedAnswer(readsToJSON(who, reads), told)), unlessFailed(told))
	}
	a.printVarsEvaluation(told)
	a.printReads(who, reads)
	return unlessFailed(told)
}
