package aspects

import (
	"testing"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

var _ view.View = (*View)(nil)
var _ view.Typing = (*View)(nil)
var _ view.Clicking = (*View)(nil)

func example(t testing.TB, link view.Link) (*View, *known.Known) {
	k := viewtest.Known(t)
	return New(viewtest.Env(k), link), k
}

func TestGolden(t *testing.T) {
	v, _ := example(t, view.Link{Place: view.Aspects})
	viewtest.Golden(t, "class", v)
	v, _ = example(t, view.Link{Place: view.Aspects, Name: "nixos/server"})
	v.Render(80, 20)
	viewtest.Do(v, string(action.Expand))
	viewtest.Golden(t, "expanded", v)
	v, _ = example(t, view.Link{Place: view.Aspects, Name: "terranix/gcp"})
	viewtest.Golden(t, "terranix", v)
	v, _ = example(t, view.Link{Place: view.Aspects, Sub: byFile})
	viewtest.Golden(t, "files", v)
	v, _ = example(t, view.Link{Place: view.Aspects})
	viewtest.Do(v, "filter")
	viewtest.Type(v, "scheelite nix")
	viewtest.Golden(t, "filter", v)
}
