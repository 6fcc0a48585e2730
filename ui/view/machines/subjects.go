package machines

import (
	"time"

	"assay/fleet"
	"assay/ui/known"
)

// subjects are the machines as selectors see them, in the fleet's order. What
// is declared and composed is kept; facts are filled in each time.
type subjects struct {
	fleet *fleet.Fleet
	read  time.Time // when the known ones were read
	list  []fleet.Subject
}

// now returns the subjects as of what is known. They are good until the next
// call.
func (s *subjects) now(k *known.Known) []fleet.Subject {
	if s.fleet != k.Fleet || !s.read.Equal(k.Subjects.At) || len(s.list) != len(k.Fleet.Machines) {
		s.read, s.fleet = k.Subjects.At, k.Fleet
		s.list = describe(k)
	}
	for i := range s.list {
		subject := &s.list[i]
		subject.Facts, subject.Wanted, subject.Broken = nil, "", false
		if host := k.Hosts[subject.Machine.Name]; host != nil && !host.Asked.IsZero() {
			subject.Facts, subject.Wanted, subject.Broken = &host.Facts, host.Wanted, host.WantedErr != nil
		}
	}
	return s.list
}

// describe returns one subject per machine: what was read of it, or what the
// declaration alone tells.
func describe(k *known.Known) []fleet.Subject {
	out := k.Fleet.Subjects()
	if !k.Subjects.Has() {
		return out
	}
	read := make(map[string]fleet.Subject, len(k.Subjects.Value))
	for _, subject := range k.Subjects.Value {
		read[subject.Machine.Name] = subject
	}
	for i := range out {
		if subject, ok := read[out[i].Machine.Name]; ok {
			out[i].Aspects, out[i].AspectsKnown, out[i].Failed = subject.Aspects, subject.AspectsKnown, subject.Failed
		}
	}
	return out
}
