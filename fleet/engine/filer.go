package engine

// Filer is an Engine that can read a file of what it has built here.
type Filer interface {
	// File reads a regular file of the store by its path, at most limit bytes;
	// a larger one is an error.
	File(path string, limit int64) ([]byte, error)
}
