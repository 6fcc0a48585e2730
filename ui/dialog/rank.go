package dialog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"
)

// index is entries ready to be searched.
type index struct {
	entries []Entry
	names   []string // of each: the part before a colon
	whole   []string // all that it is found by, in small letters
}

func newIndex(entries []Entry) *index {
	x := &index{entries: entries}
	for i := range entries {
		e := &entries[i]
		name, _, _ := strings.Cut(e.Text, ": ")
		x.names = append(x.names, name)
		x.whole = append(x.whole, strings.ToLower(e.Kind+" "+e.Text+" "+e.Note+" "+string(e.Intent.ID)))
	}
	return x
}

// ranked returns the entries that match what is typed, the best first and no
// more than most, and how many there are. With nothing typed those come first
// that were chosen before.
func (x *index) ranked(recent *Recent, typed string, most int) ([]Entry, int) {
	words := strings.Fields(strings.ToLower(typed))
	order := x.byMatch(words)
	if len(words) == 0 {
		order = x.byRecency(recent)
	}
	out := make([]Entry, 0, min(len(order), most))
	for _, i := range order[:min(len(order), most)] {
		out = append(out, x.entries[i])
	}
	return out, len(order)
}

func (x *index) byRecency(recent *Recent) []int {
	order := make([]int, 0, len(x.entries))
	if recent != nil {
		for r := range recent.entries {
			if i := slices.IndexFunc(x.entries, func(e Entry) bool { return e.same(&recent.entries[r]) }); i >= 0 {
				order = append(order, i)
			}
		}
	}
	first := len(order)
	for i := range x.entries {
		if !slices.Contains(order[:first], i) {
			order = append(order, i)
		}
	}
	return order
}

// hit is an entry that matches: the lower its class the better, and within
// that the higher its score.
type hit struct{ index, class, score int }

// byMatch finds what has every word, and names that have the letters in order.
func (x *index) byMatch(words []string) []int {
	var hits []hit
	found := make([]bool, len(x.entries))
	for i, whole := range x.whole {
		if len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(whole, w) }) {
			found[i] = true
			hits = append(hits, hit{i, x.class(i, words), -len(x.names[i])})
		}
	}
	for _, m := range fuzzy.FindNoSort(strings.Join(words, ""), x.names) {
		// Letters that are scattered over a long name match almost anything.
		if !found[m.Index] && m.Score > 0 {
			hits = append(hits, hit{m.Index, scattered, m.Score})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(b.score, a.score), cmp.Compare(a.index, b.index))
	})
	order := make([]int, len(hits))
	for i, h := range hits {
		order[i] = h.index
	}
	return order
}

// The classes of matches, each twice: what does nothing now comes after what
// does.
const (
	exact     = 2 * iota // the name itself, or with its kind
	prefix               // the name begins so
	part                 // a part of the name begins so
	inside               // the name has it
	elsewhere            // the words are somewhere else
	scattered            // the letters are in the name
)

func (x *index) class(i int, words []string) int {
	typed, name, kind := strings.Join(words, " "), strings.ToLower(x.names[i]), strings.ToLower(x.entries[i].Kind)
	typed = strings.TrimPrefix(typed, kind+" ")
	class := elsewhere
	switch at := strings.Index(name, typed); {
	case name == typed || string(x.entries[i].Intent.ID) == typed:
		class = exact
	case at == 0:
		class = prefix
	case at > 0 && strings.ContainsRune(" /.-_:", rune(name[at-1])):
		class = part
	case at > 0:
		class = inside
	}
	if x.entries[i].Why != "" {
		class++
	}
	return class
}
