//go:build unix && !linux

package sim

import "syscall"

// processAttributes puts a command into a session of its own, as sshd does: it
// has no terminal. There is no way here to have it killed when this process is.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}

// canApart says whether hosts can be set apart on this system.
const canApart = false

func apartAttributes() *syscall.SysProcAttr { return processAttributes() }
