package vars

import (
	"slices"
	"strings"
)

// Keyless returns that of a secret's faults which is about a reader whose keys
// cannot be read; "" where there is none. The other faults are links that grant
// nothing: without them the secret is for whom it should be. With this one
// somebody would lose it.
func Keyless(faults []string) string {
	i := slices.IndexFunc(faults, func(fault string) bool { return strings.Contains(fault, "/key.json: ") })
	if i < 0 {
		return ""
	}
	return faults[i]
}
