package ui

import "golang.org/x/sys/unix"

// discard throws away what was typed before the console could be seen.
func discard(fd int) { _ = unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, fread) }

// fread is FREAD of <sys/fcntl.h>: what waits to be read.
const fread = 1
