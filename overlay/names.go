package overlay

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"assay/fleet"
)

// Names finds packages while one types. It is immutable and safe for
// concurrent use; one for 100,000 names takes about 10 MB.
type Names struct {
	names []string // by lower case
	lower []string // the same, in lower case
	text  string   // all of lower, each between line ends
	at    []int    // where each begins in text
	inner []int    // names with a dot, by what follows the last one
}

// NewNames makes the index of names. Names that are there twice count once,
// those with a line end not at all.
func NewNames(names []string) *Names {
	type pair struct{ lower, name string }
	var pairs []pair
	for _, n := range names {
		if !strings.Contains(n, "\n") && n != "" {
			pairs = append(pairs, pair{strings.ToLower(n), n})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(strings.Compare(a.lower, b.lower), strings.Compare(a.name, b.name))
	})
	x := &Names{}
	var text strings.Builder
	text.WriteByte('\n')
	for i, p := range slices.Compact(pairs) {
		x.names, x.lower, x.at = append(x.names, p.name), append(x.lower, p.lower), append(x.at, text.Len())
		text.WriteString(p.lower)
		text.WriteByte('\n')
		if strings.Contains(p.lower, ".") {
			x.inner = append(x.inner, i)
		}
	}
	x.text = text.String()
	slices.SortStableFunc(x.inner, func(a, b int) int { return strings.Compare(last(x.lower[a]), last(x.lower[b])) })
	return x
}

// last is the part of a name after its last dot.
func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// Len returns the number of names.
func (x *Names) Len() int { return len(x.names) }

// Find returns at most limit names that hold the query, whose case does not
// matter: the name itself, then those that begin with it, then those whose
// last part does, such as python3Packages.numpy for num, then those that have
// it anywhere. Within these groups they are sorted. An empty query finds the
// first names.
func (x *Names) Find(query string, limit int) []string {
	query = strings.ToLower(query)
	found := []string{}
	if strings.Contains(query, "\n") || limit <= 0 {
		return found
	}
	seen := make(map[int]bool)
	add := func(i int) bool {
		if !seen[i] {
			seen[i] = true
			found = append(found, x.names[i])
		}
		return len(found) < limit
	}
	i, _ := slices.BinarySearch(x.lower, query)
	for ; i < len(x.lower) && strings.HasPrefix(x.lower[i], query); i++ {
		if !add(i) {
			return found
		}
	}
	j, _ := slices.BinarySearchFunc(x.inner, query, func(i int, q string) int { return strings.Compare(last(x.lower[i]), q) })
	for ; j < len(x.inner) && strings.HasPrefix(last(x.lower[x.inner[j]]), query); j++ {
		if !add(x.inner[j]) {
			return found
		}
	}
	x.inside(query, add)
	return found
}

// inside finds the names that have the query anywhere.
func (x *Names) inside(query string, add func(int) bool) {
	for from := 0; from < len(x.text); {
		hit := strings.Index(x.text[from:], query)
		if hit < 0 {
			return
		}
		i, exact := slices.BinarySearch(x.at, from+hit)
		if !exact {
			i--
		}
		if i >= 0 && !add(i) {
			return
		}
		if i+1 >= len(x.at) {
			return
		}
		from = x.at[i+1]
	}
}

// Has reports whether a name is there, as it is written.
func (x *Names) Has(name string) bool {
	lower := strings.ToLower(name)
	i, _ := slices.BinarySearch(x.lower, lower)
	for ; i < len(x.lower) && x.lower[i] == lower; i++ {
		if x.names[i] == name {
			return true
		}
	}
	return false
}

// Count returns how many names hold the query, whose case does not matter.
func (x *Names) Count(query string) int {
	query = strings.ToLower(query)
	switch {
	case query == "":
		return len(x.names)
	case strings.Contains(query, "\n"):
		return 0
	}
	n := 0
	for from := 0; ; {
		hit := strings.Index(x.text[from:], query)
		if hit < 0 {
			return n
		}
		n++
		from += hit
		from += strings.IndexByte(x.text[from:], '\n')
	}
}

// Begin returns the longest beginning that all names share which begin with
// the query, whose case does not matter, written as the first of them; "" where
// there are none.
func (x *Names) Begin(query string) string {
	query = strings.ToLower(query)
	from, _ := slices.BinarySearch(x.lower, query)
	n := sort.Search(len(x.lower)-from, func(i int) bool { return !strings.HasPrefix(x.lower[from+i], query) })
	if n == 0 {
		return ""
	}
	first, last := x.lower[from], x.lower[from+n-1]
	same := 0
	for same < min(len(first), len(last)) && first[same] == last[same] {
		same++
	}
	for same < len(first) && same > 0 && !utf8.RuneStart(first[same]) {
		same--
	}
	if name := x.names[from]; len(name) == len(first) { // lower case has the same bytes but for a few letters
		return name[:same]
	}
	return first[:same]
}

// Near returns the name that somebody who typed another one probably meant;
// "" for none. It begins with the same letter.
func (x *Names) Near(typed string) string {
	lower := strings.ToLower(typed)
	if lower == "" {
		return ""
	}
	var alike []string
	i, _ := slices.BinarySearch(x.lower, lower[:1])
	for ; i < len(x.lower) && x.lower[i][0] == lower[0]; i++ {
		if d := len(x.lower[i]) - len(lower); -2 <= d && d <= 2 {
			alike = append(alike, x.names[i])
		}
	}
	return fleet.Nearest(typed, alike)
}
