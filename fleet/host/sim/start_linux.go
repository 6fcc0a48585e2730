package sim

import "syscall"

// processAttributes puts a command into a process group of its own, and lets
// the kernel kill it when the thread that started it ends: with this process,
// however that ends.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
