package engine

// Explained is an error that has more to show than its one line.
type Explained interface {
	error
	// Log is the last lines that a program printed before it failed,
	// sanitised.
	Log() []string
}
