package machines

import (
	"math/rand/v2"
	"testing"

	"assay/ui/action"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func BenchmarkRender5000(b *testing.B) {
	v := New(viewtest.Env(many(5000, rand.New(rand.NewPCG(1, 1)))), view.Link{})
	v.Render(160, 44)
	for b.Loop() {
		v.Do(action.Intent{ID: action.Down})
		v.Render(160, 44)
	}
}

// BenchmarkFacts5000 is a frame after facts have come, with the rows made anew.
func BenchmarkFacts5000(b *testing.B) {
	for _, filter := range []string{"", "host0", "@web", "drift:yes -@rack3", "drift:yes cinnabar", "cinabar"} {
		b.Run("filter="+filter, func(b *testing.B) {
			k := many(5000, rand.New(rand.NewPCG(1, 1)))
			v := New(viewtest.Env(k), view.Link{Sub: filter})
			v.Do(action.Intent{ID: action.MarkAll})
			for b.Loop() {
				k.Revision++
				v.Render(160, 44)
			}
		})
	}
	for _, column := range []string{"machine", "remark", "wanted", "tags"} {
		b.Run("sort="+column, func(b *testing.B) {
			k := many(5000, rand.New(rand.NewPCG(1, 1)))
			v := New(viewtest.Env(k), view.Link{})
			v.Do(action.Intent{ID: action.SortBy, Arg: column})
			for b.Loop() {
				k.Revision++
				v.Render(160, 44)
			}
		})
	}
}

// BenchmarkType5000 is a key typed on the filter's line.
func BenchmarkType5000(b *testing.B) {
	v := New(viewtest.Env(many(5000, rand.New(rand.NewPCG(1, 1)))), view.Link{})
	texts := []string{"nosuc", "nosuch"}
	for i := 0; b.Loop(); i++ {
		viewtest.Type(v, texts[i%2])
		v.Render(160, 44)
	}
}
