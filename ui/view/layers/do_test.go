package layers_test

import (
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func TestAnswersWhileTyping(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{})
	viewtest.Do(v, "filter")
	if !v.Input().Focused() {
		t.Fatal("the filter does not begin typing")
	}
	viewtest.Type(v, "vim")
	screen := v.Render(80, 20)
	for _, want := range []string{"vim on aarch64-darwin", "unstable, by layer 4 overrides", "fleet.toml:104", "vim.nix"} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
	viewtest.Type(v, "nuenv")
	if screen := v.Render(80, 20); !strings.Contains(screen, "by layer 5 flake-inputs") {
		t.Errorf("the answer does not follow what is typed:\n%s", screen)
	}
	viewtest.Do(v, "typing.accept")
	if v.Input().Focused() || v.Link().Name != "nuenv" || v.Title() != "layers: nuenv" {
		t.Errorf("after enter: focused %v, link %+v, title %q", v.Input().Focused(), v.Link(), v.Title())
	}
}

func TestTabCompletes(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{})
	viewtest.Do(v, "filter")
	for _, c := range []struct{ typed, want string }{
		{"microm", "micromamba"},
		{"du", "duckdb"}, // no longer beginning is shared: the first one
		{"fleet-", "fleet-mineral"},
		{"MICROM", "micromamba"},
		{"lakehouse", "lakehouse"}, // nothing to complete
	} {
		viewtest.Type(v, c.typed)
		viewtest.Do(v, "typing.complete")
		if got := v.Input().Value(); got != c.want {
			t.Errorf("%q and tab is %q, want %q", c.typed, got, c.want)
		}
	}
	viewtest.Type(v, "du")
	viewtest.Do(v, "typing.down", "typing.down", "typing.accept")
	if got := v.Link().Name; got != "duf" {
		t.Errorf("the second suggestion is %q, want duf", got)
	}
}

func TestEscTakesBackOneThingAtATime(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{})
	viewtest.Do(v, "filter")
	viewtest.Type(v, "vim")
	viewtest.Do(v, "typing.leave")
	if v.Input().Focused() || v.Link().Name != "" {
		t.Errorf("esc while typing leaves %+v", v.Link())
	}
	viewtest.Do(v, "move.down", "move.down", "enter")
	if got := v.Link().Name; got != "stable" {
		t.Fatalf("enter on an entry asks for %q", got)
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 0 || v.Link().Name != "" {
		t.Errorf("the first esc asks %v, link %+v", asks, v.Link())
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 1 || asks[0] != (view.Leave{}) {
		t.Errorf("the second esc asks %v", asks)
	}
	opened := open(t, viewtest.Known(t), view.Link{Name: "vim"})
	if asks := viewtest.Do(opened, "back"); len(asks) != 1 || asks[0] != (view.Leave{}) {
		t.Errorf("esc of a view opened for a package asks %v", asks)
	}
}

// walk moves the cursor through all nodes and returns what do gives at each.
func walk(v view.View, do action.ID) (out []view.Ask) {
	viewtest.Do(v, "move.top")
	for range 60 {
		out = append(out, v.Do(action.Intent{ID: do})...)
		viewtest.Do(v, "move.down")
	}
	return out
}

func TestNamesLead(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{Name: "ripgrep"})
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand-all")
	links := map[view.Link]bool{}
	for _, ask := range walk(v, action.Enter) {
		if g, ok := ask.(view.Go); ok {
			links[g.Link] = true
		}
	}
	for _, want := range []view.Link{
		{Place: view.Machine, Name: "argentum"}, {Place: view.Machine, Name: "stibnite"},
		{Place: view.Aspect, Name: "darwin/base"}, {Place: view.Aspect, Name: "nixos/base"},
	} {
		if !links[want] {
			t.Errorf("nothing leads to %+v; there is %v", want, links)
		}
	}
	edits := walk(v, action.Edit)
	if len(edits) == 0 {
		t.Error("no place can be edited")
	}
	for _, ask := range edits {
		if e, ok := ask.(view.Edit); !ok || e.At.File == "" {
			t.Errorf("edit asks %#v", ask)
		}
	}
}

func TestEditAndCopyInTheStack(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{})
	v.Render(80, 20)
	viewtest.Do(v, "move.down", "move.down")
	if asks := viewtest.Do(v, "edit"); len(asks) != 1 || asks[0].(view.Edit).At.String() != "fleet.toml:32" {
		t.Errorf("edit asks %v", asks)
	}
	if asks := viewtest.Do(v, "copy"); len(asks) != 1 || asks[0].(view.Copy).Text != "stable" {
		t.Errorf("copy asks %v", asks)
	}
	if asks := viewtest.Do(v, "copy.all"); !strings.Contains(asks[0].(view.Copy).Text, "  micromamba  darwin-stable as stable  fleet.toml:57\n") {
		t.Errorf("copy all asks %v", asks)
	}
	viewtest.Do(v, "move.top")
	if why := v.Disabled(action.Edit); why == "" {
		t.Error("a layer has no place, but edit has no reason")
	}
}

func TestSystem(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{})
	choice := viewtest.Do(v, "layers.system")[0].(view.Choose)
	if len(choice.Items) != 2 || !choice.Items[0].Now || choice.Items[1].Note != "4 machines" || choice.Intent != action.SystemSet {
		t.Errorf("choice: %+v", choice)
	}
	viewtest.Do(v, "layers.system-set x86_64-linux")
	if v.Link().Sub != "x86_64-linux" || !strings.Contains(v.Render(80, 20), "goaccess") {
		t.Errorf("link %+v", v.Link())
	}
	viewtest.Do(v, "layers.system-set riscv64-linux")
	if v.Link().Sub != "x86_64-linux" && v.Link().Sub != "aarch64-darwin" {
		t.Errorf("an unknown system is chosen: %+v", v.Link())
	}
	other := open(t, viewtest.Known(t), view.Link{Name: "duckdb", Sub: "aarch64-darwin"})
	other.Render(80, 20)
	walk(other, action.Enter)
	if other.Link().Sub != "x86_64-linux" {
		t.Errorf("enter on another system stays on %s", other.Link().Sub)
	}
}

func TestClicks(t *testing.T) {
	v := open(t, viewtest.Known(t), view.Link{})
	v.Render(160, 44)
	v.Click(5, 8)
	if got := viewtest.Do(v, "copy")[0].(view.Copy).Text; got != "micromamba" {
		t.Errorf("the click is on %q", got)
	}
	v.Click(5, 8)
	if v.Link().Name != "micromamba" {
		t.Error("a second click does not ask for the package")
	}
	v.Render(160, 44)
	v.Click(100, 2)
	if asks := v.Click(100, 2); len(asks) != 1 || asks[0].(view.Go).Link != (view.Link{Place: view.File, Name: "fleet.toml", Line: 57}) {
		t.Errorf("a click on the answer asks %v", asks)
	}
	for y := range 50 {
		v.Click(-1, y)
		v.Click(200, -y)
	}
}
