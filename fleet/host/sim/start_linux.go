package sim

import (
	"os"
	"syscall"
)

// processAttributes puts a command into a session of its own, as sshd does: it
// has no terminal. The kernel kills it when the thread that started it ends:
// with this process, however that ends.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// canApart says whether hosts can be set apart on this system.
const canApart = true

// apartAttributes gives a command mounts of its own as well. Who is not root
// becomes the root of a user namespace, where the files of the present user
// are root's.
func apartAttributes() *syscall.SysProcAttr {
	a := processAttributes()
	a.Unshareflags = syscall.CLONE_NEWNS
	if os.Geteuid() != 0 {
		a.Cloneflags = syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return a
}
