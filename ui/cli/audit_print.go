package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"assay/secrets"
	"assay/secrets/audit"
	"assay/ui/word"
)

// alike is how many findings of one kind are told before the others are only
// counted.
const alike = 4

var severityRoles = map[audit.Severity]role{audit.Error: bad, audit.Warning: warn, audit.Note: faint}

// printAudit prints the findings, then who reads how much.
func (a *app) printAudit(name string, r *audit.Report, all bool) {
	p := a.text()
	if !r.Tiers[0] && !r.Tiers[1] {
		p.line("no secrets: no vars and no .sops.yaml here, and no file that is encrypted with sops")
		return
	}
	told, more := map[audit.Kind]int{}, map[audit.Kind]int{}
	for i, f := range r.Findings {
		if told[f.Kind]++; told[f.Kind] <= alike || all || f.Severity == audit.Error {
			p.finding(f)
		} else {
			more[f.Kind]++
		}
		if n := more[f.Kind]; n > 0 && (i+1 == len(r.Findings) || r.Findings[i+1].Kind != f.Kind) {
			p.line("%s", p.paint(faint, fmt.Sprintf("    and %d more of the kind %s: --all shows them", n, f.Kind)))
			more[f.Kind] = 0
		}
	}
	if len(r.Findings) > 0 {
		p.line("")
	}
	p.readers(r)
	there := map[audit.Tier]int{}
	for i := range r.Secrets {
		if r.Secrets[i].There() {
			there[r.Secrets[i].Tier]++
		}
	}
	switch r.NoGit {
	case "":
	case audit.Shallow:
		p.clean("not all ages are known: %s", r.NoGit)
	default:
		p.clean("ages are not known: %s", r.NoGit)
	}
	p.clean("%s: %d in vars, %d of clan's own, %s; %s, %s, %s", name, there[audit.Var], there[audit.Own], word.Count(there[audit.Hand], "file"),
		word.Count(r.Count(audit.Error), "error"), word.Count(r.Count(audit.Warning), "warning"), word.Count(r.Count(audit.Note), "note"))
}

func (p *printer) finding(f audit.Finding) {
	text := f.Text
	if !f.At.IsZero() {
		text = f.At.String() + ": " + text
	}
	if f.Remedy != "" {
		text += "; hint: " + f.Remedy
	}
	head := string(f.Severity)
	p.line("%s%s", p.paint(severityRoles[f.Severity], head), p.fold(" "+sane(text), len(head), 4))
}

// readers prints who reads how much.
func (p *printer) readers(r *audit.Report) {
	var rows [][]cell
	for _, who := range r.Readers {
		n := countReads(r, who)
		name := who.Name
		if who.Kind == "unknown" {
			name = audit.Short(who.Keys[0])
		}
		rows = append(rows, []cell{c(who.Kind), c(name), c(word.Count(n, "secret")), cr(faint, alsoKnown(r, who))})
	}
	if len(rows) > 0 {
		p.table([]string{"READER", "NAME", "CAN READ", "THE SAME KEY"}, rows)
		p.line("")
	}
}

// countReads counts what a reader can read with its own keys.
func countReads(r *audit.Report, who audit.Reader) (n int) {
	for i := range r.Secrets {
		if r.Secrets[i].CanRead(who.Keys) {
			n++
		}
	}
	return n
}

// alsoKnown are the other names of a reader's keys.
func alsoKnown(r *audit.Report, who audit.Reader) string {
	var names []string
	for _, other := range r.Readers {
		if other.Kind == "group" || who.Kind == "group" || other.Kind == who.Kind && other.Name == who.Name {
			continue
		}
		if len(other.Keys) > 0 && who.Shares(other) {
			names = append(names, other.String())
		}
	}
	return strings.Join(names, ", ")
}

// printAccess prints who can read some secrets, and why.
func (a *app) printAccess(r *audit.Report, found []*audit.Secret) {
	p := a.text()
	for i, s := range found {
		if i > 0 {
			p.line("")
		}
		p.line("%s  %s", p.paint(strong, sane(s.ID)), p.paint(auditState(s.State).role, auditState(s.State).text))
		if s.Detail != "" {
			p.line("  %s", p.fold(sane(s.Detail), 2, 4))
		}
		if s.Rule != "" {
			p.line("  %s", p.fold(sane(fmt.Sprintf("rule %s at %s", s.Rule, s.At)), 2, 4))
		} else if !s.At.IsZero() {
			p.line("  %s", p.fold(sane("declared at "+s.At.String()), 2, 4))
		}
		p.line("  %s", p.fold(auditAge(s, r.NoGit), 2, 4))
		var rows [][]cell
		for _, access := range s.Access {
			rows = append(rows, []cell{accessCell(access), c(access.Who()), cr(faint, throughWords(access))})
		}
		p.rows("  ", rows)
		for _, u := range s.Uses {
			p.line("  %s", p.fold(sane(u.String()), 2, 4))
		}
		if !s.There() {
			p.line("  %s", "nothing encrypted lies there")
		}
	}
}

func auditState(state secrets.State) cell {
	if state == audit.NoRule || state == audit.OutOfSight {
		return cr(warn, string(state))
	}
	return varCell(state)
}

// accessCell says in two words what a key may and can.
func accessCell(a audit.Access) cell {
	switch {
	case a.Can && a.Should:
		return cr(good, "reads")
	case a.Can:
		return cr(bad, "reads, should not")
	}
	return cr(bad, "should, cannot")
}

func throughWords(a audit.Access) string {
	var parts []string
	for _, g := range a.Through {
		part := g.What
		if g.At.Line > 0 {
			part += " at " + g.At.String()
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// auditAge says when a secret was written, by what is known.
func auditAge(s *audit.Secret, noGit string) string {
	age := &s.Age
	switch {
	case !age.Encrypted:
		return "no age: it is not there, or is not secret"
	case age.Written.IsZero():
		return "its file says " + dayOf(age.Claimed) + "; git says nothing: " + cmp.Or(age.Unsaid(noGit), "it is not committed")
	case age.First.IsZero():
		return "written " + dayOf(age.Written) + "; when it was made is not known: " + noGit
	case age.Writes == 1:
		return "made " + dayOf(age.First) + ", never written again; its readers are of " + dayOf(age.Regranted)
	}
	return fmt.Sprintf("written %s, %s since %s; its readers are of %s", dayOf(age.Written), word.Count(age.Writes, "time"), dayOf(age.First), dayOf(age.Regranted))
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return "nothing"
	}
	return t.UTC().Format(time.DateOnly)
}

// printReads prints what somebody can read.
func (a *app) printReads(who []audit.Reader, reads []audit.Reading) {
	p := a.text()
	for _, w := range who {
		p.clean("%s: %s", w, word.Count(len(w.Keys), "key"))
	}
	var rows [][]cell
	can, through := 0, 0
	for _, r := range reads {
		why := throughWords(r.Access)
		if r.Through != "" {
			why = "with the private key of machine " + r.Through + ", which it can read"
			through++
		}
		if r.Access.Can {
			can++
		}
		rows = append(rows, []cell{accessCell(r.Access), c(r.Secret.ID), cr(faint, why)})
	}
	p.rows("", rows)
	text := fmt.Sprintf("can read %s", word.Count(can, "secret"))
	if through > 0 {
		text += fmt.Sprintf(", %d of them with the private keys of machines", through)
	}
	if lacks := len(reads) - can; lacks > 0 {
		text += fmt.Sprintf("; should be able to read %d more, and cannot", lacks)
	}
	p.line("%s", text)
}
