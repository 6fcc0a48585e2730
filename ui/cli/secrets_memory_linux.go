package cli

import (
	"errors"
	"syscall"
)

// The types of file systems in memory, as statfs(2) has them.
const (
	tmpfsMagic = 0x01021994
	ramfsMagic = 0x858458f6
)

// inMemory reports with an error why a directory is not on a file system in
// memory.
func inMemory(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return err
	}
	if kind := uint32(st.Type); kind != tmpfsMagic && kind != ramfsMagic {
		return errors.New("not a file system in memory")
	}
	return nil
}
