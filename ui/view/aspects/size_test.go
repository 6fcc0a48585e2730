package aspects

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/view/viewtest"
)

// TestSizes draws odd and hostile aspects at all sizes, in all orders.
func TestSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "/", "\x1b[31m", "\u202e", "日本語", "\n", "\xff", strings.Repeat("long", 200), "e\u0301", " ", "\x00", "base"}
	word := func() string {
		var b strings.Builder
		for range r.IntN(5) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	for range viewtest.Rounds(150) {
		var all []session.Aspect
		for range r.IntN(30) {
			a := session.Aspect{Class: fleet.Class(word()), Name: word(), Aggregate: r.IntN(2) == 0}
			for range r.IntN(3) {
				a.Files = append(a.Files, session.Contribution{At: fleet.Pos{File: word(), Line: r.IntN(9)}, Condition: word()})
				a.Imports = append(a.Imports, session.AspectImport{Kind: []string{"aspect", "foreign", "module", "unknown"}[r.IntN(4)], Name: word(), Why: word()})
				a.UsedBy = append(a.UsedBy, session.AspectUser{Name: word()})
				a.Machines = append(a.Machines, session.AspectUse{Machine: word()})
			}
			all = append(all, a)
		}
		v := of(all...)
		for range 12 {
			viewtest.Do(v, []string{"move.down", "move.page-down", "tree.expand-all", "tab.next", "tree.collapse", "enter", "filter", "move.bottom", "back"}[r.IntN(9)])
			if v.Input().Focused() && r.IntN(2) == 0 {
				viewtest.Type(v, word())
			}
			v.Note()
			v.Click(r.IntN(9), r.IntN(30))
			w, h := 1+r.IntN(180), 1+r.IntN(40)
			viewtest.CheckScreen(t, v.Render(w, h), w, h)
		}
	}
}

// huge is a tree of 5,000 aspects on 5,000 machines, of which each has 40.
func huge() []session.Aspect {
	all := make([]session.Aspect, 5000)
	for i := range all {
		a := session.Aspect{Class: fleet.NixOS, Name: fmt.Sprintf("group%02d/aspect%04d", i/100, i)}
		for j := range 1 + i%3 {
			a.Files = append(a.Files, session.Contribution{At: fleet.Pos{File: fmt.Sprintf("modules/group%02d/file%d.nix", i/100, (i+j)%60), Line: i}})
			a.Imports = append(a.Imports, session.AspectImport{Kind: "aspect", Class: fleet.NixOS, Name: fmt.Sprintf("group%02d/aspect%04d", i/100, i/2+j)})
		}
		for j := range 40 {
			a.Machines = append(a.Machines, session.AspectUse{Machine: fmt.Sprintf("machine%04d", (i*7+j)%5000), Way: make([]compose.Step, 3)})
		}
		all[i] = a
	}
	return all
}

func BenchmarkRender(b *testing.B) {
	v := of(huge()...)
	v.Render(160, 44)
	for b.Loop() {
		viewtest.Do(v, "move.page-down")
		v.Render(160, 44)
	}
}

func BenchmarkFilter(b *testing.B) {
	v := of(huge()...)
	v.Render(160, 44)
	viewtest.Do(v, "filter")
	for i := 0; b.Loop(); i++ {
		viewtest.Type(v, []string{"machine12", "group3 file4", "aspect"}[i%3])
		v.Render(160, 44)
	}
}

func BenchmarkFill(b *testing.B) {
	v := of(huge()...)
	for b.Loop() {
		v.drawn = drawn{}
		v.Render(160, 44)
	}
}
