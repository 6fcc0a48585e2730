package known

import (
	"time"

	"assay/fleet/session"
)

// PackageOn is a package on a system.
type PackageOn struct{ Package, System string }

// Answers are what Nix has said of packages.
type Answers map[PackageOn]*session.Remembered

// Evaluating is the question to Nix about a package that goes on, or the last
// one that came to nothing.
type Evaluating struct {
	PackageOn
	Busy  bool
	Begun time.Time
	Step  string // what Nix is at; "" it did not say
	Err   error  // why there is no answer
}

// Evaluation is the newest of what Nix has said of a package; nil where it was
// never asked.
func (k *Known) Evaluation(of PackageOn) *session.Remembered {
	kept, told := k.Evaluated.Value[of], k.Told[of]
	if told == nil || kept != nil && kept.At.After(told.At) {
		return kept
	}
	return told
}
