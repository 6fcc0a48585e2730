package checkout

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// wide is how many bytes a pipe may hold without privileges, as a rule
// (/proc/sys/fs/pipe-max-size).
const wide = 1 << 20

// widen lets a pipe hold more, so that who writes goes on while who reads waits
// for a processor. Where that is not granted, it stays as it was.
func widen(pipe io.Reader) {
	f, ok := pipe.(*os.File)
	if !ok {
		return
	}
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, wide) })
	}
}
