package dialog

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/ui/term"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want []string
	}{
		{"", 5, []string{""}},
		{"  as it is", 10, []string{"  as it is"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"ab cdefgh", 3, []string{"ab", "cde", "fgh"}},
		{"    x and y", 8, []string{"    x", "    and", "    y"}},
		{"      x and y", 7, []string{"x and y"}},
		{"日本", 1, []string{"日", "本"}},
		{"\u0301日本", 1, []string{"\u0301", "日", "本"}},
	} {
		if got := fold(c.text, c.w); !slices.Equal(got, c.want) {
			t.Errorf("%q at %d: %q, want %q", c.text, c.w, got, c.want)
		}
	}
}

// TestFoldLosesNothing folds anything to any width: it ends, and but for
// spaces all of the text is there.
func TestFoldLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	for range 3000 {
		s, w := text(r)+text(r), r.IntN(30)
		got := fold(s, w)
		if want := bare(term.Clean(s)); bare(strings.Join(got, "")) != want {
			t.Fatalf("%q at %d: %q", s, w, got)
		}
	}
}
