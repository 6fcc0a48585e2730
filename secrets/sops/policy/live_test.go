package policy_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

// TestAgreesWithSops asks the sops command to encrypt under random rules: it
// must choose the recipients that Match chooses, and refuse where we do.
func TestAgreesWithSops(t *testing.T) {
	command, err := exec.LookPath("sops")
	if p := os.Getenv("ASSAY_SOPS"); p != "" {
		command, err = p, nil
	}
	if err != nil {
		t.Skip("not run: sops is not installed (ASSAY_SOPS=/path/to/sops)")
	}
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	dir := t.TempDir()
	file := filepath.Join(dir, policy.FileName)
	refused := 0
	for range 100 {
		text := "keys: [&alice " + alice + ", &anvil " + anvil + "]\nbase: &base {age: *alice }\ncreation_rules:\n"
		for range 1 + random.IntN(4) {
			text += "- " + pick("path_regex: '", "path_regex: '", "path_regex: '^", "path_regex: # '")
			text += pick("a", "a/b", "secrets/.*", "[ab]/[^/]+", "b.x", "(a|secrets)/", "x(") + pick("", `\.yaml$`, "$") + "'\n"
			text += pick("  age: *alice", "  age: "+alice+" , "+anvil+",", "  age: [*anvil, *alice]", "  <<: *base",
				"  key_groups: [{age: [*anvil]}]", "  key_groups: [{merge: [*base], age: [*anvil]}]", "  key_groups: [{merge: [{age: [*alice]}], age: [*anvil, *alice]}]",
				"  age: *alice\n  key_groups: [{age: [*anvil]}]", "  age: *alice\n  encrypted_regex: x\n  encrypted_suffix: y", "  pgp: ''", "  age: 12", "  AGE: x") + "\n"
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		path := pick("a", "a/b", "a/b.yaml", "secrets/a.yaml", "b/x", "b.x", "c")
		cmd := exec.CommandContext(t.Context(), command, "--config", file, "encrypt", "--input-type", "binary", "--output-type", "json", "--filename-override", filepath.Join(dir, path))
		cmd.Env = []string{"HOME=" + dir}
		cmd.Stdin = strings.NewReader("x")
		out, sopsErr := cmd.Output()
		var theirs, ours []string
		if sopsErr == nil {
			f, err := sops.Parse(out)
			if err != nil {
				t.Fatal(err)
			}
			theirs = f.Recipients()
		} else {
			refused++
		}
		c, err := policy.Parse(file, []byte(text))
		if err == nil {
			err = c.Err()
		}
		if err == nil {
			if r, ok := c.Match(path); ok && r.Err == nil {
				ours = r.AgeKeys()
			} else {
				err = fmt.Errorf("no rule, or a bad one: %v", ok)
			}
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		if (err == nil) != (sopsErr == nil) || !slices.Equal(ours, theirs) {
			t.Errorf("%s\n%s\nwe: %q %v\nsops: %q %v", path, text, ours, err, theirs, sopsErr)
		}
	}
	t.Logf("100 cases, of which sops refuses %d", refused)
}
