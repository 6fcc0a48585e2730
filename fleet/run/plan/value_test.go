package plan_test

import (
	"reflect"
	"strings"
	"testing"

	"assay/fleet/run/plan"
)

func changed(from, to string) *plan.OptionChange {
	return &plan.OptionChange{Op: plan.Changed, Path: "x", Old: from, New: to, Known: true}
}

func TestOptionDiff(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`"a\nb\n"`, `"a\nc\n"`, "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{`"a"`, `"a\nb"`, "@@ -1 +1,2 @@\n a\n+b\n"},
		{`"say \"\${x}\" $y\n1"`, `"say \"\${x}\" $y\n2"`, "@@ -1,2 +1,2 @@\n say \"${x}\" $y\n-1\n+2\n"},
		{`"a\n\r"`, `"a\nb"`, "@@ -1,2 +1,2 @@\n a\n-\\u000d\n+b\n"},
		{`"a"`, `"b"`, ""},
		{`"a\n"`, `"b\n"`, ""},
		{`"a\nb" + x`, `"a\nc" + x`, ""},
		{`"a\n${b}"`, `"a\nc"`, ""},
		{`"a\nb`, `"a\nc"`, ""},
		{`[ "a\nb" ]`, `"a\nc"`, ""},
	} {
		if got, cut := changed(c.from, c.to).Diff(); got != c.want || cut {
			t.Errorf("%s -> %s: %q, cut %v", c.from, c.to, got, cut)
		}
	}
	if got, cut := changed(`"`+strings.Repeat(`long line\n`, 4000)+`"`, `"x"`).Diff(); !cut || len(got) > 16<<10 {
		t.Errorf("%d bytes, cut %v", len(got), cut)
	}
	unknown := changed(`"a\nb"`, `"a\nc"`)
	unknown.Known = false
	if got, _ := unknown.Diff(); got != "" {
		t.Errorf("of values that are not known: %q", got)
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct {
		from, to       string
		removed, added []string
		ok             bool
	}{
		{`[ pkgs.a pkgs.b ]`, `[ pkgs.b pkgs.c ]`, []string{"pkgs.a"}, []string{"pkgs.c"}, true},
		{`[ ]`, `[ "a b" [ 1 2 ] { x = "]"; } ]`, []string{}, []string{`"a b"`, `[ 1 2 ]`, `{ x = "]"; }`}, true},
		{`[ 1 1 2 ]`, `[ 1 2 2 ]`, []string{"1"}, []string{"2"}, true},
		{`[ 1 2 ]`, `[ 2 1 ]`, []string{}, []string{}, true},
		{`[ "\"" ]`, `[ "\\" ]`, []string{`"\""`}, []string{`"\\"`}, true},
		{`[ 1 ]`, `1`, nil, nil, false},
		{`[ 1 ]`, `[ 1 ] ++ [ 2 ]`, nil, nil, false},
		{`[ "a ]`, `[ 1 ]`, nil, nil, false},
		{`[ ( ]`, `[ 1 ]`, nil, nil, false},
	} {
		removed, added, ok := changed(c.from, c.to).Elements()
		if ok != c.ok || strings.Join(removed, "|") != strings.Join(c.removed, "|") || strings.Join(added, "|") != strings.Join(c.added, "|") {
			t.Errorf("%s -> %s: %q, %q, %v", c.from, c.to, removed, added, ok)
		}
	}
}

// FuzzElements: what leaves one way enters the other, and every element stands
// in its list.
func FuzzElements(f *testing.F) {
	f.Add(`[ pkgs.a "x y" ]`, `[ { a = [ 1 ]; } (f x) ]`)
	f.Add(`"a\nb"`, `"a\n\"c"`)
	f.Add(`[ "\`, `[]`)
	f.Fuzz(func(t *testing.T, a, b string) {
		removed, added, ok := changed(a, b).Elements()
		entered, left, too := changed(b, a).Elements()
		if ok != too || !reflect.DeepEqual(removed, left) || !reflect.DeepEqual(added, entered) {
			t.Fatalf("%q %q: %q %q %q %q", a, b, removed, added, left, entered)
		}
		for _, e := range removed {
			if e == "" || !strings.Contains(a, e) {
				t.Fatalf("%q is no element of %q", e, a)
			}
		}
		changed(a, b).Diff()
	})
}
