package sops

import "fmt"

// Empty is a JSON or YAML file without any value yet, to be written in a form.
// Of another store the error wraps ErrForeign, or ErrFormat for the binary one,
// which has no fields.
func Empty(form Form) (*Opened, error) {
	switch {
	case form.Store == Binary:
		return nil, fmt.Errorf("%w: a binary file has no fields", ErrFormat)
	case !form.Store.Native():
		return nil, fmt.Errorf("%w: a file of the store %s", ErrForeign, form.Store)
	}
	return &Opened{Form: form, docs: []branch{{}}}, nil
}
