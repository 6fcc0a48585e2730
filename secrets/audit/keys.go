package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// keys says what is wrong with the keys and those who hold them.
func (j *judge) keys() {
	j.machines()
	j.stale()
	j.disagree()
	j.twins()
	j.forms()
	j.nobodys()
}

// stale finds machines that only the keys name.
func (j *judge) stale() {
	severity, more := Warning, ""
	if j.in.Why != "" {
		severity, more = Note, " ("+j.in.Why+")"
	}
	for _, m := range j.in.Members {
		if m.Kind != "machine" || slices.Contains(j.in.Fleet, m.Name) {
			continue
		}
		n := 0
		for i := range j.Secrets {
			if j.Secrets[i].CanRead(m.Keys) {
				n++
			}
		}
		j.find(Finding{severity, Invented, fleet.Pos{File: m.Path}, "",
			fmt.Sprintf("%s has a key and is no machine of the fleet; it can read %s%s", m.Name, plural(n, "secret", "secrets"), more), "remove the key, and write those secrets anew"})
	}
}

// CanRead reports whether one of the keys is a recipient.
func (s *Secret) CanRead(keys []vars.Key) bool {
	for _, k := range keys {
		k = normal(k)
		for i := range s.Access {
			if s.Access[i].Can && s.Access[i].Key == k {
				return true
			}
		}
	}
	return false
}

// disagree finds names that tier 1 and .sops.yaml give different keys, and
// two .sops.yaml that do.
func (j *judge) disagree() {
	for _, a := range j.anchors {
		for _, m := range j.in.Members {
			if m.Kind == "group" || m.Name != a.Name || len(m.Keys) == 0 || a.key.Type != "age" {
				continue
			}
			if !slices.ContainsFunc(m.Keys, func(k vars.Key) bool { return normal(k) == a.key || sameForm(k, a.key) }) {
				j.find(Finding{Warning, KeyDiffers, place(a.At), "", fmt.Sprintf("the key %s here is not that of %s %s in %s", a.Name, m.Kind, m.Name, m.Path),
					"find out which one " + m.Name + " has; the other reads nothing"})
			}
		}
		for _, b := range j.anchors {
			if a.in < b.in && a.Name == b.Name && a.key != b.key {
				j.find(Finding{Warning, KeyDiffers, place(b.At), "", "the key " + b.Name + " here is not that of " + place(a.At).String(), "find out which one is meant"})
			}
		}
	}
}

// twins finds keys that several users or machines have.
func (j *judge) twins() {
	for _, key := range j.sorted() {
		var names []Holder
		for _, h := range j.holders[key] {
			member := strings.HasSuffix(h.At.File, "/key.json")
			if member {
				names = append(names, h)
			}
		}
		if len(names) > 1 {
			severity := Note
			if slices.ContainsFunc(names, func(h Holder) bool { return h.Kind == "machine" }) {
				severity = Warning
			}
			j.find(Finding{severity, SameKey, names[0].At, "", who(key, names) + ": one key, so who reads what cannot be told apart", "give each a key of its own"})
		}
	}
}

func (j *judge) sorted() []vars.Key {
	return slices.SortedFunc(maps.Keys(j.holders), func(a, b vars.Key) int { return strings.Compare(a.Public, b.Public) })
}

// sameForm reports whether one of two keys is the age form of the other, an
// SSH key.
func sameForm(a, b vars.Key) bool { return ageForm(a) == b.Public || ageForm(b) == a.Public }

// ageForm is what sops-nix makes of an SSH key; "?" where there is none.
func ageForm(k vars.Key) string {
	if k.Type == "age" && strings.HasPrefix(k.Public, "ssh-ed25519 ") {
		if form, err := sops.AgeOfSSH(k.Public); err == nil {
			return form
		}
	}
	return "?"
}

// forms finds SSH keys that are used in both of their forms, and machines
// whose key is an SSH one.
func (j *judge) forms() {
	for _, key := range j.sorted() {
		form := vars.Key{Type: "age", Public: ageForm(key)}
		if other := j.holders[form]; form.Public != "?" && len(other) > 0 {
			j.find(Finding{Warning, SSHForm, j.holders[key][0].At, "", fmt.Sprintf("%s is an SSH key, and %s its age form (%s): neither reads the other's files",
				who(key, j.holders[key]), who(form, other), other[0].At), "use one of the two"})
		}
	}
	for _, m := range j.in.Members {
		for _, k := range m.Keys {
			if m.Kind == "machine" && strings.HasPrefix(k.Public, "ssh-") {
				j.find(Finding{Warning, SSHForm, fleet.Pos{File: m.Path}, "", "machine " + m.Name + "'s key is an SSH key; sops-nix uses its age form, which does not open what is encrypted to the SSH key itself",
					"name the age form instead"})
			}
		}
	}
}

// nobodys finds recipients that nobody is known to hold.
func (j *judge) nobodys() {
	count := map[vars.Key]int{}
	first := map[vars.Key]*Secret{}
	for i := range j.Secrets {
		s := &j.Secrets[i]
		for _, a := range s.Access {
			if a.Can && len(a.Holders) == 0 {
				if count[a.Key]++; first[a.Key] == nil {
					first[a.Key] = s
				}
			}
		}
	}
	for key, n := range count {
		text := fmt.Sprintf("%s can read %s and is no user's, no machine's, and has no name", key.Public, plural(n, "secret", "secrets"))
		j.find(Finding{Warning, Nobody, first[key].Pos(), "", text, "give it a name, or write the secrets anew without it"})
	}
}
