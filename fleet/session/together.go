package session

import (
	"assay/fleet/host"
	"assay/fleet/run/plan"
)

// gatherer is a connector that asks a person once for what several machines
// want, and names them.
type gatherer interface {
	Together(targets []host.Target)
}

// together tells the connector which machines somebody has chosen to work on.
func (s *Session) together(names []string) {
	connector, ok := s.reach.Connector.(gatherer)
	if !ok {
		return
	}
	var targets []host.Target
	for _, name := range names {
		if t, err := s.Target(name); err == nil { // whose has none is told when it is reached
			targets = append(targets, t)
		}
	}
	connector.Together(targets)
}

// changing are the machines that a plan changes.
func changing(p *plan.Plan) []string {
	var names []string
	for i := range p.Hosts {
		if p.Hosts[i].Status == plan.StatusChange {
			names = append(names, p.Hosts[i].Machine)
		}
	}
	return names
}
