package machine_test

import (
	"testing"

	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/machine"
	"assay/ui/view/viewtest"
)

func open(t testing.TB, k *known.Known, name, sub string) *machine.View {
	t.Helper()
	return machine.New(viewtest.Env(k), view.Link{Place: view.Machine, Name: name, Sub: sub})
}

// parts are the view's parts, in the order of their tabs.
func parts() []string {
	return []string{"overview", "imports", "options", "services", "packages", "generations"}
}

func TestGolden(t *testing.T) {
	k := viewtest.Known(t)
	for _, part := range parts() {
		viewtest.Golden(t, part, open(t, k, "cinnabar", part))
	}
	for _, name := range []string{"stibnite", "scheelite", "electrum", "galena"} {
		viewtest.Golden(t, "overview-"+name, open(t, k, name, ""))
	}
	viewtest.Golden(t, "generations-electrum", open(t, k, "electrum", "generations"))
	viewtest.Golden(t, "unknown", open(t, k, "cinnabr", ""))
}

// opened is the view with the cursor on something and what is below it shown
// in the middle of the screen.
func opened(t *testing.T, k *known.Known, sub string) *machine.View {
	t.Helper()
	v := open(t, k, "cinnabar", sub)
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand", "move.half-down")
	v.Render(80, 20)
	viewtest.Do(v, "move.half-up")
	return v
}

func TestGoldenOpened(t *testing.T) {
	k := viewtest.Known(t)
	viewtest.Golden(t, "options-definitions", opened(t, k, "options nix.gc.options"))
	viewtest.Golden(t, "options-unknown", opened(t, k, `options environment.etc."fleet/disk-alert.command".text`))
	viewtest.Golden(t, "imports-way", opened(t, k, "imports nixos/fail2ban"))
	viewtest.Golden(t, "packages-supply", opened(t, k, "packages ncdu"))
	v := open(t, k, "cinnabar", "options")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "ssh sett")
	viewtest.Golden(t, "options-filter", v)
}
