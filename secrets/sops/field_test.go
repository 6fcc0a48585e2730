package sops_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// opened is a document that was encrypted and opened again.
func opened(t *testing.T, store sops.Store, plain string) *sops.Opened {
	t.Helper()
	text, err := sops.Form{Store: store}.Encrypt(secret.New([]byte(plain)), recipientsOf(t, "one"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := parseAs(t, store, text).Open(testIdentities(t))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func plainOf(t *testing.T, o *sops.Opened) string {
	t.Helper()
	v, err := o.Plain()
	if err != nil {
		t.Fatal(err)
	}
	return string(v.Bytes())
}

const fieldsYAML = "a: 1\nl:\n    # first\n    - x\n    - \"y\"\nm:\n    b: q\nnone: null\n"

var settings = []struct {
	path, value string // of sops set
	steps       []string
	want        string // what is left of fieldsYAML; "" where it is refused
	alone       bool   // sops does otherwise
}{
	{`["l"][0]`, `"z"`, []string{"l", "0"}, strings.Replace(fieldsYAML, "- x", "- z", 1), true}, // for sops the comment is position 0
	{`["a"]`, `"text"`, []string{"a"}, strings.Replace(fieldsYAML, "a: 1", "a: text", 1), false},
	{`["a"]`, `-7`, []string{"a"}, strings.Replace(fieldsYAML, "a: 1", "a: -7", 1), false},
	{`["a"]`, `null`, []string{"a"}, strings.Replace(fieldsYAML, "a: 1", "a: null", 1), false},
	{`["m"]`, `{"q": 1.5, "r": [true, {}]}`, []string{"m"}, strings.Replace(fieldsYAML, "b: q", "q: 1.5\n    r:\n        - true\n        - {}", 1), false},
	{`["m"]`, `"text"`, []string{"m"}, strings.Replace(fieldsYAML, "\n    b: q", " text", 1), false},
	{`["new"]["deep"]`, `true`, []string{"new", "deep"}, fieldsYAML + "new:\n    deep: true\n", false},
	{`["l"][3]`, `5`, []string{"l", "2"}, strings.Replace(fieldsYAML, "m:", "    - 5\nm:", 1), false},
	{`["none"]["b"]`, `"v"`, []string{"none", "b"}, strings.Replace(fieldsYAML, "none: null", "none:\n    b: v", 1), false},
	{`["m"]["l"]`, `[1, "two"]`, []string{"m", "l"}, strings.Replace(fieldsYAML, "b: q", "b: q\n    l:\n        - 1\n        - two", 1), true},
	{`["a"]["b"]`, `1`, []string{"a", "b"}, "", true},
	{`["l"][9]`, `1`, []string{"l", "3"}, "", true},
	{`["l"][x]`, `1`, []string{"l", "x"}, "", false},
	{`["a"]`, `{`, []string{"a"}, "", false},
	{`["a"]`, `1 2`, []string{"a"}, "", false},
	{`["a"]`, `{"x": 1, "x": 2}`, []string{"a"}, "", true},
}

func TestSetJSON(t *testing.T) {
	for _, c := range settings {
		o := opened(t, sops.YAML, fieldsYAML)
		err := o.SetJSON(secret.New([]byte(c.value)), c.steps...)
		switch got := plainOf(t, o); {
		case c.want == "" && (err == nil || got != fieldsYAML):
			t.Errorf("%s = %s: accepted, or changed in spite of %v:\n%s", c.path, c.value, err, got)
		case c.want != "" && (err != nil || got != c.want):
			t.Errorf("%s = %s: %v\n%s\nwant:\n%s", c.path, c.value, err, got, c.want)
		}
	}
}

// TestSetJSONAsSops has the sops command make the same changes.
func TestSetJSONAsSops(t *testing.T) {
	run := sopsCommand(t)
	for _, c := range settings {
		if c.alone {
			continue
		}
		text, err := opened(t, sops.YAML, fieldsYAML).Encrypt(recipientsOf(t, "one"))
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err != nil || os.WriteFile(path, text, 0o600) != nil {
			t.Fatal(err)
		}
		if _, err := run(nil, "set", path, c.path, c.value); c.want == "" {
			if err == nil {
				t.Errorf("sops sets %s to %s", c.path, c.value)
			}
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		o, err := parseAs(t, sops.YAML, read(t, path)).Open(testIdentities(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := plainOf(t, o); got != c.want {
			t.Errorf("%s = %s: sops makes\n%s\nwant:\n%s", c.path, c.value, got, c.want)
		}
	}
}

func TestSetText(t *testing.T) {
	o := opened(t, sops.YAML, fieldsYAML+"---\nsecond: [1, 2]\n")
	value := func(text string) secret.Value { return secret.New([]byte(text)) }
	for _, path := range [][]string{{"m"}, {"l"}, {}, {"sops"}, {"l", "-1"}, {"l", "01"}} {
		if err := o.Set(value("x"), path...); err == nil {
			t.Errorf("%q is set", path)
		}
	}
	if err := o.Set(value("12"), "l", "1"); err != nil {
		t.Fatal(err)
	}
	o.Document = 1
	if err := o.Set(value("3"), "second", "2"); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Get("second", "2"); err != nil || string(got.Bytes()) != "3" {
		t.Error("what was appended is not there", err)
	}
	want := strings.Replace(fieldsYAML, `"y"`, `"12"`, 1) + "---\nsecond:\n    - 1\n    - 2\n    - \"3\"\n"
	if got := plainOf(t, o); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	o.Document = 2
	if err := o.Set(value("x"), "a"); err == nil || o.Documents() != 2 {
		t.Error("a third document is set")
	}
}

func TestSetJSONQuotesNothing(t *testing.T) {
	o := opened(t, sops.JSON, `{"a": 1}`)
	for _, text := range []string{`"hunter2`, `{"hunter2": hunter2}`, `hunter2`, "\"hunter2\xff\""} {
		err := o.SetJSON(secret.New([]byte(text)), "a")
		if !errors.Is(err, sops.ErrFormat) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
