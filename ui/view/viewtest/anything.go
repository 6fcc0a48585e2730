package viewtest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view"
)

// Rounds is how often a test goes round that n would be best for: a tenth with
// -short, as under the race detector, which takes ten times as long.
func Rounds(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// Anything opens Rounds(n) views, on one world after the other, and does everything
// with them in any order at any size: they must stay whole. What is typed and
// what open makes links of is one of the texts, or something hostile.
func Anything(t *testing.T, n int, worlds []*known.Known, open func(k *known.Known, text func() string) view.View, texts ...string) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(7, 8))
	texts = append(texts, "", ".", "語語語", "\x1b]52;c;x\a", "\x1b[31m", "\u202ereversed", "a\nb", "\xff\xfe", strings.Repeat("x", 5000))
	text := func() string { return texts[rnd.IntN(len(texts))] }
	all := action.All()
	for i := range Rounds(n) {
		k := worlds[i%len(worlds)]
		k.Revision++
		v := open(k, text)
		for range 1 + rnd.IntN(8) {
			switch rnd.IntN(4) {
			case 0:
				Do(v, "filter")
				Type(v, text())
			case 1:
				v.(view.Clicking).Click(rnd.IntN(200), rnd.IntN(50))
				k.Revision++
			default:
				id := all[rnd.IntN(len(all))].ID
				v.Disabled(id)
				v.Do(action.Intent{ID: id, Arg: text()})
			}
			w, h := 1+rnd.IntN(200), 1+rnd.IntN(50)
			CheckScreen(t, v.Render(w, h), w, h)
			v.Title()
			v.Note()
		}
	}
}

// CheckScreen fails unless the screen has just that size and nothing that
// steers a terminal.
func CheckScreen(t *testing.T, screen string, w, h int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines at %dx%d", len(lines), w, h)
	}
	for _, line := range lines {
		if term.Width(line) != w || line != term.Clean(line) {
			t.Fatalf("at %dx%d: %q", w, h, line)
		}
	}
}
