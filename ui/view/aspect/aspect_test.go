package aspect

import (
	"testing"

	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

var _ view.View = (*View)(nil)
var _ view.Typing = (*View)(nil)
var _ view.Clicking = (*View)(nil)

func example(t testing.TB, name string) (*View, *known.Known) {
	k := viewtest.Known(t)
	return New(viewtest.Env(k), view.Link{Place: view.Aspect, Name: name}), k
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"nixos/base", "nixos/server", "nixos/zram", "homeManager/fish", "nixos/services/zerotier/peer", "terranix/gcp", "nixos/bse"} {
		v, _ := example(t, name)
		viewtest.Golden(t, golden(name), v)
	}
}

func golden(name string) string {
	out := []byte(name)
	for i, c := range out {
		if c == '/' {
			out[i] = '-'
		}
	}
	return string(out)
}
