package plan

import (
	"strings"
	"testing"

	"assay/fleet/engine"
)

// TestLongLineOfJSON: a file that is one long line is compared element by
// element; what is short, no JSON, or differs in spaces only stays as it is.
func TestLongLineOfJSON(t *testing.T) {
	long := `{"users":{"sam":{"uid":1000}},"text":"` + strings.Repeat("x", longLine) + `","port":`
	for _, c := range []struct {
		name, old, new string
		laid           bool
		want           string
	}{
		{"a value", long + "80}", long + "8080}\n", true, "-  \"port\": 80\n+  \"port\": 8080\n"},
		{"added", "", long + "80}", true, "+  \"port\": 80\n"},
		{"short", `{"a":1}`, `{"a":2}`, false, "-{\"a\":1}\n"},
		{"no JSON", long, long + "80}", false, "+" + long + "80}\n"},
		{"several lines", long + "\n80}", long + "80}", false, "-80}\n"},
		{"only spaces", long + " 80}", long + "80}", false, "-" + long + " 80}\n"},
	} {
		from, to := []engine.File{}, []engine.File{{Path: "/etc/x.json", Hash: "2", Text: c.new}}
		if c.old != "" {
			from = append(from, engine.File{Path: "/etc/x.json", Hash: "1", Text: c.old})
		}
		got := fileChanges(from, to)[0]
		if got.Laid != c.laid || !strings.Contains(got.Diff, c.want) {
			t.Errorf("%s: laid out %v\n%s", c.name, got.Laid, got.Diff)
		}
	}
}
