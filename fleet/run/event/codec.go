package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Limits of the codec, in bytes.
const (
	MaxLine = 4 << 20  // one encoded event
	MaxText = 16 << 10 // one free text: a log line, a reason, a hint
	maxName = 256      // a machine, a run, a type
)

// ErrTooLong is returned for an event that does not fit a line.
var ErrTooLong = errors.New("event is longer than 4 MiB")

type header struct {
	V    int       `json:"v"`
	Seq  int64     `json:"seq"`
	Time time.Time `json:"time"`
	Run  string    `json:"run"`
	Type string    `json:"type"`
}

// Append adds the event to dst as one line of JSON with its newline. Free
// texts longer than MaxText are cut.
func Append(dst []byte, e Event) ([]byte, error) {
	if e.Body == nil {
		return dst, errors.New("event without a body")
	}
	if u, ok := e.Body.(Unknown); ok {
		return appendUnknown(dst, u)
	}
	head, err := marshal(header{Version, e.Seq, e.Time.UTC(), e.Run, e.Type()})
	if err != nil {
		return dst, fmt.Errorf("encode event %d: %w", e.Seq, err)
	}
	body, err := marshal(WithTexts(e.Body, cut))
	if err != nil {
		return dst, fmt.Errorf("encode event %d: %w", e.Seq, err)
	}
	if len(head)+len(body) > MaxLine {
		return dst, ErrTooLong
	}
	// {head} and {body} become {head,body}; no body of ours is empty.
	dst = append(dst, head[:len(head)-1]...)
	dst = append(dst, ',')
	dst = append(dst, body[1:]...)
	return append(dst, '\n'), nil
}

func appendUnknown(dst []byte, u Unknown) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, u.Raw); err != nil {
		return dst, fmt.Errorf("encode event of type %q: %w", u.Name, err)
	}
	if b.Len() > MaxLine {
		return dst, ErrTooLong
	}
	return append(append(dst, b.Bytes()...), '\n'), nil
}

// marshal is json.Marshal without HTML escapes and without the newline.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// WithTexts returns the body with what change makes of each of its free texts:
// those that a program printed or that say what went wrong.
func WithTexts(b Body, change func(string) string) Body {
	switch b := b.(type) {
	case Log:
		b.Text = change(b.Text)
		return b
	case HostResult:
		b.Reason, b.Hint = change(b.Reason), change(b.Hint)
		return b
	case RunInterrupted:
		b.Reason = change(b.Reason)
		return b
	}
	return b
}

func cut(s string) string {
	if len(s) <= MaxText {
		return s
	}
	const mark = "..."
	end := MaxText - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// MarshalJSON encodes the event as Append does.
func (e Event) MarshalJSON() ([]byte, error) {
	line, err := Append(nil, e)
	return bytes.TrimSuffix(line, []byte("\n")), err
}

// UnmarshalJSON decodes the event as Decode does.
func (e *Event) UnmarshalJSON(line []byte) error {
	d, err := Decode(line)
	if err == nil {
		*e = d
	}
	return err
}
