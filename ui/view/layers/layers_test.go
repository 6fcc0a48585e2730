package layers_test

import (
	"errors"
	"testing"

	"assay/overlay"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/layers"
	"assay/ui/view/viewtest"
)

func open(t testing.TB, k *known.Known, link view.Link) *layers.View {
	t.Helper()
	link.Place = view.Layers
	return layers.New(viewtest.Env(k), link)
}

func TestScreens(t *testing.T) {
	k := viewtest.Known(t)
	viewtest.Golden(t, "stack", open(t, k, view.Link{}))

	entry := open(t, k, view.Link{})
	viewtest.Do(entry, "move.down", "move.down", "move.down", "move.down", "move.down", "move.down", "move.down")
	viewtest.Golden(t, "cursor", entry)

	viewtest.Golden(t, "dead", open(t, k, view.Link{Name: "ncdu", Sub: "aarch64-darwin"}))
	viewtest.Golden(t, "hotfix", open(t, k, view.Link{Name: "duckdb", Sub: "aarch64-darwin"}))
	viewtest.Golden(t, "installed", open(t, k, view.Link{Name: "ripgrep"}))
	viewtest.Golden(t, "unknown", open(t, k, view.Link{Name: "no-such-package"}))
	viewtest.Golden(t, "channel", open(t, k, view.Link{Name: "stable.jq"}))

	typing := open(t, k, view.Link{})
	viewtest.Do(typing, "filter")
	viewtest.Golden(t, "asking", typing)
	viewtest.Type(typing, "du")
	viewtest.Golden(t, "typing", typing)
	viewtest.Do(typing, "typing.down", "typing.down")
	viewtest.Golden(t, "choosing", typing)
}

func TestScreensWithoutAnswers(t *testing.T) {
	k := viewtest.Known(t)
	stack := k.Stack
	k.Stack = known.Loaded[*overlay.Stack]{}
	viewtest.Golden(t, "nothing", open(t, k, view.Link{}))
	k.Stack.Busy = true
	viewtest.Golden(t, "loading", open(t, k, view.Link{}))
	k.Stack = known.Loaded[*overlay.Stack]{Err: errors.New("fleet.toml:12: an example of an error"), At: viewtest.Now}
	viewtest.Golden(t, "error", open(t, k, view.Link{}))
	k.Stack = stack
	k.Packages.Value, k.Packages.Err = nil, errors.New("modules/aspects/base.nix:3: an example of an error")
	viewtest.Golden(t, "packages-error", open(t, k, view.Link{Name: "vim"}))
}
