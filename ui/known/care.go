package known

import "time"

// Checking is how far the check of the hotfixes is, which asks Hydras and git.
type Checking struct {
	Busy     bool
	Done, Of int       // jobs of Hydras; Of is 0 while that is not known
	At       time.Time // of the last check that ended; zero never
	Err      error     // why it did not come to its end
}
