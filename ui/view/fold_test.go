package view

import (
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
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 100, []string{"one two three"}},
		{"abcdefgh ij", 3, []string{"abc", "def", "gh", "ij"}},
		{"a\nb\tc", 10, []string{"a b c"}},
		{"語語語", 4, []string{"語語", "語"}},
		{"語", 1, []string{"語"}},
		{"語語a", 1, []string{"語", "語", "a"}},
	} {
		if got := Fold(c.text, c.w); !slices.Equal(got, c.want) {
			t.Errorf("Fold(%q, %d) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("some words \x1b[31mred and 語 wide", 7)
	f.Add(strings.Repeat("x", 300), -3)
	f.Add("\u0301日本", 1) // a mark before what does not fit
	f.Fuzz(func(t *testing.T, text string, w int) {
		w = min(w, 1000)
		for _, line := range Fold(text, w) {
			if term.Width(line) > max(w, 2) {
				t.Errorf("Fold(%q, %d): %q is %d columns wide", text, w, line, term.Width(line))
			}
		}
	})
}
