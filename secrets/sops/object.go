package sops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// reader walks one JSON document. Unlike json.Unmarshal it refuses duplicate
// and unknown fields, folds no case and drops nothing. Its errors name a line
// and quote nothing: the file may be a plaintext that was never encrypted.
type reader struct {
	text   []byte
	dec    *json.Decoder
	within string // what the text is a part of, where its lines say nothing

	counted, lines int // bytes looked at for lines, and the lines in them
	nodes          int // values read into a tree
}

func newReader(text []byte) (*reader, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrFormat)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return &reader{text: text, dec: dec}, nil
}

// line is where the reader is, from 1.
func (r *reader) line() int {
	now := min(int(r.dec.InputOffset()), len(r.text))
	r.lines += bytes.Count(r.text[r.counted:now], []byte("\n"))
	r.counted = now
	return 1 + r.lines
}

// fail makes an error that says where in the text it happened.
func (r *reader) fail(format string, args ...any) error {
	err := fmt.Errorf("%w: %w", ErrFormat, fmt.Errorf(format, args...))
	if r.within != "" {
		return fmt.Errorf("%s: %w", r.within, err)
	}
	return fmt.Errorf("line %d: %w", r.line(), err)
}

func (r *reader) token() (json.Token, error) {
	t, err := r.dec.Token()
	if err != nil {
		return nil, r.fail("not valid JSON")
	}
	return t, nil
}

// object reads one object and calls field for every key; field must consume
// the key's value.
func (r *reader) object(field func(key string) error) error {
	t, err := r.token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return r.fail("expected an object")
	}
	return r.rest(field)
}

// rest reads an object whose opening brace is read already.
func (r *reader) rest(field func(key string) error) error {
	seen := map[string]bool{}
	for r.dec.More() {
		t, err := r.token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return r.fail("expected a field name")
		}
		if seen[key] {
			return r.fail("a field stands there twice")
		}
		seen[key] = true
		if err := field(key); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// array reads one array, or null, and calls element for every element;
// element must consume it.
func (r *reader) array(element func() error) error {
	t, err := r.token()
	if err != nil {
		return err
	}
	if t == nil {
		return nil
	}
	if t != json.Delim('[') {
		return r.fail("expected a list")
	}
	for r.dec.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err = r.token()
	return err
}

func (r *reader) str() (string, error) {
	t, err := r.token()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", r.fail("expected a string")
	}
	return s, nil
}

func (r *reader) boolean() (bool, error) {
	t, err := r.token()
	if err != nil {
		return false, err
	}
	b, ok := t.(bool)
	if !ok {
		return false, r.fail("expected true or false")
	}
	return b, nil
}

// filled consumes any value and reports whether it is more than null, zero or
// an empty string, list or object.
func (r *reader) filled() (bool, error) {
	var v any
	if err := r.dec.Decode(&v); err != nil {
		return false, r.fail("not valid JSON")
	}
	switch v := v.(type) {
	case nil:
		return false, nil
	case string:
		return v != "", nil
	case []any:
		return len(v) > 0, nil
	case map[string]any:
		return len(v) > 0, nil
	case json.Number:
		return v != "0", nil
	}
	return v != false, nil
}

// end requires that nothing but white space follows.
func (r *reader) end() error {
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return r.fail("something follows the document")
	}
	return nil
}
