package ui

// Discard throws away what was typed on a terminal and nobody has read yet, as
// far as the system can.
func Discard(fd int) { discard(fd) }
