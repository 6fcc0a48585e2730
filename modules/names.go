package modules

import "strings"

// RolePrefix is what the names of aspects that are roles of a service start
// with: "services/<module>/<role>".
const RolePrefix = "services/"

// MachinePrefix is what the names of aspects that belong to one machine start
// with: "machines/<class>/<machine>".
const MachinePrefix = "machines/"

// IsRole reports whether an aspect of that name is a role of a service.
func IsRole(name string) bool { return strings.HasPrefix(name, RolePrefix) }

// Nearest returns the name that is most like the wanted one, or "" if none is
// near.
func Nearest(wanted string, names []string) string {
	best, most := "", max(1, len(wanted)/3)
	for _, name := range names {
		if d := distance(wanted, name, most); d <= most {
			best, most = name, d-1
		}
	}
	return best
}

// distance is the number of bytes to insert, remove, replace or swap with the
// next between two names, or more than limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var older []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, last = last, row
	}
	return last[len(b)]
}
