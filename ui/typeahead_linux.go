package ui

import "golang.org/x/sys/unix"

// discard throws away what was typed before the console could be seen.
func discard(fd int) { _ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) }
