package overlay

// Bare reports whether a channel's packages are those of the default one: it
// is that, or it is that without patches. What is taken from it changes
// nothing.
func (s *Stack) Bare(channel string) bool { return s.bare(channel) }

// Lacks reports whether a channel's index is known and does not have the
// package.
func (v Version) Lacks() bool { return v.Version == "" && v.Note == absent }

// Temporary reports whether an entry is meant for a while: it takes a package
// from another channel, or what is written about it says when it can go.
func (e *Entry) Temporary() bool {
	switch e.Kind {
	case LayerHotfixes:
		return true
	case LayerOverrides, LayerPackages, LayerFlakeInputs:
		return e.Note != nil && e.Note.RemoveWhen != ""
	}
	return false
}
