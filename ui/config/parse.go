package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"assay/fleet"
)

// Parse reads the text of a file; the name is for errors. With an error the
// configuration is the defaults.
func Parse(name, text string) (Config, error) {
	c := Defaults()
	root := map[string]toml.Primitive{}
	md, err := toml.Decode(text, &root)
	if err != nil {
		return Defaults(), syntaxError(name, err)
	}
	r := &reader{name: name, md: &md}
	r.table("", root, &c)
	if err := r.err(); err != nil {
		return Defaults(), err
	}
	return c, nil
}

// syntaxError says where the text is not TOML.
func syntaxError(name string, err error) error {
	if bad, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Errorf("%s:%d: not TOML: %s", name, bad.Position.Line, strings.TrimSuffix(bad.Message, "."))
	}
	return fmt.Errorf("%s: not TOML: %w", name, err)
}

// reader goes through the tables of a file.
type reader struct {
	name  string
	md    *toml.MetaData
	wrong []problem
}

type problem struct {
	line int
	text string
}

// err joins what is wrong, in the order of the file.
func (r *reader) err() error {
	slices.SortFunc(r.wrong, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), strings.Compare(a.text, b.text))
	})
	var errs []error
	for _, p := range r.wrong {
		errs = append(errs, fmt.Errorf("%s:%d: %s", r.name, p.line, p.text))
	}
	return errors.Join(errs...)
}

func (r *reader) add(at toml.Primitive, format string, args ...any) {
	r.wrong = append(r.wrong, problem{r.line(at), fmt.Sprintf(format, args...)})
}

// table reads a table's keys into c.
func (r *reader) table(table string, keys map[string]toml.Primitive, c *Config) {
	for key, value := range keys {
		name := key
		if table != "" {
			name = table + "." + key
		}
		if sub, ok := r.sub(value); ok && slices.Contains(tables(), name) {
			if name == "keys" {
				r.keys(sub, c)
			} else {
				r.table(name, sub, c)
			}
			continue
		}
		r.setting(name, value, c)
	}
}

// setting reads one setting into c.
func (r *reader) setting(name string, value toml.Primitive, c *Config) {
	if slices.Contains(tables(), name) {
		r.add(value, "%s is %s; hint: it is a table: [%s]", name, r.kind(value), name)
		return
	}
	i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
	if i < 0 {
		r.add(value, "there is no setting %s%s", quoteOdd(name), suggestion(name))
		return
	}
	var v any
	if err := r.md.PrimitiveDecode(value, &v); err != nil {
		r.add(value, "%s: %v", name, err)
		return
	}
	if err := settings[i].set(c, v); err != nil {
		r.add(value, "%s %v", name, err)
	}
}

// kind names what a value is.
func (r *reader) kind(p toml.Primitive) string {
	var v any
	if r.md.PrimitiveDecode(p, &v) != nil {
		return kind(nil)
	}
	return kind(v)
}

// keys reads the table of keys.
func (r *reader) keys(ids map[string]toml.Primitive, c *Config) {
	for id, value := range ids {
		var v any
		if err := r.md.PrimitiveDecode(value, &v); err != nil {
			r.add(value, "keys.%q: %v", id, err)
			continue
		}
		if below, nested := v.(map[string]any); nested {
			r.add(value, "keys.%s is a table; hint: an ID with dots goes in quotes: %q = \"x\"", quoteOdd(id), id+dotted(below))
			continue
		}
		keys, err := keyList(v)
		if err != nil {
			r.add(value, "keys.%q %v", id, err)
			continue
		}
		c.Keys[id] = keys
	}
}

// dotted returns the way to the first value of a table: ".down".
func dotted(v any) string {
	table, ok := v.(map[string]any)
	if !ok || len(table) == 0 {
		return ""
	}
	first := slices.Min(slices.Collect(maps.Keys(table)))
	return "." + first + dotted(table[first])
}

// keyList makes a list of "x", ["x", "y"] or [].
func keyList(v any) ([]string, error) {
	if s, ok := v.(string); ok {
		return []string{s}, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("is %s; hint: a key in quotes, or a list of them: [] for none", kind(v))
	}
	keys := make([]string, 0, len(list))
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, fmt.Errorf("has %s in its list; hint: keys go in quotes", kind(e))
		}
		keys = append(keys, s)
	}
	return keys, nil
}

// sub returns the table that a value is.
func (r *reader) sub(p toml.Primitive) (map[string]toml.Primitive, bool) {
	var v any
	if err := r.md.PrimitiveDecode(p, &v); err != nil {
		return nil, false
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, false
	}
	sub := map[string]toml.Primitive{}
	return sub, r.md.PrimitiveDecode(p, &sub) == nil
}

// line returns where a value is in the file: the library says it with the
// errors of whoever decodes the value. A table that only dotted keys make has
// no place; it is where the first of them is.
func (r *reader) line(p toml.Primitive) int {
	err := r.md.PrimitiveDecode(p, &refusal{})
	if at, ok := errors.AsType[toml.ParseError](err); ok && at.Position.Line > 0 {
		return at.Position.Line
	}
	first := 0
	sub, _ := r.sub(p)
	for _, below := range sub {
		if n := r.line(below); first == 0 || n < first {
			first = n
		}
	}
	return max(first, 1)
}

// refusal decodes nothing.
type refusal struct{}

var errRefused = errors.New("refused")

// UnmarshalTOML implements toml.Unmarshaler.
func (*refusal) UnmarshalTOML(any) error { return errRefused }

// suggestion names the setting that somebody may have meant.
func suggestion(name string) string {
	names := append(tables(), settingNames()...)
	if near := fleet.Nearest(name, names); near != "" {
		return fmt.Sprintf("; hint: did you mean %s?", near)
	}
	_, last, _ := cutLast(name)
	for _, n := range names {
		if _, l, _ := cutLast(n); l == last || fleet.Nearest(last, []string{l}) != "" {
			return fmt.Sprintf("; hint: did you mean %s?", n)
		}
	}
	return "; hint: the settings are " + strings.Join(settingNames(), ", ") + " and the table [keys]"
}

// cutLast cuts around the last dot; without one, everything is after it.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:], i >= 0
}

// quoteOdd quotes a name that is not a plain one.
func quoteOdd(name string) string {
	for _, c := range name {
		if !(c == '.' || c == '-' || c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			return fmt.Sprintf("%q", name)
		}
	}
	return name
}
