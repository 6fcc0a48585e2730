package machine_test

import (
	"strings"
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

func TestGoldenOpened(t *testing.T) {
	k := viewtest.Known(t)
	v := open(t, k, "cinnabar", "options nix.gc.options")
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand")
	viewtest.Golden(t, "options-definitions", v)
	v = open(t, k, "cinnabar", "imports nixos/fail2ban")
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand")
	viewtest.Golden(t, "imports-way", v)
	v = open(t, k, "cinnabar", "packages ncdu")
	v.Render(80, 20)
	viewtest.Do(v, "tree.expand")
	viewtest.Golden(t, "packages-supply", v)
	v = open(t, k, "cinnabar", "options")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "ssh sett")
	viewtest.Golden(t, "options-filter", v)
}

func body(v view.View) string { return strings.TrimRight(v.Render(100, 30), " \n") }
