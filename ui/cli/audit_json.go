package cli

import (
	"time"

	"assay/fleet/host"
	"assay/secrets/audit"
)

// secretJSON is one entry of "secrets" in `secrets audit --json`.
type secretJSON struct {
	Path      string          `json:"path"`
	Tier      audit.Tier      `json:"tier"` // vars, clan or file
	Machine   string          `json:"machine,omitempty"`
	Generator string          `json:"generator,omitempty"`
	File      string          `json:"file"`
	Secret    bool            `json:"secret"`
	State     string          `json:"state"`
	Detail    string          `json:"detail,omitempty"`
	Remedy    string          `json:"remedy,omitempty"`
	At        string          `json:"at,omitempty"`         // the declaration, or the rule
	Rule      string          `json:"path_regex,omitempty"` // of the rule that decides
	Readers   []accessJSON    `json:"readers"`
	UsedBy    []sealedUseJSON `json:"used_by"`                 // of a file: machines and homes whose configuration names it
	Untracked bool            `json:"untracked,omitempty"`     // git does not track the file: Nix does not see it
	Claimed   string          `json:"last_modified,omitempty"` // as the file says
	First     string          `json:"first_commit,omitempty"`
	Written   string          `json:"written,omitempty"`
	Regranted string          `json:"readers_changed,omitempty"`
	Writes    int             `json:"writes,omitempty"` // 1: never since it was made; left out: not known
	Former    []formerJSON    `json:"former_readers"`
}

type accessJSON struct {
	Key     string      `json:"key"`
	Type    string      `json:"type"`
	Names   []nameJSON  `json:"names"`
	Can     bool        `json:"can_read"`
	Should  bool        `json:"should_read"`
	Through []grantJSON `json:"through"`
}

type nameJSON struct {
	Kind string `json:"kind"` // user, machine, group, key or unknown
	Name string `json:"name"`
}

type grantJSON struct {
	What string `json:"what"`
	At   string `json:"at"`
}

type sealedUseJSON struct {
	Machine string   `json:"machine"`
	User    string   `json:"user,omitempty"` // of a home on it
	Names   []string `json:"secrets"`        // sops.secrets.NAME
	At      string   `json:"at"`             // where the first of them is declared
	NamedAt string   `json:"named_at"`       // where the file is named
	Why     string   `json:"why,omitempty"`  // why it is not surely so
}

type formerJSON struct {
	Key     string     `json:"key"`
	Names   []nameJSON `json:"names"`
	Removed string     `json:"removed"`
	Certain bool       `json:"same_value"` // false: encrypted anew then, perhaps with the same value
}

type findingJSON struct {
	Severity audit.Severity `json:"severity"`
	Kind     audit.Kind     `json:"kind"`
	At       string         `json:"at,omitempty"`
	Path     string         `json:"path,omitempty"`
	Text     string         `json:"text"`
	Hint     string         `json:"hint,omitempty"`
}

type auditReaderJSON struct {
	nameJSON
	Keys    []string `json:"keys"`
	Secrets int      `json:"secrets"`
}

// readingJSON is one entry of "reads" in `secrets audit --reader --json`.
type readingJSON struct {
	Path    string      `json:"path"`
	Can     bool        `json:"can_read"`
	Should  bool        `json:"should_read"`
	Through []grantJSON `json:"through"`
	With    string      `json:"with_key_of,omitempty"` // the machine whose private key is readable
}

func auditToJSON(r *audit.Report, only []*audit.Secret) map[string]any {
	secrets := make([]secretJSON, len(only))
	for i, s := range only {
		secrets[i] = secretToJSON(s)
	}
	findings := []findingJSON{}
	for _, f := range r.Findings {
		findings = append(findings, findingJSON{f.Severity, f.Kind, f.At.String(), f.Secret, f.Text, f.Remedy})
	}
	readers := []auditReaderJSON{}
	for _, who := range r.Readers {
		readers = append(readers, readerToJSON(who, countReads(r, who)))
	}
	out := map[string]any{"secrets": secrets, "findings": findings, "readers": readers,
		"errors": r.Count(audit.Error), "warnings": r.Count(audit.Warning), "notes": r.Count(audit.Note)}
	switch r.NoGit {
	case "":
	case audit.Shallow:
		out["ages_incomplete"] = r.NoGit
	default:
		out["ages_unknown"] = r.NoGit
	}
	return out
}

func readerToJSON(who audit.Reader, n int) auditReaderJSON {
	j := auditReaderJSON{nameJSON{who.Kind, who.Name}, []string{}, n}
	for _, k := range who.Keys {
		j.Keys = append(j.Keys, k.Public)
	}
	return j
}

func secretToJSON(s *audit.Secret) secretJSON {
	j := secretJSON{
		Path: s.ID, Tier: s.Tier, Machine: s.Machine, Generator: s.Generator, File: s.Name, Secret: !s.Public, State: string(s.State),
		Detail: s.Detail, Remedy: s.Remedy, Rule: s.Rule, Readers: []accessJSON{}, UsedBy: []sealedUseJSON{}, Untracked: s.Untracked, Claimed: stampOf(s.Age.Claimed), First: stampOf(s.Age.First),
		Written: stampOf(s.Age.Written), Regranted: stampOf(s.Age.Regranted), Writes: s.Age.Writes, Former: []formerJSON{},
	}
	if !s.At.IsZero() {
		j.At = s.At.String()
	}
	for _, u := range s.Uses {
		j.UsedBy = append(j.UsedBy, sealedUseJSON{u.Machine, u.User, u.Names, u.At.String(), u.NamedAt.String(), u.Why})
	}
	for _, a := range s.Access {
		j.Readers = append(j.Readers, accessJSON{a.Key.Public, a.Key.Type, namesToJSON(a.Holders), a.Can, a.Should, grantsToJSON(a.Through)})
	}
	for _, f := range s.Age.Former {
		j.Former = append(j.Former, formerJSON{f.Key.Public, namesToJSON(f.Holders), stampOf(f.Removed), f.Certain})
	}
	return j
}

func namesToJSON(holders []audit.Holder) []nameJSON {
	out := []nameJSON{}
	for _, h := range holders {
		out = append(out, nameJSON{h.Kind, h.Name})
	}
	return out
}

func grantsToJSON(grants []audit.Grant) []grantJSON {
	out := []grantJSON{}
	for _, g := range grants {
		out = append(out, grantJSON{g.What, g.At.String()})
	}
	return out
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func readsToJSON(who []audit.Reader, reads []audit.Reading) map[string]any {
	readers := []auditReaderJSON{}
	for _, r := range who {
		readers = append(readers, readerToJSON(r, len(reads)))
	}
	out := []readingJSON{}
	for _, r := range reads {
		out = append(out, readingJSON{r.Secret.ID, r.Access.Can, r.Access.Should, grantsToJSON(r.Access.Through), r.Through})
	}
	return map[string]any{"readers": readers, "reads": out}
}

// sane is a text out of a repository on one line.
func sane(text string) string { return breaks.Replace(host.Sanitize(text)) }
