package cli

import "syscall"

// noCoreDumps keeps this process, and those that it starts from now on, from
// writing their memory to disk when they crash. It is best effort.
func noCoreDumps() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
