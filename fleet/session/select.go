package session

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/compose"
)

// Select returns the machines that a selector chooses, in the fleet's order;
// an empty expression chooses all. Live hosts are asked only when the
// expression needs their facts.
func (s *Session) Select(ctx context.Context, expression string) (fleet.Selection, error) {
	if strings.TrimSpace(expression) == "" {
		return fleet.Selection{Machines: names(s.Fleet().Machines)}, nil
	}
	selector, err := fleet.ParseSelector(expression)
	if err != nil {
		return fleet.Selection{}, err
	}
	subjects := s.subjects(ctx, selector.NeedsAspects())
	if selector.NeedsRuns() {
		if err := s.addLastRun(subjects); err != nil {
			return fleet.Selection{}, err
		}
	}
	if selector.NeedsFacts() && s.reach != nil {
		if err := s.addFacts(ctx, subjects); err != nil {
			return fleet.Selection{}, err
		}
	}
	return selector.Select(subjects)
}

// subjects describes every machine as selectors see it, without live facts.
func (s *Session) subjects(ctx context.Context, aspects bool) []fleet.Subject {
	out := s.Fleet().Subjects()
	if !aspects {
		return out
	}
	each(ctx, runtime.NumCPU(), out, func(i int, subject fleet.Subject) {
		composition, err := s.Repo.Compose(subject.Machine.Name)
		if err != nil {
			return
		}
		out[i].AspectsKnown = true
		out[i].Aspects = aspectNames(composition)
	})
	return out
}

func (s *Session) addFacts(ctx context.Context, subjects []fleet.Subject) error {
	all := make([]string, len(subjects))
	for i, subject := range subjects {
		all[i] = subject.Machine.Name
	}
	statuses, err := s.Status(ctx, all, nil)
	for i := range statuses {
		subjects[i].Facts = &statuses[i].Facts
		subjects[i].Wanted, subjects[i].Broken = statuses[i].Wanted, statuses[i].WantedErr != nil
	}
	return err
}

func names(machines []fleet.Machine) []string {
	out := make([]string, len(machines))
	for i, m := range machines {
		out[i] = m.Name
	}
	return out
}

// aspectNames are the aspects of the machine and of its homes.
func aspectNames(composition compose.Composition) []string {
	var out []string
	for _, scope := range append([]compose.Scope{composition.Scope}, composition.Homes...) {
		for _, reached := range scope.Aspects {
			out = append(out, reached.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
