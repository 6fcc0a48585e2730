package fleet

// Nearest returns the candidate that name is most likely a misspelling of, or
// "" when none is near enough to be worth suggesting: at most a third of
// name's letters may have to change, and at least one letter must stay. Among
// equally near candidates the first wins.
//
// The distance is that of optimal string alignment: insertions, deletions,
// substitutions and swaps of neighbours count one each, letters are compared
// without regard to ASCII case.
func Nearest(name string, candidates []string) string {
	limit, found := max(len(name)/3, 1), ""
	for _, c := range candidates {
		if d := distance(name, c, limit); d <= limit && d < len(name) {
			limit, found = d-1, c
		}
	}
	return found
}

// distance is the edit distance of a and b in bytes, or something above limit
// when it is above limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before := make([]int, len(b)+1) // row i-2
	last := make([]int, len(b)+1)   // row i-1
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		low := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if lower(a[i-1]) == lower(b[j-1]) {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && lower(a[i-1]) == lower(b[j-2]) && lower(a[i-2]) == lower(b[j-1]) {
				row[j] = min(row[j], before[j-2]+1)
			}
			low = min(low, row[j])
		}
		if low > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
