package known

import "time"

// Checking is how far the check of the hotfixes is, which asks Hydras and git,
// or Nix.
type Checking struct {
	Busy     bool
	Nix      bool      // of what is Busy or Err: Nix is asked, and no Hydra
	Begun    time.Time // of what is Busy
	Done, Of int       // jobs of Hydras; Of is 0 while that is not known
	At       time.Time // of the last check that ended; zero never
	NixAt    time.Time // the same of Nix
	Err      error     // why it did not come to its end
}
