package engine

// Recorder is an Engine that remembers the records of systems that it has built.
type Recorder interface {
	// Recorded returns the record of the system with this store path, where it
	// was built here before, so that no host need be asked for it.
	Recorded(system string) (Record, bool)
}
