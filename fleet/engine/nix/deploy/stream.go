package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"path"
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
	link net.Conn
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

func newStream(link net.Conn, p *pipe) *stream {
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

// hostWords is what the daemon says on standard error: the directory of the
// roots, and else the last lines.
type hostWords struct {
	dir  chan string
	mu   sync.Mutex
	line []byte
	text []string
}

const (
	maxErrorLine  = 4 << 10
	maxErrorLines = 10
)

func (e *hostWords) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range b {
		if c != '\n' {
			if len(e.line) < maxErrorLine {
				e.line = append(e.line, c)
			}
			continue
		}
		e.add(string(e.line))
		e.line = e.line[:0]
	}
	return len(b), nil
}

func (e *hostWords) add(line string) {
	if dir, ok := strings.CutPrefix(line, "roots /"); ok {
		select {
		case e.dir <- "/" + dir:
		default:
		}
		return
	}
	if line = strings.TrimSpace(host.Sanitize(line)); line == "" {
		return
	}
	e.text = append(e.text, line)
	if len(e.text) > maxErrorLines {
		e.text = e.text[1:]
	}
}
