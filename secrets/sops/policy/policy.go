// Package policy reads .sops.yaml: who may read which file. It is the
// authority for the recipients that package sops encrypts to; what a file says
// of its own readers is only compared with it.
//
// The meaning is that of the sops command: the first creation rule whose
// path_regex matches wins, the regex is not anchored, and the path is that
// below the directory of .sops.yaml. Where sops overlooks something silently,
// a misspelled field or keys that a key_groups beside them hides, Problems
// says so. Nothing is read but the text given; a Config is not changed after
// it was made, so several goroutines may use it.
package policy

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"regexp/syntax"

	"assay/secrets/sops"
)

// FileName is the name that the sops command looks for, from the working
// directory upwards.
const FileName = ".sops.yaml"

// ErrPolicy is a .sops.yaml, or a rule of one, that sops would refuse.
var ErrPolicy = errors.New("unusable .sops.yaml")

// Limits on what is read, so that a hostile file costs little.
const (
	maxFile   = 1 << 20 // bytes
	maxVisits = 200_000 // nodes looked at, counting aliased ones each time
	maxDepth  = 60      // of nodes in one another
	maxRules  = 500
)

// Place is a line of a file.
type Place struct {
	File string
	Line int // from 1
}

// String is FILE:LINE.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Config is one .sops.yaml.
type Config struct {
	File         string // as it was given to Parse
	Rules        []Rule // creation_rules, in order
	Destinations int    // destination_rules, which only sops publish uses
	Stores       Stores
	Keys         []Key     // every key that has a name, in file order
	Problems     []Problem // what is wrong whatever files there are, in file order
}

// Stores is how files are laid out.
type Stores struct {
	YAMLIndent   int // spaces; 0 stands for the usual 4
	JSONIndent   int // spaces; -1, the default, for a tab
	BinaryIndent int // the same, of the binary store
}

// Kind tells the kinds of keys apart; the names are those of .sops.yaml.
type Kind string

// The kinds of keys.
const (
	Age   Kind = "age"
	PGP   Kind = "pgp"
	KMS   Kind = "kms"
	GCP   Kind = "gcp_kms"
	HCKMS Kind = "hckms"
	Azure Kind = "azure_keyvault"
	Vault Kind = "hc_vault"
)

// Key is a key with its name: an anchor, or the field that it stands in.
type Key struct {
	Name   string
	Kind   Kind // Age or PGP
	Public string
	At     Place
}

// Recipient is a key that a rule names.
type Recipient struct {
	Kind   Kind
	Public string // an age or SSH recipient, a fingerprint, an ARN, an address
	Name   string // of the Key with the same public part; "" if none has one
	At     Place  // where the rule names it
	Key    Place  // where its name is given; the zero Place if it has none
}

// Group is one key group. Any of its keys opens the group.
type Group struct {
	At   Place
	Keys []Recipient // each once, in the order of the file
}

// Rule is one creation rule.
type Rule struct {
	Index     int // in Config.Rules
	At        Place
	PathRegex string // "" matches every path
	Groups    []Group
	Threshold int // shamir_threshold: groups needed; 0 stands for all
	Selector  sops.Selector
	Err       error // why sops would refuse it, wrapping ErrPolicy; nil if it would not

	regex *regexp.Regexp
	tree  *syntax.Regexp // of the regex, or nil if there is none
	parts parts          // of the tree
}

// Recipients are the age recipients of all groups, each once, in file order.
func (r *Rule) Recipients() []Recipient {
	var out []Recipient
	seen := map[string]bool{}
	for _, g := range r.Groups {
		for _, k := range g.Keys {
			if k.Kind == Age && !seen[k.Public] {
				seen[k.Public] = true
				out = append(out, k)
			}
		}
	}
	return out
}

// AgeKeys are the public parts of Recipients, as sops.Encrypt takes them.
func (r *Rule) AgeKeys() []string {
	var out []string
	for _, k := range r.Recipients() {
		out = append(out, k.Public)
	}
	return out
}

// Foreign are the keys of other kinds than age, of all groups.
func (r *Rule) Foreign() []Recipient {
	var out []Recipient
	for _, g := range r.Groups {
		for _, k := range g.Keys {
			if k.Kind != Age {
				out = append(out, k)
			}
		}
	}
	return out
}

// Native returns nil when package sops can write the rule's files itself,
// that is, when it has one group and only age keys. Otherwise the error wraps
// sops.ErrForeign, or ErrPolicy when the rule is unusable.
func (r *Rule) Native() error {
	switch foreign := r.Foreign(); {
	case r.Err != nil:
		return r.Err
	case len(r.Groups) > 1:
		return fmt.Errorf("%s: %w: the rule splits the key between %d groups (shamir)\nhint: edit its files with sops", r.At, sops.ErrForeign, len(r.Groups))
	case len(foreign) > 0:
		return fmt.Errorf("%s: %w: the rule has keys of the kind %s\nhint: edit its files with sops", foreign[0].At, sops.ErrForeign, foreign[0].Kind)
	}
	return nil
}

// Match returns the rule that decides for a file: path is relative to the
// directory of .sops.yaml, with slashes. A rule whose regex does not compile
// ends the search as a match would, because sops refuses there; its Err is
// set. False means that no rule matches and sops would refuse to encrypt.
func (c *Config) Match(path string) (*Rule, bool) {
	for i := range c.Rules {
		if r := &c.Rules[i]; r.matches(path) {
			return r, true
		}
	}
	return nil, false
}

// Names reports whether the rule that decides for a file tells it from others
// of that extension, as one for a whole tree does not.
func (c *Config) Names(file string) bool {
	r, ok := c.Match(file)
	return ok && !r.matches("\x00"+path.Ext(file))
}

func (r *Rule) matches(path string) bool {
	return r.regex == nil || r.regex.MatchString(path)
}

// Err returns the first problem for which sops refuses the whole file, as an
// error wrapping ErrPolicy, or nil.
func (c *Config) Err() error {
	for _, p := range c.Problems {
		if p.Kind == Broken && p.Rule < 0 {
			return p.Err()
		}
	}
	return nil
}

// Find returns the .sops.yaml that governs a directory: its own or that of
// the nearest directory above. The error wraps fs.ErrNotExist if there is none.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for range 100 {
		path := filepath.Join(dir, FileName)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return "", fmt.Errorf("no %s in %s or above it: %w", FileName, dir, os.ErrNotExist)
}
