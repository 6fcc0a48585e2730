package fleet

import (
	"slices"
	"strings"
)

// Subject is what a selector is asked about: one machine and what is known of
// it besides its declaration.
type Subject struct {
	Machine      *Machine // never nil
	Aspects      []string // that the composition reaches
	AspectsKnown bool     // Aspects is complete
	Roles        []string // "zerotier/peer"
	Facts        *Facts   // nil when nobody has asked the host
	Wanted       string   // store path of the wanted system; "" is unknown
	Broken       bool     // no system can be wanted: the configuration is in error
	Failed       Truth    // in the last run
}

// Match reports whether the selector matches. A fact that is not known makes
// a term Unknown, which neither the term nor its negation matches.
func (s Selector) Match(sub Subject) Truth {
	if s.root == nil {
		return True
	}
	return s.root.match(&sub)
}

func (n *node) match(sub *Subject) Truth {
	switch n.op {
	case opNot:
		return n.kids[0].match(sub).Not()
	case opAnd:
		t := True
		for _, k := range n.kids {
			if t = t.And(k.match(sub)); t == False {
				break
			}
		}
		return t
	case opOr:
		t := False
		for _, k := range n.kids {
			if t = t.Or(k.match(sub)); t == True {
				break
			}
		}
		return t
	}
	return n.matchTerm(sub)
}

func (n *node) matchTerm(sub *Subject) Truth {
	m := sub.Machine
	switch n.term.Kind {
	case KindName:
		return TruthOf(n.glob.match(m.Name))
	case KindTag:
		return TruthOf(n.matchTag(m))
	case KindFailed:
		return sub.Failed
	case KindClass:
		return n.matchOrUnknown(string(m.Class))
	case KindSystem:
		return n.matchOrUnknown(m.System)
	case KindUser:
		return n.matchUser(m)
	case KindAspect:
		return n.matchAspect(sub)
	case KindRole:
		return TruthOf(slices.ContainsFunc(sub.Roles, n.matchRole))
	case KindState:
		return sub.stateIs(n.term.Value)
	case KindDrift:
		return truthIs(sub.Facts.Drift(sub.Wanted), n.term.Value)
	case KindReboot:
		return truthIs(sub.Facts.Reboot(), n.term.Value)
	}
	return Unknown
}

func (n *node) matchOrUnknown(s string) Truth {
	if s == "" {
		return Unknown
	}
	return TruthOf(n.glob.match(s))
}

// matchTag also knows the computed tags of a machine that was not resolved.
func (n *node) matchTag(m *Machine) bool {
	return slices.ContainsFunc(m.Tags, n.glob.match) || slices.ContainsFunc(m.Computed, n.glob.match) ||
		n.glob.match(TagAll) || m.Class != "" && n.glob.match(string(m.Class))
}

func (n *node) matchUser(m *Machine) Truth {
	if n.glob.match(m.User) || slices.ContainsFunc(m.Home, func(h Home) bool { return n.glob.match(h.User) }) {
		return True
	}
	if m.User == "" && m.Source != SourceFile {
		return Unknown // the registry says it all, a flake that was only read may not
	}
	return False
}

// matchAspect takes what the registry gives as true even when the rest of the
// composition is not known.
func (n *node) matchAspect(sub *Subject) Truth {
	named := func(a Named) bool { return n.glob.match(a.Name) }
	switch {
	case slices.ContainsFunc(sub.Aspects, n.glob.match):
		return True
	case sub.AspectsKnown:
		return False
	case slices.ContainsFunc(sub.Machine.Aspects, named):
		return True
	}
	return Unknown
}

// matchRole: without a slash the instance is meant.
func (n *node) matchRole(role string) bool {
	if !strings.Contains(n.term.Value, "/") {
		role, _, _ = strings.Cut(role, "/")
	}
	return n.glob.match(role)
}

// stateIs asks for a State, or for what is known of a host's reach alone. It
// is Unknown where that is not known, but for "unknown" itself.
func (sub *Subject) stateIs(want string) Truth {
	f, state := sub.Facts, StateOf(sub.Facts, sub.Wanted, sub.Broken)
	switch {
	case want == string(StateUnknown):
		return TruthOf(state == StateUnknown)
	case f == nil || f.Reach == "":
		return Unknown
	case want == stateOnline:
		return TruthOf(f.Reach == Reachable)
	case want == stateOffline, want == string(StateUnreachable):
		return TruthOf(f.Reach == Unreachable)
	case want == stateUnverified:
		return TruthOf(f.Reach == Unreachable && f.Identity)
	case state == StateUnknown:
		return Unknown
	}
	return TruthOf(state == State(want))
}

// truthIs: "unknown" asks whether t is unknown, which is always known.
func truthIs(t Truth, want string) Truth {
	switch want {
	case "yes":
		return t
	case "no":
		return t.Not()
	}
	return TruthOf(t == Unknown)
}
