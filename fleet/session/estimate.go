package session

import "time"

// estimator is an engine that remembers how long evaluations took.
type estimator interface {
	Estimate(machines []string) time.Duration
}

// Estimate says how long evaluating the machines may take, as it did the last
// time; 0 is not known.
func (s *Session) Estimate(machines []string) time.Duration {
	if s.reach == nil {
		return 0
	}
	if e, ok := s.reach.Engine.(estimator); ok {
		return e.Estimate(machines)
	}
	return 0
}
