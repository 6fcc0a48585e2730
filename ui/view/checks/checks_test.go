package checks_test

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/checks"
	"assay/ui/view/viewtest"
)

func open(k *known.Known) *checks.View {
	return checks.New(viewtest.Env(k), view.Link{Place: view.Checks})
}

// withErrors adds errors to the warnings that the example fleet has.
func withErrors(t testing.TB) *known.Known {
	k := viewtest.Known(t)
	k.Problems.Value = append([]fleet.Problem{
		{At: fleet.Pos{File: "modules/aspects/nixos/web.nix", Line: 14, Column: 7}, Severity: fleet.Warning, Text: "the aspect is never used", Hint: "list it in a machine's aspects, or remove it"},
	}, k.Problems.Value...)
	k.Problems.Value = append(k.Problems.Value,
		fleet.Problem{Severity: fleet.Error, Text: "no place is known of this one"},
		fleet.Problem{At: fleet.Pos{File: "modules/aspects/nixos/server/node-exporter.nix", Line: 21, Column: 3}, Severity: fleet.Error,
			Text: "machines electrum, galena and 3 more: services.prometheus.exporters.node.port has two definitions of the same priority, 9100 here and 9101 in modules/aspects/nixos/disk-alert.nix:8",
			Hint: "give one of them lib.mkForce, or a condition that keeps them apart; a machine with both is refused until one of them wins"},
	)
	return k
}

func TestScreens(t *testing.T) {
	viewtest.Golden(t, "warnings", open(viewtest.Known(t)))

	k := withErrors(t)
	v := open(k)
	viewtest.Golden(t, "errors", v)
	viewtest.Do(v, "move.down")
	viewtest.Golden(t, "long", v)
	viewtest.Do(v, "checks.errors-only")
	viewtest.Golden(t, "errors-only", v)

	filtered := open(k)
	viewtest.Do(filtered, "filter")
	viewtest.Type(filtered, "vars galena")
	viewtest.Golden(t, "filtered", filtered)
	viewtest.Type(filtered, "nothing like it")
	viewtest.Golden(t, "no-match", filtered)
	k.Problems.Err = errors.New("context canceled")
	viewtest.Golden(t, "error-again", open(k))
}

func TestScreensWithoutProblems(t *testing.T) {
	k := viewtest.Known(t)
	k.Problems.Value = nil
	viewtest.Golden(t, "nothing-found", open(k))
	k.Problems = known.Loaded[[]fleet.Problem]{Busy: true}
	viewtest.Golden(t, "loading", open(k))
	k.Problems = known.Loaded[[]fleet.Problem]{Err: errors.New("modules: permission denied"), At: viewtest.Now}
	viewtest.Golden(t, "error", open(k))

	none := open(viewtest.Known(t)) // warnings only
	viewtest.Do(none, "checks.errors-only")
	if screen := none.Render(80, 20); !strings.Contains(screen, "✔ no errors") || !strings.Contains(screen, "s shows 9 warnings too") {
		t.Errorf("errors only without errors:\n%s", screen)
	}
}

func TestErrorsComeFirst(t *testing.T) {
	v := open(withErrors(t))
	if note := v.Note(); note != "2 errors · 10 warnings" {
		t.Errorf("note %q", note)
	}
	lines := strings.Split(v.Render(160, 44), "\n")
	for i, want := range []string{"✘ error", "✘ error", "! warning"} {
		if !strings.Contains(lines[i+1], want) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i+1], want)
		}
	}
	viewtest.Do(v, "checks.errors-only")
	if note := v.Note(); note != "2 of 12 shown · 2 errors · 10 warnings" {
		t.Errorf("note %q", note)
	}
}

func TestTheWholeTextOfTheRowIsShown(t *testing.T) {
	k := withErrors(t)
	v := open(k)
	v.Render(80, 40)
	viewtest.Do(v, "move.down")
	shown := strings.Join(strings.Fields(v.Render(80, 40)), " ")
	p := k.Problems.Value[len(k.Problems.Value)-1]
	for _, text := range []string{p.Text, "hint: " + p.Hint} {
		if !strings.Contains(shown, text) {
			t.Errorf("no %q in\n%s", text, v.Render(80, 40))
		}
	}
}

func TestKeys(t *testing.T) {
	k := withErrors(t)
	v := open(k)
	v.Render(80, 20)
	if asks := viewtest.Do(v, "enter"); len(asks) != 0 || v.Disabled(action.Enter) == "" || v.Disabled(action.Edit) == "" {
		t.Errorf("a problem without a place asks %v", asks)
	}
	viewtest.Do(v, "move.down")
	p := k.Problems.Value[len(k.Problems.Value)-1]
	for do, want := range map[string]view.Ask{
		"enter": view.Go{Link: view.Link{Place: view.File, Name: p.At.File, Line: 21}},
		"edit":  view.Edit{At: p.At},
		"copy":  view.Copy{What: "the problem", Text: p.Error()},
		"back":  view.Leave{},
	} {
		if asks := viewtest.Do(v, do); len(asks) != 1 || asks[0] != want {
			t.Errorf("%s asks %v, want %v", do, asks, want)
		}
	}
	if asks := viewtest.Do(v, "refresh"); len(asks) != 1 || asks[0].(view.Again).Needs[0].Kind != known.Problems {
		t.Errorf("refresh asks %v", asks)
	}
	all := viewtest.Do(v, "copy.all")[0].(view.Copy).Text
	if strings.Count(all, "\n") != 12 || !strings.HasPrefix(all, "error no place is known") {
		t.Errorf("copy all:\n%s", all)
	}
	v.Click(3, 1)
	if asks := v.Click(3, 1); len(asks) != 0 {
		t.Errorf("opening a problem without a place asks %v", asks)
	}
	v.Click(3, 2)
	if asks := v.Click(3, 2); len(asks) != 1 || asks[0].(view.Go).Name != p.At.File {
		t.Errorf("opening the second asks %v", asks)
	}
	if asks := v.Click(3, 18); len(asks) != 0 { // below the table
		t.Errorf("a click on the text asks %v", asks)
	}
}

func TestFilter(t *testing.T) {
	v := open(withErrors(t))
	viewtest.Do(v, "filter")
	for filter, want := range map[string]int{"": 12, "ERROR": 2, "galena": 2, "galena hint": 0, "vars": 8, "web.nix": 1, "fleet.toml:84": 1, "never used": 1} {
		viewtest.Type(v, filter)
		got := 0
		for line := range strings.SplitSeq(viewtest.Do(v, "copy.all")[0].(view.Copy).Text, "\n") {
			if line != "" {
				got++
			}
		}
		if got != want {
			t.Errorf("%q shows %d, want %d", filter, got, want)
		}
	}
	viewtest.Type(v, "web.nix")
	viewtest.Do(v, "typing.accept")
	if v.Link().Sub != "web.nix" || v.Input().Focused() {
		t.Errorf("enter does not keep the filter: %+v", v.Link())
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 0 || v.Link().Sub != "" {
		t.Errorf("the first esc asks %v", asks)
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 1 {
		t.Errorf("the second esc asks %v", asks)
	}
}

func TestSort(t *testing.T) {
	k := withErrors(t)
	v := open(k)
	first := func() string {
		text, _, _ := strings.Cut(viewtest.Do(v, "copy.all")[0].(view.Copy).Text, "\n")
		return text
	}
	for column, want := range map[string]string{"place": "error no place", "text": "warning fleet.toml:156:11: argentum", "severity": "error no place"} {
		viewtest.Do(v, "table.sort-by "+column)
		if got := first(); !strings.HasPrefix(got, want) {
			t.Errorf("by %s the first is %q, want %q", column, got, want)
		}
	}
	viewtest.Do(v, "table.sort-by severity", "table.reverse")
	if got := first(); !strings.HasPrefix(got, "warning") {
		t.Errorf("reversed, the first is %q", got)
	}
	if c := viewtest.Do(v, "table.sort")[0].(view.Choose); c.Intent != action.SortBy || len(c.Items) != 3 {
		t.Errorf("the choice is %+v", c)
	}
}
