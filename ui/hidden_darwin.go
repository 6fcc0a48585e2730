package ui

import (
	"errors"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)

// awaitInput waits until one of two descriptors can be read, or has ended;
// woken is for the second one. macOS' poll knows no terminals (poll(2), BUGS),
// and its select only the first 1,024 descriptors.
func awaitInput(fd, wake int) (woken bool, err error) {
	if max(fd, wake) >= unix.FD_SETSIZE {
		return false, errors.New("too many files and connections are open to ask at the terminal")
	}
	var ready unix.FdSet
	ready.Set(fd)
	ready.Set(wake)
	_, err = unix.Select(max(fd, wake)+1, &ready, nil, nil, nil)
	return err == nil && ready.IsSet(wake), err
}
