package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/session"
	"assay/secrets/audit"
	"assay/secrets/files"
	"assay/secrets/sops"
	"assay/ui/word"
)

// sopsFileJSON is one entry of "secrets" in `secrets list --json`.
type sopsFileJSON struct {
	File     string             `json:"file"`
	Store    string             `json:"store"`
	State    string             `json:"state"`
	Detail   string             `json:"detail,omitempty"`
	Rule     string             `json:"rule,omitempty"` // file:line of the rule that decides
	Readers  []secretReaderJSON `json:"readers"`
	Others   []string           `json:"other_keys"` // of other kinds than age
	Opens    bool               `json:"opens"`      // with an identity at hand
	Modified string             `json:"modified,omitempty"`
	Notes    []string           `json:"notes"`
	Source   fleet.Source       `json:"source"`
}

type secretReaderJSON struct {
	Name   string   `json:"name"`
	Names  []string `json:"names"`
	Key    string   `json:"key"`
	InFile bool     `json:"in_file"`
	InRule bool     `json:"in_rule"`
}

func (a *app) secretsListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the files that are encrypted, and who may read them",
		Long: `Lists every file that is encrypted in the format of sops, whatever its place,
and those that a rule of .sops.yaml covers and that are not: with the rule that
says who may read it, its readers by name, and when it was last changed, as it
says itself. Nothing is decrypted. A reader with + is in the file and not in the
rule, one with - the other way round. Generated values are under: assay vars

ok         readers are those of the rule    drifted    they are not
no rule    nothing says who may read it     foreign    takes the sops command
plain      a rule covers it, not encrypted  malformed  it cannot be read
undecryptable  none of your keys is among its readers`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			identities, err := a.ageIdentities()
			if err != nil {
				return err
			}
			found, err := s.SecretFiles(cmd.Context(), identities)
			if err != nil {
				return err
			}
			if a.flags.json {
				return a.text().json(map[string]any{"secrets": secretsToJSON(found.Files), "identities": countUsable(identities), "interrupted": found.Pending, "unread": orEmpty(found.Tree.Unread)})
			}
			a.printSecrets(found, countUsable(identities))
			return nil
		},
	}
}

func countUsable(identities []sops.Identity) (n int) {
	for _, id := range identities {
		if id.Usable() {
			n++
		}
	}
	return n
}

func secretsToJSON(list []session.SecretFile) []sopsFileJSON {
	out := []sopsFileJSON{}
	for _, f := range list {
		j := sopsFileJSON{
			File: f.Path, Store: string(f.Store), State: string(f.State), Detail: f.Why, Readers: []secretReaderJSON{},
			Others: orEmpty(f.Others), Opens: f.Opens, Notes: orEmpty(f.Notes), Source: fleet.SourceRead,
		}
		if f.Rule != nil {
			j.Rule = f.Rule.At.String()
		}
		if !f.Modified.IsZero() {
			j.Modified = f.Modified.UTC().Format(time.RFC3339)
		}
		for _, r := range f.Readers {
			j.Readers = append(j.Readers, secretReaderJSON{r.Name(), orEmpty(r.Names), r.Key, r.Claimed, r.Wanted})
		}
		out = append(out, j)
	}
	return out
}

// secretRoles are the colours of states.
var secretRoles = map[files.State]role{files.OK: good, session.Undecryptable: faint, files.Foreign: warn, files.NoRule: warn}

func (a *app) printSecrets(found session.Secrets, identities int) {
	p := a.text()
	if found.Pending {
		a.errors().line("a change of several files was interrupted; the next command that writes completes it or takes it back")
	}
	a.printUnread(found.Tree.Unread)
	if len(found.Files) == 0 {
		p.line("no file is encrypted, and no rule of a .sops.yaml covers one that should be")
		return
	}
	rows := make([][]cell, len(found.Files))
	for i, f := range found.Files {
		r, ok := secretRoles[f.State]
		if !ok {
			r = bad
		}
		rule, age := "", ""
		if f.Rule != nil {
			rule = f.Rule.At.String()
		}
		if !f.Modified.IsZero() {
			age = word.Age(time.Since(f.Modified))
		}
		rows[i] = []cell{c(f.Path), cr(r, string(f.State)), c(string(f.Store)), c(secretReaders(f)), c(age), cr(faint, rule)}
	}
	p.table([]string{"FILE", "STATE", "STORE", "READERS", "CHANGED", "RULE"}, rows)
	for _, f := range found.Files {
		if f.State != files.OK && f.State != session.Undecryptable {
			p.line("%s", p.fold(sane(f.Path+": "+f.Why), 0, 4))
		}
		for _, note := range f.Notes {
			p.line("%s", p.fold(sane(f.Path+": "+note), 0, 4))
		}
	}
	if identities == 0 {
		a.errors().line("no age identity is at hand: which of them you could open is not known")
	}
}

// secretReaders lists readers by name, or by their key in short: + for those who
// should not be there, - for those who are missing.
func secretReaders(f session.SecretFile) string {
	var names []string
	for _, r := range f.Readers {
		name := r.Name()
		if len(r.Names) == 0 {
			name = audit.Abbreviated(name)
		}
		switch {
		case f.Rule != nil && r.Claimed && !r.Wanted:
			name = "+" + name
		case r.Wanted && !r.Claimed && f.State != files.Plain && f.State != files.Malformed:
			name = "-" + name
		}
		names = append(names, name)
	}
	return strings.Join(append(names, f.Others...), ", ")
}
