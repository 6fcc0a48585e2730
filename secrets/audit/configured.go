package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/vars"
)

// uses puts what the machines name beside the files, in the order of the
// machines.
func (j *judge) uses() {
	j.named = map[string][]Use{}
	for _, m := range j.in.Uses {
		for _, u := range m.Uses {
			if u.File.Value == "" {
				continue
			}
			why := cmp.Or(u.Condition, u.File.Why)
			uses := j.named[u.File.Value]
			i := slices.IndexFunc(uses, func(v Use) bool { return v.Machine == m.Machine && v.User == u.User && v.NamedAt == u.File.At })
			if i < 0 {
				uses = append(uses, Use{Machine: m.Machine, User: u.User, At: u.At, NamedAt: u.File.At, Why: why})
				i = len(uses) - 1
			}
			if of := &uses[i]; why == "" && of.Why != "" { // the surest counts
				of.Why, of.At = "", u.At
			}
			uses[i].Names = append(uses[i].Names, u.Name)
			j.named[u.File.Value] = uses
		}
	}
	for i := range j.Secrets {
		j.Secrets[i].Uses = j.named[j.Secrets[i].file()]
	}
}

// unread says of which machines it is not known which files they name, or all
// of them. Machines that import modules from outside are not told: nearly all
// do.
func (j *judge) unread() {
	type gap struct {
		at  fleet.Pos
		why string
	}
	what := map[gap][]string{}
	add := func(at fleet.Pos, why, machine string) {
		if of := what[gap{at, why}]; !slices.Contains(of, machine) {
			what[gap{at, why}] = append(of, machine)
		}
	}
	for _, m := range j.in.Uses {
		for _, o := range m.Open {
			if !o.Any {
				add(o.At, o.What+": "+o.Why, m.Machine)
			}
		}
		for _, u := range m.Uses {
			if u.File.Value == "" && !j.clans(u.Name) {
				at := u.File.At
				if at.IsZero() {
					at = u.At
				}
				add(at, "the file of "+u.Name+": "+u.File.Why, m.Machine)
			}
		}
	}
	for g, machines := range what {
		j.find(Finding{Note, NotCompared, g.at, "", "which encrypted files " + use(machines) + " is not all known: " + g.why, ""})
	}
}

// clans reports whether a secret of sops-nix is one that clan declares itself:
// a var, or one of its own.
func (j *judge) clans(name string) bool {
	return strings.HasPrefix(name, "vars/") || slices.ContainsFunc(j.Secrets, func(s Secret) bool { return s.Tier == Own && s.Name == name })
}

// use is "anvil names", or "anvil and bellows name".
func use(machines []string) string {
	if len(machines) == 1 {
		return machines[0] + " names"
	}
	return some(machines) + " name"
}

// configured compares the files with what machines name.
func (j *judge) configured() {
	at := map[string]*Secret{}
	for i := range j.Secrets {
		at[j.Secrets[i].file()] = &j.Secrets[i]
	}
	for _, file := range slices.Sorted(maps.Keys(j.named)) {
		s := at[file]
		for i := range j.named[file] {
			u := &j.named[file][i]
			switch {
			case s == nil:
				j.absent(file, u)
			case s.Tier == Hand && u.User == "":
				j.locked(s, u)
			}
		}
	}
	j.untracked()
	j.unnamed()
	j.groups()
	if j.Tiers[1] {
		j.unread()
	}
}

// sure is a finding about what a use surely does; one that may not be is only
// a note, and says so.
func (j *judge) sure(severity Severity, kind Kind, u *Use, secret, text, remedy string) {
	if u.Why != "" {
		severity, text = Note, text+" ("+u.Why+")"
	}
	j.find(Finding{severity, kind, u.NamedAt, secret, text, remedy})
}

// absent judges a file that is named and not among the encrypted ones.
func (j *judge) absent(file string, u *Use) {
	text := fmt.Sprintf("%s takes %s out of %s, which ", u.Who(), some(u.Names), file)
	switch lies := j.in.Lying[file]; {
	case lies == Nowhere && j.in.tracks(file):
		j.sure(Error, Absent, u, "", text+"is not there", "restore it from version control")
	case lies == Nowhere:
		j.sure(Error, Absent, u, "", text+"is not there", "correct the name, or make it: assay secrets edit "+file)
	case lies == Unseen:
		j.sure(Error, NotTracked, u, "", text+"git does not track: Nix does not see it", "git add --force "+file+", if it is encrypted")
	case lies == Tracked && !tier1(file):
		j.sure(Error, Absent, u, "", text+"is not encrypted", "encrypt it; what git has of it was never secret")
	}
}

// locked finds machines that name a file and cannot decrypt it, as far as
// their keys are known.
func (j *judge) locked(s *Secret, u *Use) {
	keys := j.machineKeys(u.Machine)
	if len(keys) == 0 || s.State == secrets.Unreadable || j.foreign(s) || j.elsewhere(u.Machine) {
		return
	}
	others, asked := true, false
	for i := range s.Access {
		a := &s.Access[i]
		mine := slices.ContainsFunc(keys, func(k vars.Key) bool { return k == a.Key || sameForm(k, a.Key) })
		asked = asked || mine && a.Should
		switch {
		case !a.Can:
		case mine:
			return
		case !slices.ContainsFunc(a.Holders, func(h Holder) bool { return h.Kind != "key" }):
			others = false
		}
	}
	severity, text := Error, fmt.Sprintf("machine %s takes %s out of it, and cannot decrypt it: no key of the machine is a recipient", u.Machine, some(u.Names))
	if !others {
		severity, text = Warning, fmt.Sprintf("machine %s takes %s out of it, and none of its known keys is a recipient", u.Machine, some(u.Names))
	}
	remedy := "assay secrets rekey " + s.ID
	if !asked {
		remedy = fmt.Sprintf("add %s to %s, then %s", keys[0].Public, cmp.Or(s.At.String(), j.governing(s.ID)), remedy)
	}
	if severity == Error && u.Why == "" {
		s.become(LockedOut, text, remedy)
	}
	j.sure(severity, Locked, u, s.ID, s.ID+": "+text, remedy)
}

// become gives a file that is otherwise in order another state.
func (s *Secret) become(state secrets.State, detail, remedy string) {
	if s.State == secrets.OK {
		s.State, s.Detail, s.Remedy = state, detail, remedy
	}
}

// machineKeys are the keys that a machine is known to have, in the form in
// which files name them, the one for tier 1 first.
func (j *judge) machineKeys(machine string) (out []vars.Key) {
	add := func(k vars.Key) {
		if k = normal(k); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, m := range j.in.Members {
		if m.Kind == "machine" && m.Name == machine {
			for _, k := range m.Keys {
				add(k)
			}
		}
	}
	if host := (vars.Key{Type: "age", Public: j.in.HostKeys[machine]}); ageForm(host) != "?" {
		add(vars.Key{Type: "age", Public: ageForm(host)})
	}
	for _, key := range j.sorted() {
		if slices.ContainsFunc(j.holders[key], func(h Holder) bool { return h.Kind == "machine" && h.Name == machine }) {
			add(key)
		}
	}
	return out
}

// foreign reports whether a file has keys of which only another program knows
// who holds them.
func (j *judge) foreign(s *Secret) bool {
	for i := range j.in.Files {
		if f := &j.in.Files[i]; f.Path == s.ID && f.File != nil {
			return len(f.File.Foreign)+len(f.File.PGP) > 0
		}
	}
	return true
}

// elsewhere reports whether sops-nix takes a machine's key from another place
// than the one where the fleet's tools put it: then it may be any.
func (j *judge) elsewhere(machine string) bool {
	for _, m := range j.in.Uses {
		if m.Machine == machine {
			return m.KeyFile.Why != "" || m.KeyFile.Value != "" && m.KeyFile.Value != keyFile
		}
	}
	return true
}

// keyFile is where clan and assay put a machine's key.
const keyFile = "/var/lib/sops-nix/key.txt"

// untracked finds encrypted files that Nix does not see.
func (j *judge) untracked() {
	for i := range j.Secrets {
		s := &j.Secrets[i]
		if !s.Untracked {
			continue
		}
		text, severity := "git does not track it: Nix does not see it", Warning
		if i := slices.IndexFunc(s.Uses, func(u Use) bool { return u.Why == "" }); i >= 0 {
			text, severity = text+", and "+s.Uses[i].Who()+" names it at "+s.Uses[i].NamedAt.String(), Error
		}
		s.become(OutOfSight, text, "git add "+s.ID)
		j.find(Finding{severity, NotTracked, s.Pos(), s.ID, text, "git add " + s.ID})
	}
}

// unnamed finds machines that can read a file which they do not name. Nothing
// is said of those of which not all is known that they name.
func (j *judge) unnamed() {
	for _, m := range j.in.Uses {
		if len(m.Open) > 0 || !slices.Contains(j.in.Fleet, m.Machine) ||
			slices.ContainsFunc(m.Uses, func(u fleet.SealedUse) bool { return u.File.Value == "" || u.File.Why != "" }) {
			continue
		}
		for i := range j.Secrets {
			s := &j.Secrets[i]
			if s.Tier != Hand || slices.ContainsFunc(s.Uses, func(u Use) bool { return u.Machine == m.Machine }) {
				continue
			}
			for _, a := range s.Access {
				at := slices.IndexFunc(a.Holders, func(h Holder) bool { return h.Kind == "machine" && h.Name == m.Machine })
				if a.Can && at >= 0 {
					severity := Note // a key of that name in .sops.yaml may be that of who works there
					if strings.HasSuffix(a.Holders[at].At.File, "/key.json") {
						severity = Warning
					}
					remedy := "assay secrets rekey " + s.ID
					if a.Should && len(a.Through) > 0 {
						remedy = "take its key out of the rule at " + a.Through[0].At.String() + ", then " + remedy
					}
					j.find(Finding{severity, Unasked, s.Pos(), s.ID, "machine " + m.Machine + " can read it, and names it nowhere in its configuration", remedy})
					break
				}
			}
		}
	}
}

// groups finds groups that settings name and that do not exist: clan refuses
// to make a secret then.
func (j *judge) groups() {
	if len(j.in.Members) == 0 {
		return // the secrets are in another store
	}
	var have []string
	for _, m := range j.in.Members {
		if m.Kind == "group" {
			have = append(have, m.Name)
		}
	}
	type missing struct {
		group, why string
		at         fleet.Pos
	}
	of := map[missing][]string{}
	for _, d := range j.in.Groups {
		for _, g := range d.Groups {
			if !slices.Contains(have, g) {
				k := missing{g, d.Why, d.At}
				of[k] = append(of[k], d.Machine)
			}
		}
	}
	for k, machines := range of {
		severity, more := Error, ""
		if k.why != "" {
			severity, more = Note, " ("+k.why+")"
		}
		j.find(Finding{severity, NoGroup, k.at, "", fmt.Sprintf("group %s is to read all vars of %s, and there is no such group: no secret of theirs can be made%s", k.group, some(machines), more),
			cmp.Or(nearest(k.group, have), "clan secrets groups add-user "+k.group+" USER")})
	}
}
