package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) logCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "log MACHINE",
		Short: "List the commits since the revision that a machine runs",
		Long: `Asks the machine which revision of the configuration it runs, and lists the
commits since then that touch the files that the machine is made of. A flake
that defines its machines itself may read any file: there all commits are
listed. It takes system.configurationRevision in the machine's configuration.`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.world(cmd.Context())
			if err != nil {
				return err
			}
			if s.Fleet().Machine(args[0]) == nil {
				return noMachine(s.Fleet(), args[0])
			}
			watch, stop := a.interruptible(cmd.Context())
			defer stop()
			since, err := s.Since(watch, args[0])
			if err != nil {
				return err
			}
			if a.flags.json {
				return a.text().json(since)
			}
			p := a.text()
			var rows [][]cell
			for _, commit := range since.Commits {
				rows = append(rows, []cell{cr(strong, short(commit.Hash)), c(day(commit.Date)), c(commit.Author), c(commit.Subject)})
			}
			p.table([]string{"COMMIT", "DATE", "AUTHOR", "SUBJECT"}, rows)
			what := fmt.Sprintf("%s runs %s", since.Machine, short(since.Revision))
			switch n := len(since.Commits); {
			case n == 0:
				p.clean("%s: no commit since touches what it is made of", what)
			case len(since.Files) == 0:
				p.clean("%s; %d commits since, whatever they touch", what, n)
			default:
				p.clean("%s; %d commits since touch what it is made of", what, n)
			}
			return nil
		},
	}
}

// short is a commit as people write it.
func short(hash string) string { return hash[:min(len(hash), 12)] }

// day is the date of an RFC 3339 time.
func day(t string) string { return t[:min(len(t), len("2006-01-02"))] }
