package dialog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"
)

// ranked returns the entries that match what is typed, the best first and no
// more than most, and how many there are. With nothing typed those come first
// that were chosen before.
func ranked(entries []Entry, recent *Recent, typed string, most int) ([]Entry, int) {
	typed = strings.Join(strings.Fields(typed), " ")
	var order []int
	if typed == "" {
		order = byRecency(entries, recent)
	} else {
		order = byMatch(entries, typed)
	}
	out := make([]Entry, 0, min(len(order), most))
	for _, i := range order[:min(len(order), most)] {
		out = append(out, entries[i])
	}
	return out, len(order)
}

func byRecency(entries []Entry, recent *Recent) []int {
	order := make([]int, 0, len(entries))
	if recent != nil {
		for r := range recent.entries {
			if i := slices.IndexFunc(entries, func(e Entry) bool { return e.same(&recent.entries[r]) }); i >= 0 {
				order = append(order, i)
			}
		}
	}
	first := len(order)
	for i := range entries {
		if !slices.Contains(order[:first], i) {
			order = append(order, i)
		}
	}
	return order
}

// source gives the names to the search.
type source []Entry

func (s source) Len() int            { return len(s) }
func (s source) String(i int) string { return s[i].Kind + " " + s[i].Text }

// byMatch ranks: the name itself, names that begin so, names with a word that
// begins so, names that have it, and then whatever has its letters in order.
func byMatch(entries []Entry, typed string) []int {
	type hit struct{ index, class, score int }
	var hits []hit
	low := strings.ToLower(typed)
	for _, m := range fuzzy.FindFromNoSort(strings.ReplaceAll(typed, " ", ""), source(entries)) {
		hits = append(hits, hit{m.Index, class(&entries[m.Index], low), m.Score})
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(b.score, a.score), cmp.Compare(a.index, b.index))
	})
	order := make([]int, len(hits))
	for i, h := range hits {
		order[i] = h.index
	}
	return order
}

func class(e *Entry, low string) int {
	text := strings.ToLower(e.Text)
	name, _, _ := strings.Cut(text, ":")
	at := strings.Index(text, low)
	usable := 0
	if e.Why != "" {
		usable = 1
	}
	switch {
	case text == low || name == low || e.Kind+" "+text == low || string(e.Intent.ID) == low:
		return usable
	case at == 0:
		return 2 + usable
	case at > 0 && strings.ContainsRune(" /.-:", rune(text[at-1])):
		return 4 + usable
	case at > 0:
		return 6 + usable
	}
	return 8 + usable
}
