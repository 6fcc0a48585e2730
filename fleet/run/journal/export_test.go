package journal

import "os"

// WriteTo makes the journal write to another file, so that a test can give it
// one that fails.
func WriteTo(j *Journal, name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	old := j.file
	j.file = f
	j.buf.Reset(f)
	return old.Close()
}
