package machine_test

import (
	"fmt"
	"testing"
	"time"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/known"
	"assay/ui/view/viewtest"
)

// large is what is known of a machine with 5,000 options of two definitions
// each.
func large(tb testing.TB) *known.Known {
	k := known.New(viewtest.Session(tb).Fleet(), viewtest.Now)
	c := compose.Composition{Machine: "cinnabar", System: "x86_64-linux", Scope: compose.Scope{Class: fleet.NixOS}}
	for i := range 5000 {
		aspect, at := fmt.Sprintf("aspect%d", i%200), fleet.Pos{File: fmt.Sprintf("modules/aspects/nixos/aspect%d.nix", i%200), Line: i%90 + 1}
		value := func(text string) compose.Value {
			return compose.Value{Known: true, Data: text, Text: `"` + text + `"`, At: at}
		}
		c.Scope.Options = append(c.Scope.Options, compose.Option{
			Path: fmt.Sprintf("services.unit%d.settings.option%d", i%50, i),
			Definitions: []compose.Definition{
				{Value: value("a value"), Priority: 100, Order: 1000, Aspect: aspect, At: at},
				{Value: value("a default"), Priority: 1000, Order: 1000, Aspect: "base", At: at},
			},
			Merged: compose.Merged{State: compose.Known, Value: value("a value")},
		})
	}
	k.Compositions["cinnabar"] = &known.Loaded[compose.Composition]{Value: c, At: viewtest.Now}
	return k
}

func BenchmarkRender5000Options(b *testing.B) {
	v := open(b, large(b), "cinnabar", "options")
	v.Render(160, 44)
	for b.Loop() {
		viewtest.Do(v, "move.down")
		v.Render(160, 44)
	}
}

// The filter as somebody types it: one key more or less each time.
func BenchmarkFilter5000Options(b *testing.B) {
	v := open(b, large(b), "cinnabar", "options")
	viewtest.Do(v, "filter")
	for i := 0; b.Loop(); i++ {
		viewtest.Type(v, []string{"unit7", "unit7."}[i%2])
		v.Render(160, 44)
	}
}

// A composition that is read anew: everything is made again.
func BenchmarkReread5000Options(b *testing.B) {
	k := large(b)
	v := open(b, k, "cinnabar", "options")
	for i := 0; b.Loop(); i++ {
		k.Compositions["cinnabar"].At = viewtest.Now.Add(time.Duration(i))
		v.Render(160, 44)
	}
}

func BenchmarkOverview(b *testing.B) {
	k := viewtest.Known(b)
	v := open(b, k, "cinnabar", "")
	for b.Loop() {
		k.Now = k.Now.Add(time.Second)
		v.Render(160, 44)
	}
}
