// Package config reads what the operator wants of the console from
// config.toml. It is strict: a key that does not exist, a value of the wrong
// type or out of range is an error with its file and line, all of them
// reported together, because a setting that is quietly ignored is one that
// somebody relies on.
//
// A Config is a value; the functions keep no state.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"assay/ui/style"
)

// longest is how long a configuration file may be, in bytes.
const longest = 256 << 10

// Config is what the operator wants.
type Config struct {
	Theme  style.Theme
	Colour style.When
	ASCII  bool // glyphs = "ascii"
	Motion bool
	Mouse  bool

	Refresh  time.Duration // between reading facts again; 0 is never
	ReadOnly bool
	Plugins  []string // age plugins that may run: NAME of age-plugin-NAME

	// Keys has the keys of actions by the action's ID. An action that is there
	// without keys has none. Neither IDs nor keys are checked here.
	Keys map[string][]string
}

// Defaults returns the configuration of somebody who has no file.
func Defaults() Config {
	return Config{
		Theme:   style.Default,
		Colour:  style.Auto,
		Motion:  true,
		Mouse:   true,
		Refresh: time.Minute,
		Keys:    map[string][]string{},
	}
}

// Style returns how the console is to look on a terminal with this
// environment.
func (c Config) Style(getenv func(string) string) style.Options {
	return style.Options{
		Colour:     style.Colour(c.Colour, getenv),
		Attributes: style.Attributes(getenv),
		Theme:      c.Theme,
		Background: style.BackgroundOf(getenv),
		ASCII:      c.ASCII,
		Motion:     c.Motion,
	}
}

// Path returns where the configuration is: assay/config.toml in
// $XDG_CONFIG_HOME or, if that is not an absolute path, in ~/.config.
func Path(getenv func(string) string) (string, error) {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		home := getenv("HOME")
		if home == "" {
			return "", errors.New("no place for config.toml: neither XDG_CONFIG_HOME nor HOME is set; hint: set one of them")
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "assay", "config.toml"), nil
}

// Load reads a file. One that does not exist has the defaults in it; with any
// other error the configuration is the defaults too.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Defaults(), nil
	}
	if err != nil {
		return Defaults(), fmt.Errorf("reading the configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err != nil {
		return Defaults(), fmt.Errorf("reading the configuration: %w", err)
	}
	if len(text) > longest {
		return Defaults(), fmt.Errorf("%s: longer than %d KiB; hint: is this the right file?", path, longest>>10)
	}
	return Parse(path, string(text))
}
