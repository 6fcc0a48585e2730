package generate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/secrets/generate/shell"
	"assay/secrets/secret"
)

// text turns a word into a function that makes its text. What is not quoted
// must be literal, unless the word is not split.
func (c *compiler) text(w shell.Word, whole bool) (func(*scriptRun) ([]byte, error), error) {
	var parts []func(*scriptRun) ([]byte, error)
	for _, p := range w {
		if p.Kind != shell.Literal && !p.Quoted && !whole {
			return nil, unknown(c.line, "$"+p.Text+" without quotes")
		}
		next, err := c.part(p)
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	return func(r *scriptRun) ([]byte, error) {
		var pieces [][]byte
		defer func() {
			for _, b := range pieces {
				clear(b)
			}
		}()
		for _, p := range parts {
			b, err := p(r)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, b)
		}
		return slices.Concat(pieces...), nil
	}, nil
}

func (c *compiler) part(p shell.Part) (func(*scriptRun) ([]byte, error), error) {
	switch p.Kind {
	case shell.Variable:
		if !c.vars[p.Text] {
			return nil, unknown(c.line, "$"+p.Text)
		}
		return func(r *scriptRun) ([]byte, error) {
			if err := r.spend(len(r.vars[p.Text])); err != nil {
				return nil, err
			}
			return bytes.Clone(r.vars[p.Text]), nil
		}, nil
	case shell.Substitution:
		run, err := c.pipeline(p.Sub)
		if err != nil {
			return nil, err
		}
		return func(r *scriptRun) ([]byte, error) {
			b, err := run(r)
			if err == nil && bytes.IndexByte(b, 0) >= 0 {
				clear(b)
				return nil, fmt.Errorf("%w: the script puts a zero byte into a word", ErrInput)
			}
			return bytes.TrimRight(b, "\n"), err
		}, nil
	}
	return func(*scriptRun) ([]byte, error) { return []byte(p.Text), nil }, nil
}

// isEchoOption says whether echo takes a text for options and does not print it.
func isEchoOption(text string) bool {
	letters, ok := strings.CutPrefix(text, "-")
	return ok && letters != "" && strings.Trim(letters, "neE") == ""
}

// texts is text for all words of an echo. The first must not be an option.
func (c *compiler) texts(words []shell.Word) (func(*scriptRun) ([][]byte, error), error) {
	var makers []func(*scriptRun) ([]byte, error)
	for _, w := range words {
		next, err := c.text(w, false)
		if err != nil {
			return nil, err
		}
		makers = append(makers, next)
	}
	return func(r *scriptRun) ([][]byte, error) {
		var out [][]byte
		for i, m := range makers {
			b, err := m(r)
			if err == nil && i == 0 && isEchoOption(string(b)) {
				err = fmt.Errorf("%w: the script would take a value for an option", ErrInput)
			}
			if err != nil {
				return nil, err
			}
			out = append(out, b)
		}
		return out, nil
	}, nil
}

// owned is a Value of a copy.
func owned(b []byte) secret.Value { return secret.New(bytes.Clone(b)) }

func cloneSet(m map[string]bool) map[string]bool { return maps.Clone(m) }

func intersect(a, b map[string]bool) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		if b[k] {
			out[k] = true
		}
	}
	return out
}
