package audit

import (
	"cmp"
	"slices"
	"strings"

	"assay/secrets/vars"
)

// Reader is somebody whose access can be asked for.
type Reader struct {
	Kind string // "user", "machine", "group", "key" (a name in .sops.yaml), "unknown"
	Name string // of an unknown one, its key
	Keys []vars.Key
}

// String is "user raquel".
func (r Reader) String() string { return r.Kind + " " + r.Name }

// Shares reports whether two readers have a key in common.
func (r Reader) Shares(other Reader) bool {
	return slices.ContainsFunc(r.Keys, func(k vars.Key) bool { return slices.Contains(other.Keys, k) })
}

// readers are all that a key is known of.
func (j *judge) readers() []Reader {
	var out []Reader
	for _, m := range j.in.Members {
		r := Reader{Kind: m.Kind, Name: m.Name}
		for _, k := range m.Keys {
			r.Keys = append(r.Keys, normal(k))
		}
		out = append(out, r)
	}
	for _, a := range j.anchors {
		i := slices.IndexFunc(out, func(r Reader) bool { return r.Kind == "key" && r.Name == a.Name })
		if i < 0 {
			out = append(out, Reader{Kind: "key", Name: a.Name})
			i = len(out) - 1
		}
		if !slices.Contains(out[i].Keys, a.key) {
			out[i].Keys = append(out[i].Keys, a.key)
		}
	}
	unknown := map[vars.Key]bool{}
	for i := range j.Secrets {
		for _, a := range j.Secrets[i].Access {
			if a.Can && len(a.Holders) == 0 && !unknown[a.Key] {
				unknown[a.Key] = true
				out = append(out, Reader{"unknown", a.Key.Public, []vars.Key{a.Key}})
			}
		}
	}
	slices.SortFunc(out, func(a, b Reader) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return out
}

// Reading is one secret that somebody can read, or should be able to.
type Reading struct {
	Secret *Secret
	Access Access
	// Through is the machine whose private key the reader can read, and reads
	// this with; "" for one that is read with the reader's own key.
	Through string
}

// Reads answers what a reader can read: with its keys, and with those of
// machines whose private keys it can read (clan's MACHINE-age.key). The name is
// that of a user, machine, group or key in .sops.yaml, "user raquel" to tell
// them apart, or a key itself. False means that nobody is called so.
func (r *Report) Reads(name string) (who []Reader, out []Reading, ok bool) {
	var keys []vars.Key
	for _, reader := range r.Readers {
		if reader.Name == name || reader.String() == name || slices.ContainsFunc(reader.Keys, func(k vars.Key) bool { return k.Public == name }) {
			who = append(who, reader)
			keys = append(keys, reader.Keys...)
		}
	}
	if len(who) == 0 {
		return nil, nil, false
	}
	had := map[*Secret]int{} // places in out
	seen := map[string]bool{}
	type turn struct {
		keys    []vars.Key
		through string
	}
	for turns := []turn{{keys, ""}}; len(turns) > 0; turns = turns[1:] {
		t := turns[0]
		for i := range r.Secrets {
			s := &r.Secrets[i]
			a, found := s.access(t.keys, t.through != "")
			at, twice := had[s]
			switch {
			case !found || twice && (out[at].Access.Can || !a.Can):
				continue
			case twice: // with a machine's key it can what it cannot with its own
				out[at] = Reading{s, a, t.through}
			default:
				had[s] = len(out)
				out = append(out, Reading{s, a, t.through})
			}
			if machine := s.machineKey(); machine != "" && a.Can && !seen[machine] {
				seen[machine] = true
				turns = append(turns, turn{r.keysOf("machine", machine), machine})
			}
		}
	}
	return who, out, true
}

// machineKey is the machine whose private key the secret is, "" for any other.
func (s *Secret) machineKey() string {
	if machine, ok := strings.CutSuffix(s.Name, "-age.key"); ok && s.Tier == Own {
		return machine
	}
	return ""
}

// access is what one of the keys may do with a secret; what it can do counts
// before what it should.
func (s *Secret) access(keys []vars.Key, only bool) (best Access, ok bool) {
	for _, a := range s.Access {
		if slices.Contains(keys, a.Key) && (a.Can || !only) && (!ok || a.Can && !best.Can) {
			best, ok = a, true
		}
	}
	return best, ok
}

func (r *Report) keysOf(kind, name string) []vars.Key {
	for _, reader := range r.Readers {
		if reader.Kind == kind && reader.Name == name {
			return reader.Keys
		}
	}
	return nil
}
