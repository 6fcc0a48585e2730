package machines

import (
	"reflect"
	"strings"
	"testing"

	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// place is where a text is on the screen.
func place(t *testing.T, v *View, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(v.Render(120, 20), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return len([]rune(before)), y
		}
	}
	t.Fatalf("%q is not on the screen:\n%s", text, v.Render(120, 20))
	return 0, 0
}

func click(t *testing.T, v *View, text string) []view.Ask {
	t.Helper()
	return v.Click(place(t, v, text))
}

func TestClickOnRows(t *testing.T) {
	for _, reason := range []string{"", "no hosts here"} { // the table is one line lower
		v, k := example(t, "")
		k.NoHosts = reason
		if got := click(t, v, "electrum"); len(got) != 0 {
			t.Errorf("a click asks for %v", got)
		}
		if _, id := v.table.Cursor(); id != "electrum" {
			t.Errorf("the cursor is on %s", id)
		}
		want := []view.Ask{view.Go{Link: view.Link{Place: view.Machine, Name: "electrum"}}}
		if got := click(t, v, "electrum"); !reflect.DeepEqual(got, want) {
			t.Errorf("the second click asks for %v", got)
		}
	}
}

func TestClickOnTitles(t *testing.T) {
	v, _ := example(t, "")
	click(t, v, "MACHINE")
	if got := ordered(v)[0]; got != "argentum" {
		t.Errorf("by machine, %s is first", got)
	}
	click(t, v, "MACHINE")
	if got := ordered(v)[0]; got != "stibnite" {
		t.Errorf("by machine reversed, %s is first", got)
	}
	click(t, v, "GEN")
	if got := ordered(v)[0]; got != "argentum" {
		t.Errorf("by generation, %s is first", got)
	}
	if column, _ := v.table.Sort(); column != "gen" {
		t.Errorf("sorted by %s", column)
	}
}

func TestClickOnTheSummary(t *testing.T) {
	v, _ := example(t, "")
	click(t, v, "4 behind")
	if v.state != "behind" || len(ordered(v)) != 4 {
		t.Errorf("shows %q: %v", v.state, ordered(v))
	}
	click(t, v, "[4 behind]")
	if v.state != "" || len(ordered(v)) != 8 {
		t.Errorf("shows %q: %v", v.state, ordered(v))
	}
	if v.Click(0, 0); v.state != "" {
		t.Error("the number of machines is no state")
	}
}

func TestClickElsewhere(t *testing.T) {
	v, _ := example(t, "@cloud")
	for _, at := range [][2]int{{-1, 3}, {3, -1}, {500, 3}, {3, 500}} {
		v.Click(at[0], at[1])
	}
	v.Render(80, 20)
	for y := range 18 { // the line of the filter is the twentieth
		v.Click(79, y)
	}
	if v.input.Focused() {
		t.Error("the line of the filter has the focus")
	}
	if v.Click(5, 19); !v.input.Focused() {
		t.Error("a click on the filter's line does not focus it")
	}
	viewtest.Do(v, "typing.leave")
	v.Render(1, 1)
	v.Click(0, 0)
}
