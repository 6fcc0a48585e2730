package policy_test

import (
	"errors"
	"testing"

	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

func TestForm(t *testing.T) {
	c := parse(t, "creation_rules:\n- {path_regex: ^a/, age: "+alice+", encrypted_regex: ^x$}\n- {path_regex: ^b/, pgp: 0123456789ABCDEF0123456789ABCDEF01234567}\nstores: {json: {indent: 0}, yaml: {indent: 2}}")
	for path, want := range map[string]struct {
		form sops.Form
		err  error
	}{
		"a/x.yaml": {sops.Form{Store: sops.YAML, Selector: sops.Selector{EncryptedRegex: "^x$"}, Indent: 2}, nil},
		"a/x.json": {sops.Form{Store: sops.JSON, Selector: sops.Selector{EncryptedRegex: "^x$"}, Indent: -1}, nil},
		"a/x":      {sops.Form{Store: sops.Binary, Selector: sops.Selector{EncryptedRegex: "^x$"}}, nil},
		"a/x.env":  {sops.Form{Store: sops.Dotenv, Selector: sops.Selector{EncryptedRegex: "^x$"}}, sops.ErrForeign},
		"b/x":      {sops.Form{Store: sops.Binary}, sops.ErrForeign},
		"c":        {sops.Form{}, policy.ErrPolicy},
	} {
		form, rule, err := c.Form(path)
		if !errors.Is(err, want.err) || (err == nil) != (want.err == nil) {
			t.Errorf("%s: %v", path, err)
		}
		if form.Store != want.form.Store || form.Selector != want.form.Selector || form.Indent != want.form.Indent {
			t.Errorf("%s: %+v", path, form)
		}
		if (rule == nil) != (path == "c") {
			t.Errorf("%s: rule %v", path, rule)
		}
	}
}
