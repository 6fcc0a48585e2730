package nix

import (
	"os"
	"syscall"
)

// numbers are a file's own number and when it was last changed, in nanoseconds.
func numbers(stat os.FileInfo) (number uint64, changed int64) {
	if s, ok := stat.Sys().(*syscall.Stat_t); ok {
		return s.Ino, s.Ctim.Nano()
	}
	return 0, 0
}
