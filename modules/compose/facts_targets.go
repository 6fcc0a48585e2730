package compose

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules"
)

// Target is one place that says where a machine is.
type Target = modules.Address

// targetsOf are the targets of a machine, the one that counts first.
func targetsOf(c *Composition) []Target {
	out := slices.Clone(c.Addresses)
	s := &c.Scope
	for _, option := range []string{modules.FromClan, modules.FromOldClan, modules.FromDeploy, modules.FromDeployment} {
		f := s.fact(option)
		if !f.Said() {
			continue
		}
		t := Target{Target: f.Value, From: option, At: f.At, Why: f.Why}
		switch option {
		case modules.FromClan, modules.FromOldClan:
			t.Target, t.Jump = modules.ClanTarget(f.Value)
		case modules.FromDeployment:
			t = colmenaTarget(s, t)
		}
		if read := c.address; t.Why != "" && read.Target != "" && read.From == t.From && read.At == t.At {
			t = read // made of the machine's name
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, modules.CompareAddresses)
	return out
}

// colmenaTarget adds the user and the port, which are options of their own.
func colmenaTarget(s *Scope, t Target) Target {
	user, port := s.fact("deployment.targetUser"), s.fact("deployment.targetPort")
	if t.Target != "" {
		n, _ := strconv.Atoi(port.Value)
		t.Target = modules.JoinAddress(user.Value, t.Target, n)
	}
	t.Why = cmp.Or(t.Why, user.Why, port.Why)
	return t
}

// differ reports whether two addresses cannot mean the same: what one of them
// leaves out may be as in the other.
func differ(a, b string) bool {
	userA, hostA, portA := splitAddress(a)
	userB, hostB, portB := splitAddress(b)
	return hostA != hostB || userA != "" && userB != "" && userA != userB || portA != "" && portB != "" && portA != portB
}

func splitAddress(s string) (user, host, port string) {
	if u, rest, ok := strings.Cut(s, "@"); ok {
		user, s = u, rest
	}
	if h, p, err := net.SplitHostPort(s); err == nil {
		return user, h, p
	}
	return user, strings.Trim(s, "[]"), ""
}

// disagreeing are warnings of places that say different things of where the
// machine is.
func disagreeing(c *Composition) []Problem {
	var out []Problem
	var first Target
	for _, t := range targetsOf(c) {
		switch {
		case t.Target == "" || t.Why != "":
		case first.Target == "":
			first = t
		case differ(first.Target, t.Target):
			out = append(out, Problem{Severity: fleet.Warning, At: t.At, Hint: "the first counts; make them say the same",
				Text: fmt.Sprintf("machine %s is at %s for %s (%s), and at %s for %s (%s)",
					c.Machine, first.Target, first.From, first.At, t.Target, t.From, t.At)})
		}
	}
	return out
}
