package policy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

func parse(t testing.TB, text string) *policy.Config {
	t.Helper()
	c, err := policy.Parse(".sops.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRead(t *testing.T) {
	c, err := policy.Read("testdata/fleet.yaml")
	if err != nil || c.Err() != nil {
		t.Fatal(err, c.Err())
	}
	if c.Stores != (policy.Stores{YAMLIndent: 2, JSONIndent: -1, BinaryIndent: -1}) {
		t.Errorf("%+v", c.Stores)
	}
	var keys []string
	for _, k := range c.Keys {
		keys = append(keys, fmt.Sprintf("%s %s:%d", k.Name, k.Kind, k.At.Line))
	}
	if got := strings.Join(keys, ", "); got != "alice age:3, anvil age:5, bob age:7" {
		t.Error(got)
	}
	for path, want := range map[string]string{
		"secrets/alice/a.yaml":    "9: alice:10",
		"secrets/alice/a/b.yaml":  "none",
		"x/secrets/shared.yaml":   "11: alice:13 anvil:13 (pgp):14",
		"old/secrets/shared.yaml": "11: alice:13 anvil:13 (pgp):14",
		"users/bobby":             "17: alice:18 bob:18",
		"three/x":                 "23: alice:26 anvil:27 (hc_vault):28",
	} {
		got := "none"
		if r, ok := c.Match(path); ok {
			got = fmt.Sprintf("%d:", r.At.Line)
			for _, g := range r.Groups {
				for _, k := range g.Keys {
					if k.Kind != policy.Age {
						k.Name = "(" + string(k.Kind) + ")"
					}
					got += fmt.Sprintf(" %s:%d", k.Name, k.At.Line)
				}
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if name, pattern := c.Rules[3].Selector.Active(); name != "encrypted_regex" || pattern != "^(data|stringData)$" {
		t.Error(name, pattern)
	}
	for i, want := range []error{nil, sops.ErrForeign, nil, nil, sops.ErrForeign} {
		if got := c.Rules[i].Native(); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Errorf("rule %d: %v", i, got)
		}
	}
}

func TestCheck(t *testing.T) {
	c, err := policy.Read("testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"secrets/alice/a.yaml", "old/secrets/shared.yaml", "users/bob", "stray.yaml"}
	var got []string
	for _, p := range c.Check(files) {
		got = append(got, fmt.Sprintf("%d %s", p.At.Line, p.Kind))
	}
	want := "11 unanchored, 14 foreign, 15 shadowed, 17 unanchored, 18 ssh-recipient, 22 ignored, 23 foreign, 23 unused, 28 foreign"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if got := c.Unmatched(files); len(got) != 1 || got[0] != "stray.yaml" {
		t.Error(got)
	}
}

const (
	alice = "age1ttx9gk3w3jccm3rzpwajmc2hr8xuyy63nc34cfr8kv29jxqz0q3qa5adnx"
	anvil = "age1d896ydyrgl6vyeevknymumh8l0ct88vdv63c3qsa6sr962u0z3sqsqvpkr"
)

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no rules":          {"keys: [x]", "1 nobody -1"},
		"empty":             {"", ""},
		"only publish":      {"destination_rules: [{s3_bucket: x}]", ""},
		"unknown top":       {"creation_rule: [{age: x}]\ncreation_rules: [{age: " + alice + "}]", "1 ignored -1"},
		"names at the top":  {"bob: " + alice + "\ncreation_rules: [{age: " + alice + "}]", ""},
		"no key":            {"creation_rules: [{path_regex: ^x$}]", "1 nobody 0"},
		"bad key":           {"creation_rules: [{age: age1xxxx}]", "1 broken 0"},
		"bad regex":         {"creation_rules:\n- path_regex: '('\n  age: " + alice, "2 broken 0"},
		"two selectors":     {"creation_rules:\n- age: " + alice + "\n  encrypted_regex: x\n  encrypted_suffix: y", "2 broken 0"},
		"bad selector":      {"creation_rules:\n- age: " + alice + "\n  encrypted_regex: (", "2 broken 0"},
		"rules no list":     {"creation_rules: {age: x}", "1 broken -1"},
		"field twice":       {"creation_rules:\n- age: " + alice + "\n  age: " + alice, "3 broken -1"},
		"not a text":        {"creation_rules:\n- path_regex: [x]\n  age: " + alice, "2 broken -1"},
		"a group's text":    {"creation_rules:\n- key_groups:\n  - age: " + alice, "3 broken -1, 3 nobody 0"},
		"age of a number":   {"creation_rules: [{age: 12}]", "1 broken 0, 1 nobody 0"},
		"hidden by groups":  {"creation_rules:\n- age: " + alice + "\n  key_groups: [{age: [" + anvil + "]}]", "2 ignored 0"},
		"all, then one":     {"creation_rules:\n- age: " + alice + "\n- path_regex: ^x$\n  age: " + alice, "3 shadowed 1"},
		"the same regex":    {"creation_rules:\n- {path_regex: ^x$, age: " + alice + "}\n- {path_regex: ^x$, age: " + alice + "}", "3 shadowed 1"},
		"longer, anchored":  {"creation_rules:\n- {path_regex: '^a/.*$', age: " + alice + "}\n- {path_regex: ^a/b$, age: " + alice + "}", ""},
		"literal in it":     {"creation_rules:\n- {path_regex: a/b, age: " + alice + "}\n- {path_regex: '^x/a/b\\.yaml$', age: " + alice + "}", "2 unanchored 0, 3 shadowed 1"},
		"not in it":         {"creation_rules:\n- {path_regex: a/b$, age: " + alice + "}\n- {path_regex: '^x/a/b\\.yaml$', age: " + alice + "}", "2 unanchored 0"},
		"unnamed":           {"keys: [&bob " + alice + "]\ncreation_rules: [{age: '" + alice + "," + anvil + "'}]", "2 unknown-recipient 0"},
		"name twice":        {"keys: [&bob " + alice + ", &tom " + alice + "]\ncreation_rules: [{age: *tom }]", "1 repeated -1"},
		"anchor twice":      {"keys: [&bob " + alice + ", &bob " + anvil + "]\ncreation_rules: [{age: *bob }]", "1 repeated -1"},
		"indent":            {"creation_rules: [{age: " + alice + "}]\nstores: {yaml: {indent: -3}, json: {tab: 1}}", "2 broken -1, 2 ignored -1"},
		"slash before":      {"creation_rules: [{path_regex: '(^|/)x$', age: " + alice + "}]", ""},
		"merged fields":     {"d: &d {age: " + alice + "}\ncreation_rules: [{path_regex: ^x$, <<: *d }]", ""},
		"merged groups":     {"keys: &k [{age: [&a " + alice + "]}]\ncreation_rules: [{key_groups: [{merge: *k, age: [*a]}]}]", ""},
		"a loop of aliases": {"creation_rules: &a [{key_groups: &b [{merge: *b}]}]", "1 broken -1, 1 nobody 0"},
		"commented flat":    {"creation_rules: [{age: '" + alice + ", ,'}]", ""},
	} {
		var got []string
		for _, p := range parse(t, c.text).Problems {
			got = append(got, fmt.Sprintf("%d %s %d", p.At.Line, p.Kind, p.Rule))
			if err := p.Err(); !errors.Is(err, policy.ErrPolicy) || !strings.HasPrefix(err.Error(), ".sops.yaml:") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, s, c.want)
		}
	}
	for name, text := range map[string]string{"no YAML": "a: [", "a list": "[a]", "a word": "a", "large": strings.Repeat("#", 2<<20)} {
		if _, err := policy.Parse("x", []byte(text)); !errors.Is(err, policy.ErrPolicy) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAliasesCost is a file of 1 KiB whose aliases stand for 9^9 keys.
func TestAliasesCost(t *testing.T) {
	text := "a0: &a0 {age: [" + alice + "]}\n"
	for i := range 9 {
		text += fmt.Sprintf("a%d: &a%d {merge: [%s]}\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d ,", i), 9), ","))
	}
	c := parse(t, text+"creation_rules: [{key_groups: [*a9 ]}]")
	if err := c.Err(); !errors.Is(err, policy.ErrPolicy) {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, policy.FileName)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := policy.Find(deep); err != nil || got != path {
		t.Error(got, err)
	}
}

func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("testdata/fleet.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("creation_rules: &a [{<<: *a, key_groups: [{merge: [*a]}]}]"))
	f.Add([]byte("creation_rules:\n- path_regex: '('\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := policy.Parse("x", text)
		if err != nil {
			return
		}
		_ = c.Check([]string{"a", "b/c.yaml"})
		for i := range c.Rules {
			_ = c.Rules[i].Native()
		}
	})
}

// TestManyRules is a file of many rules and large regexes: it is refused, and
// soon.
func TestManyRules(t *testing.T) {
	rules := []byte("creation_rules:\n")
	for i := range 30_000 {
		rules = fmt.Appendf(rules, "- path_regex: a%d\n", i)
	}
	c, err := policy.Parse("x", rules)
	if err != nil || c.Err() == nil || len(c.Rules) != 500 {
		t.Errorf("%v, %v, %d rules", err, c.Err(), len(c.Rules))
	}
	c, err = policy.Parse("x", []byte("creation_rules:\n- path_regex: '(x{1000}){1000}'\n- path_regex: '"+strings.Repeat("x{1000}", 10)+"'\n"))
	if err != nil || c.Rules[0].Err == nil || c.Rules[1].Err == nil {
		t.Errorf("%v, %+v", err, c)
	}
}
