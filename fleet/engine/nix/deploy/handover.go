package deploy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// handOver gives files to the process at the other end, so that what goes
// through them need not go through this process.
func handOver(conn *net.UnixConn, files ...*os.File) error {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	_, _, err := conn.WriteMsgUnix([]byte{byte(len(files))}, syscall.UnixRights(fds...), nil)
	return err
}

// link is the standard input and output that a shim was given by Nix.
type link struct {
	shim    *net.UnixConn // open as long as both processes are there
	in, out *os.File
	once    sync.Once
}

var errHandOver = errors.New("no files were handed over")

// takeOver receives what a shim hands over. When the shim is gone, so is Nix,
// and the link is closed.
func takeOver(shim *net.UnixConn) (*link, error) {
	const two = 2
	word, rights := make([]byte, 1), make([]byte, syscall.CmsgSpace(two*4))
	_, n, _, _, err := shim.ReadMsgUnix(word, rights)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errHandOver, err)
	}
	messages, err := syscall.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		return nil, errHandOver
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	files := make([]*os.File, len(fds))
	for i, fd := range fds {
		err = errors.Join(err, syscall.SetNonblock(fd, true)) // so that Close ends a Read
		files[i] = os.NewFile(uintptr(fd), "of Nix")
	}
	if err != nil || len(files) != two {
		for _, f := range files {
			f.Close()
		}
		return nil, errHandOver
	}
	l := &link{shim: shim, in: files[0], out: files[1]}
	go func() {
		io.Copy(io.Discard, shim)
		l.Close()
	}()
	return l, nil
}

func (l *link) Read(b []byte) (int, error)  { return l.in.Read(b) }
func (l *link) Write(b []byte) (int, error) { return l.out.Write(b) }

// Close ends the shim too.
func (l *link) Close() error {
	l.once.Do(func() {
		l.in.Close()
		l.out.Close()
		l.shim.Close()
	})
	return nil
}
