package leaks

import (
	"os"

	"golang.org/x/sys/unix"
)

// silent reports whether a terminal does not show what is typed.
func silent(terminal *os.File) (bool, error) {
	now, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	return err == nil && now.Lflag&unix.ECHO == 0, err
}
