package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Decode reads one line, with or without its newline. An event of a newer
// version or of a type that is not known becomes Unknown; anything that is no
// event at all is an error.
func Decode(line []byte) (Event, error) {
	if len(line) > MaxLine+1 {
		return Event{}, ErrTooLong
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	if err := h.check(); err != nil {
		return Event{}, fmt.Errorf("event %d: %w", h.Seq, err)
	}
	e := Event{Seq: h.Seq, Time: h.Time.UTC(), Run: h.Run}
	var err error
	if e.Body, err = decodeBody(h, line); err != nil {
		return Event{}, fmt.Errorf("event %d (%s): %w", h.Seq, h.Type, err)
	}
	return e, nil
}

func (h header) check() error {
	switch {
	case h.V < 1:
		return errors.New("no version")
	case h.Seq < 1:
		return errors.New("no sequence number")
	case h.Run == "" || len(h.Run) > maxName:
		return errors.New("no run, or one with too long a name")
	case h.Type == "" || len(h.Type) > maxName:
		return errors.New("no type, or one with too long a name")
	}
	return nil
}

func decodeBody(h header, line []byte) (Body, error) {
	if h.V == Version {
		switch h.Type {
		case "run_started":
			return decodeAs[RunStarted](line)
		case "host_phase":
			return decodeAs[HostPhase](line)
		case "host_progress":
			return decodeAs[HostProgress](line)
		case "log":
			return decodeAs[Log](line)
		case "host_result":
			return decodeAs[HostResult](line)
		case "run_interrupted":
			return decodeAs[RunInterrupted](line)
		case "run_finished":
			return decodeAs[RunFinished](line)
		}
	}
	return Unknown{Name: h.Type, Raw: bytes.Clone(bytes.TrimSpace(line))}, nil
}

func decodeAs[B Body](line []byte) (Body, error) {
	var b B
	if err := json.Unmarshal(line, &b); err != nil {
		return nil, err
	}
	if strings.HasPrefix(b.Type(), "host_") || b.Type() == "log" {
		if m := b.machine(); m == "" || len(m) > maxName {
			return nil, errors.New("no machine, or one with too long a name")
		}
	}
	return WithTexts(b, cut), nil
}
