package event

import "errors"

// Sink takes the events of a run. A run calls Emit from one goroutine at a
// time, in the order of Seq. Emit must not wait for a person.
type Sink interface {
	Emit(Event)
}

// Failing is a Sink that can lose events, such as a journal on a full disk.
// A run that sees an error starts nothing more.
type Failing interface {
	Sink
	// Err is the first error, or nil. It may be called at any time.
	Err() error
}

// SinkFunc is a function as a Sink.
type SinkFunc func(Event)

// Emit calls f.
func (f SinkFunc) Emit(e Event) { f(e) }

// Tee is a Sink that gives each event to all sinks in their order, leaving
// out nil ones. Its Err joins theirs.
func Tee(sinks ...Sink) Failing {
	var t tee
	for _, s := range sinks {
		if s != nil {
			t = append(t, s)
		}
	}
	return t
}

type tee []Sink

func (t tee) Emit(e Event) {
	for _, s := range t {
		s.Emit(e)
	}
}

func (t tee) Err() error {
	var errs []error
	for _, s := range t {
		if f, ok := s.(Failing); ok {
			errs = append(errs, f.Err())
		}
	}
	return errors.Join(errs...)
}
