package compose

import (
	"slices"
	"testing"
)

// TestLookup asks for options by paths in every spelling.
func TestLookup(t *testing.T) {
	c := composed(t, `{ flake.modules.nixos.a = { e."x.y" = "1"; e.z = "2"; e.zz = "3"; s = "4"; }; }`, nil)
	for path, want := range map[string]string{
		`s`: `known "4"`, `"s"`: `known "4"`, `e."x.y"`: `known "1"`, `"e"."x.y"`: `known "1"`, `e."z"`: `known "2"`,
		`e.x.y`: "not set", `e`: "not set", `e.`: "not set", `e."z`: "not set", ``: "not set",
	} {
		if got := option(t, c, path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string][]string{
		"e": {`e."x.y"`, "e.z", "e.zz"}, `"e"`: {`e."x.y"`, "e.z", "e.zz"}, "e.z": nil, "s": nil, "q": nil, "": nil, "e.": nil,
	} {
		var got []string
		for _, o := range c.Scope.Below(path) {
			got = append(got, o.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("below %s: %q, want %q", path, got, want)
		}
	}
	answer, err := c.Option(`"e"`)
	if err != nil || len(answer.Matches) != 3 || answer.Path != "e" {
		t.Errorf("asked for e: %+v, %v", answer, err)
	}
}
