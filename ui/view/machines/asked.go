package machines

import (
	"fmt"
	"time"

	"assay/ui/known"
	"assay/ui/word"
)

// asked is how far asking the hosts is.
type asked struct {
	busy           int       // hosts that are being asked
	never          int       // hosts that never answered
	first          int       // of these, those that are being asked
	newest, oldest time.Time // of the answers; zero without one
}

// survey looks at all hosts.
func survey(k *known.Known) (a asked) {
	for _, host := range k.Hosts {
		if host.Busy {
			a.busy++
		}
		at := host.Asked
		if at.IsZero() {
			a.never++
			if host.Busy {
				a.first++
			}
			continue
		}
		if a.oldest.IsZero() || at.Before(a.oldest) {
			a.oldest = at
		}
		if at.After(a.newest) {
			a.newest = at
		}
	}
	return a
}

// say says it for the summary: "asking 3 of 8", "asked 3s ago" by the
// oldest answer.
func (a asked) say(k *known.Known) string {
	switch {
	case a.busy > 0:
		return fmt.Sprintf("asking %d of %d", a.busy, len(k.Fleet.Machines))
	case a.oldest.IsZero():
		return ""
	}
	from, to := word.Age(k.Now.Sub(a.newest)), word.Age(k.Now.Sub(a.oldest))
	if a.newest.Sub(a.oldest) < time.Minute { // one round of asking
		return "asked " + to + " ago"
	}
	return "asked " + from + " to " + to + " ago"
}
