//go:build !linux

package cli

import "errors"

// inMemory reports with an error why a directory is not on a file system in
// memory.
func inMemory(string) error {
	return errors.New("this system has no file system in memory that can be used without root")
}
