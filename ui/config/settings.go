package config

import (
	"fmt"
	"strings"
	"time"

	"assay/fleet"
	"assay/ui/style"
)

// setting is one key of the file.
type setting struct {
	name string // "ui.theme"
	set  func(c *Config, v any) error
}

// settings are all keys but those in [keys].
var settings = []setting{
	{"refresh", setRefresh},
	{"read_only", func(c *Config, v any) error { return setBool(&c.ReadOnly, v) }},
	{"plugins", setPlugins},
	{"ui.theme", func(c *Config, v any) error { return setOne(&c.Theme, v, style.Themes()) }},
	{"ui.colour", func(c *Config, v any) error { return setOne(&c.Colour, v, style.Whens()) }},
	{"ui.glyphs", setGlyphs},
	{"ui.motion", func(c *Config, v any) error { return setBool(&c.Motion, v) }},
	{"ui.mouse", func(c *Config, v any) error { return setBool(&c.Mouse, v) }},
}

// tables returns the names of the file's tables.
func tables() []string { return []string{"ui", "keys"} }

func settingNames() []string {
	names := make([]string, 0, len(settings))
	for _, s := range settings {
		names = append(names, s.name)
	}
	return names
}

func setBool(to *bool, v any) error {
	b, ok := v.(bool)
	if !ok {
		return fmt.Errorf("is %s; hint: true or false, without quotes", kind(v))
	}
	*to = b
	return nil
}

// setOne sets one of several words.
func setOne[T ~string](to *T, v any, words []T) error {
	s, ok := v.(string)
	names := make([]string, 0, len(words))
	for _, w := range words {
		if ok && string(w) == s {
			*to = w
			return nil
		}
		names = append(names, string(w))
	}
	if !ok {
		return fmt.Errorf("is %s; hint: one of %s", kind(v), quoted(names))
	}
	if near := fleet.Nearest(s, names); near != "" {
		return fmt.Errorf("is %q; hint: did you mean %q?", s, near)
	}
	return fmt.Errorf("is %q; hint: one of %s", s, quoted(names))
}

func setGlyphs(c *Config, v any) error {
	glyphs := ""
	if err := setOne(&glyphs, v, []string{"unicode", "ascii"}); err != nil {
		return err
	}
	c.ASCII = glyphs == "ascii"
	return nil
}

// shortest is how often facts may be read again: more often, a fleet of some
// size would be asked without a pause.
const shortest = time.Second

func setRefresh(c *Config, v any) error {
	const hint = `hint: a time such as "60s" or "5m", in quotes, or "0" for never`
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("is %s; %s", kind(v), hint)
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return fmt.Errorf("is %q; %s", s, hint)
	case d < 0:
		return fmt.Errorf("is %q, which is less than nothing; %s", s, hint)
	case d > 0 && d < shortest:
		return fmt.Errorf("is %q; hint: %q is the least, or \"0\" for never", s, shortest)
	}
	c.Refresh = d
	return nil
}

// setPlugins sets the names of age plugins. Each is a part of the name of a
// program that will be started.
func setPlugins(c *Config, v any) error {
	const hint = `hint: a list of names such as ["yubikey"], for age-plugin-yubikey`
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("is %s; %s", kind(v), hint)
	}
	var names []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return fmt.Errorf("has %s in its list; %s", kind(e), hint)
		}
		if short, long := strings.CutPrefix(s, "age-plugin-"); long {
			return fmt.Errorf("has %q in its list; hint: without age-plugin-: %q", s, short)
		}
		odd := func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_.+", c) }
		if s == "" || len(s) > 40 || strings.ContainsFunc(s, odd) {
			return fmt.Errorf("has %q in its list, which is no name of a plugin; %s", s, hint)
		}
		names = append(names, s)
	}
	c.Plugins = names
	return nil
}

// kind names what a value is.
func kind(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case time.Time:
		return "a date or a time"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "something else"
}

func quoted(words []string) string { return `"` + strings.Join(words, `", "`) + `"` }
