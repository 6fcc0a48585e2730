package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"assay/fleet/host"
)

// stream is one connection of Nix to a daemon on the host. When Nix is done
// and has gone, the daemon is asked for one thing more: to keep what arrived
// from garbage collection. Until then what arrived is held by the daemon's
// temporary roots, which end with its standard input.
type stream struct {
	pipe *pipe
	link io.ReadWriteCloser
	errs hostWords
	over chan struct{} // the command on the host has ended

	mu      sync.Mutex
	mine    bool // what the daemon says is not for Nix any more
	left    []byte
	asked   bool
	replies *io.PipeReader
	answer  *io.PipeWriter
	kept    error
}

func newStream(link io.ReadWriteCloser, p *pipe) *stream {
	s := &stream{pipe: p, link: link, over: make(chan struct{}), kept: errNotKept}
	s.errs.dir = make(chan string, 1)
	s.replies, s.answer = io.Pipe()
	return s
}

var errNotKept = errors.New("the host did not say that it keeps the copied paths from garbage collection")

// Read gives what Nix says, then what asks for the roots, then the end.
func (s *stream) Read(b []byte) (int, error) {
	if !s.asked {
		n, err := s.link.Read(b)
		if n > 0 {
			s.pipe.count(n)
			return n, nil
		}
		if err == nil {
			return 0, nil
		}
		s.asked = true
		s.left = s.question()
		if s.left == nil {
			return 0, io.EOF
		}
	}
	if len(s.left) > 0 {
		n := copy(b, s.left)
		s.left = s.left[n:]
		return n, nil
	}
	// A daemon that is reached through another process is cut off from it as
	// soon as there is no more to read.
	if len(s.pipe.command.Args) > 0 {
		s.setKept(s.receive())
	}
	return 0, io.EOF
}

// question waits for the end of Nix and returns what to ask the daemon for.
func (s *stream) question() []byte {
	select {
	case <-s.pipe.done:
	case <-s.over:
		return nil
	}
	roots := s.pipe.command.Args
	if !s.pipe.good || len(roots) == 0 {
		return nil
	}
	var dir string
	select {
	case dir = <-s.errs.dir:
	case <-s.over:
		return nil
	}
	s.mu.Lock()
	s.mine = true
	s.mu.Unlock()
	var b bytes.Buffer
	for _, root := range roots {
		writeUint(&b, opAddIndirectRoot)
		writeString(&b, path.Join(dir, path.Base(root)))
	}
	return b.Bytes()
}

// receive reads the daemon's answers.
func (s *stream) receive() error {
	defer s.replies.Close()
	for range s.pipe.command.Args {
		if err := skipFrames(s.replies); err != nil {
			return fmt.Errorf("keep the copied paths from garbage collection: %w", err)
		}
		if _, err := readUint(s.replies); err != nil {
			return fmt.Errorf("keep the copied paths from garbage collection: %w", err)
		}
	}
	return nil
}

func (s *stream) setKept(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = err
}

// say takes what the daemon says.
func (s *stream) say(b []byte) {
	s.mu.Lock()
	mine := s.mine
	s.mu.Unlock()
	if mine {
		s.answer.Write(b)
		return
	}
	s.link.Write(b)
}

// end says that the command has ended.
func (s *stream) end() {
	close(s.over)
	s.answer.CloseWithError(io.ErrUnexpectedEOF)
	s.link.Close()
}

// rooted returns why the paths are not kept where they should be.
func (s *stream) rooted(roots []string) error {
	select {
	case <-s.pipe.done:
	default:
		return nil // Nix is still to find out that the command is over
	}
	if !s.pipe.good || len(roots) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept
}

// hostWords finds the directory of the roots in what is said on standard error.
type hostWords struct {
	dir  chan string
	mu   sync.Mutex
	line []byte
}

// maxLine bounds the line that names the directory, in bytes.
const maxLine = 4 << 10

// rootsAre begins that line.
const rootsAre = "roots /"

func (w *hostWords) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range b {
		if c != '\n' {
			if len(w.line) < maxLine {
				w.line = append(w.line, c)
			}
			continue
		}
		if dir, ok := strings.CutPrefix(string(w.line), rootsAre); ok {
			select {
			case w.dir <- "/" + dir:
			default:
			}
		}
		w.line = w.line[:0]
	}
	return len(b), nil
}

// without returns the error of a command without that line.
func (w *hostWords) without(err error) error {
	exit, ok := errors.AsType[*host.ExitError](err)
	if !ok || !strings.Contains(exit.Stderr, rootsAre) {
		return err
	}
	plain := *exit
	plain.Stderr = strings.Join(slices.DeleteFunc(strings.Split(exit.Stderr, "; "), func(line string) bool {
		return strings.HasPrefix(line, rootsAre)
	}), "; ")
	return &plain
}
