package audit

import (
	"cmp"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// The states that only files have which people edit.
const (
	NoRule     secrets.State = "no rule"   // no rule of .sops.yaml decides for it
	LockedOut  secrets.State = "locked"    // a machine names it and cannot decrypt it
	OutOfSight secrets.State = "untracked" // git does not track it: Nix does not see it
)

// judge collects a report.
type judge struct {
	*ledger
	Report
	won   map[*policy.Rule]bool // rules that decide for an encrypted file
	named map[string][]Use      // by file
}

// Judge says who can read what, and what is wrong with that.
func Judge(in Input) *Report {
	j := &judge{ledger: newLedger(&in), won: map[*policy.Rule]bool{}}
	j.vars()
	j.files()
	j.uses()
	for i := range j.Secrets {
		j.secret(&j.Secrets[i])
	}
	j.rules()
	j.keys()
	j.configured()
	for _, p := range in.Rules {
		j.Policies = append(j.Policies, p.Config.File)
	}
	j.Readers = j.readers()
	j.ages()
	j.whole()
	slices.SortStableFunc(j.Findings, func(a, b Finding) int {
		return cmp.Or(rank(a.Severity)-rank(b.Severity), strings.Compare(string(a.Kind), string(b.Kind)), fleet.ComparePos(a.At, b.At), strings.Compare(a.Text, b.Text))
	})
	return &j.Report
}

func rank(s Severity) int { return slices.Index([]Severity{Error, Warning, Note}, s) }

func (j *judge) find(f Finding) { j.Findings = append(j.Findings, f) }

// vars makes the rows of tier 1.
func (j *judge) vars() {
	claims := map[string]*vars.Claim{}
	for i := range j.in.Claims {
		claims[j.in.Claims[i].Dir] = &j.in.Claims[i]
	}
	for i := range j.in.Vars {
		f := &j.in.Vars[i]
		s := Secret{
			ID: f.ID.Dir(), Tier: Var, Machine: f.Owner, Generator: f.Name, Name: f.File, State: f.State, Detail: f.Detail, Remedy: f.Remedy,
			Public: !f.Secret, At: f.At, Declared: f.Machines, Var: f,
		}
		if c := claims[s.ID]; c != nil {
			j.claimed(&s, c)
			delete(claims, s.ID)
		}
		j.Secrets = append(j.Secrets, s)
		j.Tiers[0] = true
	}
	for i := range j.in.Claims {
		c := &j.in.Claims[i]
		if claims[c.Dir] == nil {
			continue
		}
		s := Secret{ID: c.Dir, Tier: Own, Name: path.Base(c.Dir), State: secrets.OK}
		j.claimed(&s, c)
		j.Secrets = append(j.Secrets, s)
		j.Tiers[0] = true
	}
}

// claimed adds what a secret file of tier 1 says.
func (j *judge) claimed(s *Secret, c *vars.Claim) {
	s.Age = Age{Encrypted: true, Claimed: c.Modified}
	s.Access = j.merge(linked(c), c.Recipients)
	words := differ(s.Access)
	if c.Err != nil {
		words = ""
		for i := range s.Access {
			s.Access[i].Can = false
		}
	}
	switch {
	case s.State == secrets.Drifted: // in our words, with what the links lack
		parts := slices.DeleteFunc(strings.Split(s.Detail, "; "), func(p string) bool { return !strings.HasPrefix(p, "machine ") })
		s.Detail = strings.Join(append(parts, nonempty(words)...), "; ")
	case s.Tier != Own:
	case c.Err != nil:
		s.State, s.Detail, s.Remedy = secrets.Unreadable, c.Err.Error(), "restore it from version control"
	case words != "":
		s.State, s.Detail, s.Remedy = secrets.Drifted, words, "write it anew for whom its links name: assay secrets rekey, or clan secrets key update"
	}
	for _, fault := range c.Faults {
		if s.Tier == Own && s.State == secrets.OK {
			s.State, s.Detail, s.Remedy = secrets.Dangling, fault, "register who is meant, or remove the link from version control"
		}
	}
}

func nonempty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// files makes the rows of tier 2.
func (j *judge) files() {
	for i := range j.in.Files {
		f := &j.in.Files[i]
		s := Secret{ID: f.Path, Tier: Hand, Name: path.Base(f.Path), State: secrets.OK, Age: Age{Encrypted: true}, Untracked: f.Untracked}
		rule := j.rule(f.Path)
		if rule != nil {
			s.At, s.Rule = place(rule.At), rule.PathRegex
			j.won[rule] = true
		}
		j.file(&s, f, rule)
		j.Secrets = append(j.Secrets, s)
	}
	j.Tiers[1] = len(j.in.Files)+len(j.in.Rules) > 0
}

func (j *judge) file(s *Secret, f *File, rule *policy.Rule) {
	var should map[vars.Key][]Grant
	if rule != nil {
		should = ruled(rule)
	}
	if f.Err != nil {
		s.Access = j.merge(should, nil)
		s.State, s.Detail, s.Remedy = secrets.Unreadable, f.Err.Error(), "restore it from version control"
		return
	}
	s.Age.Claimed = f.File.Modified
	can := vars.AgeKeys(f.File.Recipients()...)
	for _, fp := range f.File.PGP {
		can = append(can, vars.Key{Type: "pgp", Public: fp})
	}
	s.Access = j.merge(should, can)
	switch {
	case rule == nil:
		s.State, s.Detail = NoRule, "no rule of .sops.yaml decides who may read it; only what the file says of itself is known"
		s.Remedy = "add a creation rule for it to " + j.governing(f.Path)
	case rule.Err != nil:
		s.State, s.Detail = secrets.UnknownVar, rule.Err.Error()
	case len(f.File.Foreign) > 0 || len(rule.Groups) > 1 || clouds(rule):
		s.State = secrets.UnknownVar
		s.Detail = "it has keys of another kind than age and PGP, or several key groups; only the sops command compares these"
		if !f.File.Store.Native() {
			s.Detail = "it has keys that only the sops command reads from the store " + string(f.File.Store) + ": " + strings.Join(f.File.Foreign, ", ")
		}
	default:
		if words := differ(s.Access); words != "" {
			s.State, s.Detail, s.Remedy = secrets.Drifted, words, "assay secrets rekey "+f.Path
			if !f.File.Store.Native() {
				s.Remedy = "sops updatekeys " + f.Path
			}
		}
	}
}

// clouds reports whether a rule names keys that only a service holds.
func clouds(rule *policy.Rule) bool {
	return slices.ContainsFunc(rule.Foreign(), func(r policy.Recipient) bool { return r.Kind != policy.PGP })
}

// policyOf is the nearest .sops.yaml at or above a file; nil without one.
func (j *judge) policyOf(file string) *Policy {
	var best *Policy
	for i := range j.in.Rules {
		p := &j.in.Rules[i]
		if _, ok := below(p.Dir, file); ok && (best == nil || len(p.Dir) > len(best.Dir) || best.Dir == ".") {
			best = p
		}
	}
	return best
}

// below is a file's path below a directory.
func below(dir, file string) (string, bool) {
	if dir == "." {
		return file, true
	}
	return strings.CutPrefix(file, dir+"/")
}

func (j *judge) rule(file string) *policy.Rule {
	p := j.policyOf(file)
	if p == nil {
		return nil
	}
	rest, _ := below(p.Dir, file)
	rule, _ := p.Config.Match(rest)
	return rule
}

func (j *judge) governing(file string) string {
	if p := j.policyOf(file); p != nil {
		return p.Config.File
	}
	return "a new .sops.yaml"
}

// ages adds what git says: of each path once, on all processors.
func (j *judge) ages() {
	if j.in.Ages == nil {
		return
	}
	said := j.in.Ages()
	j.NoGit = said.NoGit
	of := map[string]*Secret{}
	for i := range j.Secrets {
		s := &j.Secrets[i]
		of[s.file()] = s
	}
	next := make(chan Versions)
	var work sync.WaitGroup
	for range runtime.NumCPU() {
		work.Go(func() {
			for h := range next {
				of[h.Path].Age.note(h)
			}
		})
	}
	for _, h := range said.History {
		if s := of[h.Path]; s != nil && s.Age.Encrypted {
			next <- h
		}
	}
	close(next)
	work.Wait()
}

// file is the path of the encrypted file.
func (s *Secret) file() string {
	if s.Tier == Hand {
		return s.ID
	}
	return s.ID + "/secret"
}

// Pos is where the encrypted file is, or where it is declared.
func (s *Secret) Pos() fleet.Pos {
	if s.Age.Encrypted {
		return fleet.Pos{File: s.file()}
	}
	return s.At
}
