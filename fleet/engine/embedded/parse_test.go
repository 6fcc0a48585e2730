package embedded

import (
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
)

// Names that are quoted as Nix does and joined by dots come back from
// splitPath, and nothing that it accepts has an empty unquoted name.
func FuzzSplitPath(f *testing.F) {
	f.Add("environment", "ssh/banner")
	f.Add("a.b", `say "hi" \ `)
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		quote := func(s string) string {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		got, ok := splitPath(quote(a) + ".plain." + quote(b))
		if !ok || !slices.Equal(got, []string{a, "plain", b}) {
			t.Errorf("%q and %q come back as %q, %t", a, b, got, ok)
		}
		if names, ok := splitPath(a); ok && !strings.Contains(a, `"`) && slices.Contains(names, "") {
			t.Errorf("%q is %q", a, names)
		}
	})
}

// Whatever a "links" file holds, only plain store paths come out of it.
func FuzzParseLinks(f *testing.F) {
	f.Add("etc/motd\t0123456789abcdfghijklmnpqrsvwxyz-etc-motd\t../run/current-system/etc/motd\tetc/motd\n")
	f.Add("activate\t../../etc\n")
	f.Add("\n\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		refs, err := parseLinks(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, ref := range refs {
			if err := engine.CheckPath(ref); err != nil {
				t.Error(err)
			}
		}
		if !slices.IsSorted(refs) {
			t.Errorf("not in order: %q", refs)
		}
	})
}
