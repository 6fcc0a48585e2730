package sops_test

import (
	"errors"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// TestLimits has files that would cost much more than their size.
func TestLimits(t *testing.T) {
	one := recipientsOf(t, "one")
	for name, c := range map[string]struct {
		form  sops.Form
		plain string
		want  error
	}{
		"a name that all below it repeat": {sops.Form{Store: sops.JSON}, `{"` + strings.Repeat("n", 9<<10) + `": 1}`, sops.ErrFormat},
		"many values":                     {sops.Form{Store: sops.JSON}, `{"a": [` + strings.Repeat("0,", 1<<20) + "0]}", sops.ErrFormat},
		"many marks":                      {sops.Form{Store: sops.YAML}, "a: [" + strings.Repeat("[],", 1<<20) + "]\n", sops.ErrFormat},
		"a large regex":                   {sops.Form{Store: sops.JSON, Selector: sops.Selector{EncryptedRegex: strings.Repeat("(a?){1000}", 20)}}, `{}`, sops.ErrSelector},
		"a long regex":                    {sops.Form{Store: sops.JSON, Selector: sops.Selector{EncryptedRegex: strings.Repeat("a", 5000)}}, `{}`, sops.ErrSelector},
	} {
		if _, err := c.form.Encrypt(secret.New([]byte(c.plain)), one); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"x{1000}{6}", "(x{100}){60}", "(a|b){3000}", "(", strings.Repeat("[a-z0-9]", 700)} {
		if _, err := sops.CompileRegexp(text); err == nil {
			t.Errorf("%.20s is compiled", text)
		}
	}
	for _, text := range []string{"", "^(data|stringData)$", `secrets/[^/]+\.(yaml|json|env|ini)$`, strings.Repeat("machine-with-a-name|", 150)} {
		if _, err := sops.CompileRegexp(text); err != nil {
			t.Errorf("%.20s: %v", text, err)
		}
	}

	// Comments that apply to each other, of which each is looked at once.
	many := sops.Form{Store: sops.YAML, Selector: sops.Selector{EncryptedCommentRegex: "this"}}
	text, err := many.Encrypt(secret.New([]byte(strings.Repeat("# x\n", 30_000)+"# this\na: 1\n# y\nb: 2\n")), one)
	if err != nil {
		t.Fatal(err)
	}
	if plain := string(text); !strings.Contains(plain, "\na: ENC[") || !strings.Contains(plain, "\n# this\n") || !strings.Contains(plain, "\nb: 2\n") {
		t.Errorf("%.300s", plain[strings.Index(plain, "# this"):])
	}
}
