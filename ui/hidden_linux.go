package ui

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)

// awaitInput waits until one of two descriptors can be read, or has ended;
// woken is for the second one. select knows only the first 1,024 descriptors,
// and with many connections there are more.
func awaitInput(fd, wake int) (woken bool, err error) {
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
	_, err = unix.Poll(ready, -1)
	return ready[1].Revents != 0, err
}
