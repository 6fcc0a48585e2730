package policy

import (
	"fmt"

	"assay/secrets/sops"
)

// Form returns how the file at path is to be written, with the rule that
// decides for it: the rule's Recipients are who may read it. Path is as Match
// takes it. The error wraps ErrPolicy if sops would refuse the file, and
// sops.ErrForeign if only the sops command can write it.
func (c *Config) Form(path string) (sops.Form, *Rule, error) {
	if err := c.Err(); err != nil {
		return sops.Form{}, nil, err
	}
	rule, ok := c.Match(path)
	if !ok {
		return sops.Form{}, nil, fmt.Errorf("%s: %w: no rule matches %s\nhint: add a creation rule for it", c.File, ErrPolicy, quote(path))
	}
	form := sops.Form{Store: sops.StoreOf(path), Selector: rule.Selector}
	switch form.Store {
	case sops.YAML:
		form.Indent = c.Stores.YAMLIndent
	case sops.JSON:
		form.Indent = jsonIndent(c.Stores.JSONIndent)
	}
	if err := rule.Native(); err != nil {
		return form, rule, err
	}
	if !form.Store.Native() {
		return form, rule, fmt.Errorf("%s: %w: a file of the store %s\nhint: edit it with sops", quote(path), sops.ErrForeign, form.Store)
	}
	return form, rule, nil
}

// jsonIndent turns the spaces of .sops.yaml, where -1 is a tab, into those of
// sops.Form, where 0 is.
func jsonIndent(n int) int {
	switch n {
	case -1:
		return 0
	case 0:
		return -1
	}
	return n
}
