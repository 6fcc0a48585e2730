package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/vars"
)

// secret says what is wrong with one secret.
func (j *judge) secret(s *Secret) {
	add := func(severity Severity, kind Kind, text, remedy string) {
		j.find(Finding{severity, kind, s.Pos(), s.ID, text, remedy})
	}
	switch s.State {
	case secrets.Drifted:
		add(Error, Drift, s.Detail, s.Remedy)
	case secrets.Unreadable:
		add(Error, Unreadable, s.Detail, s.Remedy)
	case secrets.Dangling:
		add(Error, Dangling, s.Detail, s.Remedy)
	case NoRule:
		add(Warning, Unmatched, s.Detail, s.Remedy)
	case secrets.UnknownVar:
		if s.Tier == Hand {
			add(Note, NotCompared, s.Detail, s.Remedy)
		}
	}
	j.unasked(s, add)
}

// unasked finds machines that can read a var without declaring it.
func (j *judge) unasked(s *Secret, add func(Severity, Kind, string, string)) {
	if s.Tier != Var || s.Public || !s.Age.Encrypted || s.Var.Scope == vars.PerExport {
		return
	}
	sure := s.Var.Declared && s.Var.Certainty == fleet.Exact
	for i := range s.Access {
		a := &s.Access[i]
		if !a.Can {
			continue
		}
		for _, h := range a.Holders {
			if h.Kind != "machine" || h.Name == s.Machine || slices.Contains(s.Declared, h.Name) {
				continue
			}
			remedy := strings.Join(append(a.ungrant(h), strings.TrimSpace("assay vars fix "+s.Machine)), ", then ")
			switch {
			case s.Machine != "": // nobody else can declare it
				add(Warning, Unasked, "machine "+h.Name+" can read it, and it is machine "+s.Machine+"'s", remedy)
			case sure && !slices.Contains(j.in.Open, h.Name) && slices.Contains(j.in.Fleet, h.Name):
				add(Warning, Unasked, "machine "+h.Name+" can read it, and does not declare it", remedy)
			}
		}
	}
}

// ungrant is what takes away why a holder of the key should read: fixing leaves
// links as they are.
func (a *Access) ungrant(h Holder) (steps []string) {
	for _, g := range a.Through {
		if g.What == "link "+h.Kind+"s/"+h.Name {
			steps = append(steps, "remove "+g.At.String())
		} else if strings.HasPrefix(g.What, "group ") {
			steps = append(steps, "take "+h.String()+" out of "+g.What)
		}
	}
	return steps
}

// former finds keys that were taken away from values which are still those
// that they could read, or may be.
func (j *judge) former() {
	type loss struct {
		key     vars.Key
		certain bool
	}
	of := map[loss]*lost{}
	for i := range j.Secrets {
		s := &j.Secrets[i]
		s.Age.Former = slices.DeleteFunc(s.Age.Former, func(f Former) bool {
			return slices.ContainsFunc(s.Access, func(a Access) bool { return a.Key == f.Key && a.Can }) // the file is not as git has it
		})
		for i := range s.Age.Former {
			f := &s.Age.Former[i]
			f.Holders = j.holders[f.Key]
			which := loss{f.Key, f.Certain}
			l := of[which]
			if l == nil {
				l = &lost{at: s.Pos()}
				of[which] = l
			}
			l.ids = append(l.ids, s.ID)
			if f.Removed.After(l.last) {
				l.last = f.Removed
			}
		}
	}
	for which, l := range of {
		j.find(l.finding(who(which.key, j.holders[which.key]), which.certain))
	}
}

// lost are secrets that a key was taken away from.
type lost struct {
	ids  []string
	last time.Time
	at   fleet.Pos
}

func (l *lost) finding(who string, certain bool) Finding {
	severity, which := Warning, plural(len(l.ids), "secret that has its old value", "secrets that have their old values")
	if !certain {
		severity, which = Note, plural(len(l.ids), "secret that was", "secrets that were")+" encrypted anew then, perhaps with the old value"
	}
	return Finding{severity, FormerKey, l.at, "", fmt.Sprintf("%s was removed (%s), and could read %s: %s", who, l.last.UTC().Format(time.DateOnly), which, some(l.ids)),
		"make them anew where that matters: the old versions are in git"}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// some are the first of many.
func some(ids []string) string {
	const most = 3
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}

// anew is what gives a secret another value.
func (s *Secret) anew() string {
	switch s.Tier {
	case Hand:
		return "assay secrets edit " + s.ID + ", with a new value"
	case Own:
		return "write " + s.ID + " anew where that matters"
	}
	machine := s.Machine
	if machine == "" && len(s.Declared) > 0 {
		machine = s.Declared[0]
	}
	return strings.Join(strings.Fields("assay vars generate "+machine+" --regenerate "+s.Generator), " ") + " makes it anew"
}

// whole says what concerns many secrets at once.
func (j *judge) whole() {
	j.former()
	j.unfinished()
	j.unrotated()
	for _, s := range j.in.Strays {
		j.find(Finding{Warning, Dangling, fleet.Pos{File: s.Path}, "", "the link leads to " + s.To + ", which does not exist", "git rm " + s.Path})
	}
	for _, err := range j.in.Faults {
		text, hint, _ := strings.Cut(err.Error(), "\nhint: ")
		j.find(Finding{Error, Unreadable, fleet.Pos{}, "", text, hint})
	}
	for _, m := range j.in.Members {
		if m.Fault != "" {
			j.find(Finding{Error, Unreadable, fleet.Pos{File: m.Path}, "", m.Fault, "restore it from version control"})
		}
	}
}

// unfinished counts what vars check tells one by one.
func (j *judge) unfinished() {
	of := map[secrets.State][]*Secret{}
	for i := range j.Secrets {
		s := &j.Secrets[i]
		of[s.State] = append(of[s.State], s)
	}
	for _, state := range []secrets.State{secrets.Missing, secrets.Half, secrets.Outdated, secrets.Orphaned, secrets.Stale} {
		if n := len(of[state]); n > 0 {
			s := of[state][0]
			text := fmt.Sprintf("%d vars are %s", n, state)
			if n == 1 {
				text = fmt.Sprintf("%s is %s", s.ID, state)
			}
			j.find(Finding{Note, Unfinished, s.Pos(), "", text, "assay vars check"})
		}
	}
}

// unrotated counts the secrets that have the value that they were made with.
func (j *judge) unrotated() {
	var once []*Secret
	known := 0
	for i := range j.Secrets {
		s := &j.Secrets[i]
		if s.Age.Writes > 0 {
			known++
		}
		if s.Age.Writes == 1 {
			once = append(once, s)
		}
	}
	if len(once) > 0 {
		oldest := slices.MinFunc(once, func(a, b *Secret) int { return a.Age.First.Compare(b.Age.First) })
		j.find(Finding{Note, NoRotation, oldest.Pos(), "", fmt.Sprintf("%d of %d secrets were never written again since they were made; the oldest is of %s",
			len(once), known, oldest.Age.First.UTC().Format(time.DateOnly)), oldest.anew()})
	}
}
