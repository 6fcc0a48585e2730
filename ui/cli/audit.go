package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/session"
	"assay/secrets/audit"
)

func (a *app) secretsAuditCommand() *cobra.Command {
	var reader string
	var all bool
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

  assay secrets audit
  assay secrets audit --reader raquel
  assay secrets audit vars/shared`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var lying *session.Ahead
			s, err := a.filesBeside(cmd.Context(), func(dir string) {
				cache, _ := a.env.cacheDir() // it goes without
				lying = session.AheadAudit(cmd.Context(), dir, cache, reader == "")
			})
			defer func() { lying.Stop() }()
			if err != nil {
				return err
			}
			r, err := s.AuditOf(cmd.Context(), lying)
			switch {
			case err != nil:
				return err
			case reader != "" && len(args) > 0:
				return usagef("a path and --reader cannot go together; hint: give one of them")
			case reader != "":
				return a.auditReader(r, reader)
			case len(args) > 0:
				return a.auditPath(r, args[0])
			}
			return a.auditAll(s, r, all)
		},
	}
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
func (a *app) auditAll(s *session.Session, r *audit.Report, all bool) error {
	if a.flags.json {
		var rows []*audit.Secret
		for i := range r.Secrets {
			rows = append(rows, &r.Secrets[i])
		}
		if err := a.text().json(auditToJSON(r, rows)); err != nil {
			return err
		}
	} else {
		a.printAudit(s.Fleet().Name, r, all)
	}
	if r.Count(audit.Error) > 0 {
		return failed(exitFailed)
	}
	return nil
}

// auditPath tells who can read one secret, or those below a directory.
func (a *app) auditPath(r *audit.Report, path string) error {
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
		return a.text().json(auditToJSON(&audit.Report{Readers: r.Readers, Secrets: r.Secrets, NoGit: r.NoGit, Findings: about(r, found)}, found))
	}
	a.printAccess(r, found)
	return nil
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
func (a *app) auditReader(r *audit.Report, name string) error {
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
		return a.text().json(readsToJSON(who, reads))
	}
	a.printReads(who, reads)
	return nil
}
