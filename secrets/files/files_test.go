package files_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"filippo.io/age"

	"assay/secrets/files"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

func recipient(t testing.TB) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String()
}

func put(t testing.TB, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func seal(t testing.TB, store sops.Store, plain string, recipients ...string) string {
	t.Helper()
	text, err := sops.Form{Store: store}.Encrypt(secret.New([]byte(plain)), recipients)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestScan finds every state, in the tree's own .sops.yaml and in a nearer one.
func TestScan(t *testing.T) {
	dir := t.TempDir()
	one, two := recipient(t), recipient(t)
	put(t, dir, ".sops.yaml", "creation_rules:\n  - path_regex: ^s/.*\n    age: "+one+"\n  - path_regex: ^pgp/\n    pgp: "+strings.Repeat("AB", 20)+"\n    age: "+one+"\n")
	put(t, dir, "near/.sops.yaml", "creation_rules:\n  - path_regex: ^x\\.yaml$\n    age: "+two+"\n")
	put(t, dir, "s/ok.yaml", seal(t, sops.YAML, "a: b\n", one))
	put(t, dir, "s/drift.json", seal(t, sops.JSON, `{"a": "b"}`, one, two))
	put(t, dir, "s/bin", seal(t, sops.Binary, "blob", one))
	put(t, dir, "s/plain.yaml", "a: b\n")
	put(t, dir, "s/torn.yaml", strings.Replace(seal(t, sops.YAML, "a: b\n", one), "recipient: age1", "recipient: xxx", 1))
	put(t, dir, "s/x.env", "A=ENC[AES256_GCM,data:x]\nsops_lastmodified=2026-01-01T00:00:00Z\nsops_mac=ENC[AES256_GCM,data:x]\nsops_age__list_0__map_recipient="+one+"\n")
	put(t, dir, "near/x.yaml", seal(t, sops.YAML, "a: b\n", two))
	put(t, dir, "lost.yaml", seal(t, sops.YAML, "a: b\n", one))
	put(t, dir, "pgp/a.yaml", seal(t, sops.YAML, "a: b\n", one))
	put(t, dir, "vars/shared/g/f/secret", seal(t, sops.Binary, "x", one))
	put(t, dir, "docs/about.md", "```\nsops:\n    lastmodified: x\n    mac: ENC[AES256_GCM,data:x]\n```\n")
	put(t, dir, ".git/x.yaml", seal(t, sops.YAML, "a: b\n", one))
	want := map[string]files.State{
		"s/ok.yaml": files.OK, "s/drift.json": files.Drifted, "s/bin": files.OK, "s/plain.yaml": files.Plain, "s/torn.yaml": files.Malformed,
		"s/x.env": files.Foreign, "near/x.yaml": files.OK, "lost.yaml": files.NoRule, "pgp/a.yaml": files.Foreign,
	}
	tree, err := files.Scan(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tree.Files {
		if f.State != want[f.Path] {
			t.Errorf("%s is %q (%s), expected %q", f.Path, f.State, f.Why, want[f.Path])
		}
		delete(want, f.Path)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

// TestScanMisses nothing: not a file whose metadata is long, nor one that is
// too large to be read.
func TestScanMisses(t *testing.T) {
	dir := t.TempDir()
	one := recipient(t)
	put(t, dir, ".sops.yaml", "creation_rules:\n  - path_regex: ^s/\n    age: "+one+"\n")
	var pgp strings.Builder
	for range 30 {
		pgp.WriteString("        - created_at: \"2026-01-01T00:00:00Z\"\n          enc: |-\n" + strings.Repeat("            "+strings.Repeat("x", 60)+"\n", 20) +
			"          fp: " + strings.Repeat("AB", 20) + "\n")
	}
	text := seal(t, sops.YAML, "a: b\n", one)
	head, rest, ok := strings.Cut(text, "    version: ")
	if !ok {
		t.Fatal(text)
	}
	put(t, dir, "s/many.yaml", head+"    pgp:\n"+pgp.String()+"    version: "+rest)
	put(t, dir, "s/large.yaml", "a: "+strings.Repeat("x", 33<<20)+"\n"+text)
	tree, err := files.Scan(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]files.State{}
	for _, f := range tree.Files {
		got[f.Path] = f.State
	}
	if want := map[string]files.State{"s/many.yaml": files.Foreign, "s/large.yaml": files.Malformed}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// ending is a context that ends when it was asked so many times.
type ending struct {
	context.Context
	left atomic.Int64
}

func (e *ending) Err() error {
	if e.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestScanEnds: whenever the context ends, there is no half of an answer.
func TestScanEnds(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		put(t, dir, name, "x")
	}
	for n := int64(0); ; n++ {
		ctx := &ending{Context: t.Context()}
		ctx.left.Store(n)
		_, err := files.Scan(ctx, dir, nil)
		if ended := ctx.left.Load() < 0; ended != errors.Is(err, context.Canceled) {
			t.Errorf("asked %d times: %v", n, err)
		} else if !ended {
			break
		}
	}
}

const ruleText = `# who is who
keys:
  - &ann ANN # the first
  - &bob BOB
creation_rules:
  - path_regex: ^a/
    key_groups:
      - age:
          - *ann
          - *bob # for now
  - path_regex: ^b/
    key_groups:
      - age:
          - *ann
`

// TestRules changes .sops.yaml line by line, or not at all.
func TestRules(t *testing.T) {
	ann, bob, eve := recipient(t), recipient(t), recipient(t)
	fill := func(text string) string { return strings.NewReplacer("ANN", ann, "BOB", bob, "EVE", eve).Replace(text) }
	bare := fill("creation_rules:\n  - age: ANN,BOB\n")
	inline := fill("keys:\n  - &ann ANN\n  - &bob BOB\ncreation_rules:\n  - age: ANN,BOB\n")
	for _, c := range []struct {
		name, text string
		change     func(*policy.Config, []byte) ([]byte, error)
		want       string // "" is by hand
	}{
		{"drop", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.DropKeys(c, text, []string{bob}) },
			strings.NewReplacer("  - &bob BOB\n", "", "          - *bob # for now\n", "").Replace(ruleText)},
		{"drop the last", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.DropKeys(c, text, []string{ann}) }, ""},
		{"drop inline", inline, func(c *policy.Config, text []byte) ([]byte, error) { return files.DropKeys(c, text, []string{bob}) }, ""},
		{"drop nobody", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.DropKeys(c, text, []string{eve}) }, ruleText},
		{"add", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "eve", eve, "") },
			strings.Replace(ruleText, "  - &bob BOB\n", "  - &bob BOB\n  - &eve EVE\n", 1)},
		{"add like", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "eve", eve, bob) },
			strings.NewReplacer("  - &bob BOB\n", "  - &bob BOB\n  - &eve EVE\n", "- *bob # for now\n", "- *bob # for now\n          - *eve\n").Replace(ruleText)},
		{"add known", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "robert", bob, "") }, ruleText},
		{"add known like", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "robert", bob, ann) },
			ruleText + "          - *bob\n"},
		{"add without names", bare, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "eve", eve, "") }, bare},
		{"add twice", ruleText, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "bob", eve, "") }, ""},
		{"add inline", inline, func(c *policy.Config, text []byte) ([]byte, error) { return files.AddKey(c, text, "eve", eve, bob) }, ""},
	} {
		text := fill(c.text)
		config, err := policy.Parse(".sops.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.change(config, []byte(text))
		if c.want == "" {
			if !errors.Is(err, files.ErrByHand) {
				t.Errorf("%s: %q, %v", c.name, got, err)
			}
			continue
		}
		if err != nil || string(got) != fill(c.want) {
			t.Errorf("%s: %v\n%s", c.name, err, got)
		}
	}
}
