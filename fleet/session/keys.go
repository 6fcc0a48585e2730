package session

import (
	"context"
	"runtime"
	"strings"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
)

// checkKeys returns what is wrong with the machines' host keys. A machine whose
// key the fleet's secrets do not hold, and which is known from elsewhere, is
// fine; so is one without an address, which nobody reaches.
func (s *Session) checkKeys(ctx context.Context, machines []string, identities []sops.Identity) []fleet.Problem {
	findings := secrets.Check(s.Repo.Vars, machines, identities)
	fine := make([]bool, len(findings))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		switch findings[i].State {
		case secrets.OK:
			fine[i] = true
		case secrets.Missing:
			// Who knows a flake's hosts is not asked where only its files are read.
			nobody := s.Repo.Adopted && (s.reach == nil || len(s.Fleet().Machine(name).Deploy.Targets) == 0)
			fine[i] = nobody || s.knownElsewhere(ctx, name)
		}
	})
	var problems []fleet.Problem
	for i, f := range findings {
		switch {
		case fine[i]:
		case f.State == secrets.Missing:
			problems = append(problems, s.missingKey(f))
		default:
			problems = append(problems, keyProblem(s.Fleet().Machine(f.Machine), f))
		}
	}
	return problems
}

// knownElsewhere reports whether the connector would recognise a machine whose
// key the fleet's secrets do not hold. Nothing is sent to it.
func (s *Session) knownElsewhere(ctx context.Context, machine string) bool {
	if s.reach == nil {
		return false
	}
	connector, ok := s.reach.Connector.(knower)
	if !ok {
		return false
	}
	target, err := s.Target(machine)
	if err != nil {
		return false
	}
	keys, err := connector.HostKeys(ctx, target)
	if err != nil {
		return false
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, "@revoked ") {
			return true
		}
	}
	return false
}

// missingKey words that the fleet holds no host key of a machine. It is a
// warning: the machine cannot be reached yet, and nothing is broken. Where the
// fleet has no place for such keys, the operator's own pins are the way.
func (s *Session) missingKey(f secrets.Finding) fleet.Problem {
	if s.Repo.Adopted && !s.Repo.HasVars() {
		f.Detail = "no key of it is known, and an unknown key is never trusted: the machine is refused"
		f.Remedy = "assay keys pin " + f.Machine
	}
	return keyProblem(s.Fleet().Machine(f.Machine), f)
}

// keyProblem words a finding about a machine's host key.
func keyProblem(m *fleet.Machine, f secrets.Finding) fleet.Problem {
	severity := fleet.Error
	if f.State == secrets.Missing {
		severity = fleet.Warning
	}
	return fleet.Problem{
		At: m.At, Severity: severity,
		Text: f.Machine + ": SSH host key " + string(f.State) + ": " + f.Detail, Hint: f.Remedy,
	}
}
