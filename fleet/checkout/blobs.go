package checkout

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// texts reads texts of a history while others are still asked for. ask and end
// are called by one goroutine.
type texts struct {
	h     *History
	ctx   context.Context
	stop  context.CancelFunc
	asked map[said]bool
	cmd   *exec.Cmd // nil until something is asked
	in    *bufio.Writer
	close func() error
	done  chan error
	fresh map[said]string // until done of the goroutine that reads

	mu    sync.Mutex
	queue []said // what git was asked and has not answered, in its order
}

// flushAfter is how many names wait until git is told them.
const flushAfter = 16

func (h *History) texts(ctx context.Context) *texts {
	ctx, stop := context.WithCancel(ctx)
	return &texts{h: h, ctx: ctx, stop: stop, asked: map[said]bool{}, done: make(chan error, 1), fresh: map[said]string{}}
}

// ask asks for a text, unless it is known what it says. Errors are end's.
func (t *texts) ask(s said) {
	if _, known := t.h.said[s]; known || s.blob == "" || t.asked[s] {
		return
	}
	t.asked[s] = true
	if t.cmd == nil {
		t.start()
	}
	t.mu.Lock()
	t.queue = append(t.queue, s)
	t.mu.Unlock()
	_, _ = t.in.WriteString(s.blob + "\n") // git that has ended says why
	if len(t.asked)%flushAfter == 0 {
		_ = t.in.Flush()
	}
}

// start runs git. Where it does not start, done says so.
func (t *texts) start() {
	t.cmd = command(t.ctx, t.h.dir, "", "cat-file", "--batch", "--buffer")
	in, inErr := t.cmd.StdinPipe()
	out, outErr := t.cmd.StdoutPipe()
	err := errors.Join(inErr, outErr)
	if err == nil {
		err = t.cmd.Start()
	}
	if err != nil {
		t.in, t.close = bufio.NewWriter(io.Discard), func() error { return nil }
		t.done <- err
		return
	}
	t.in, t.close = bufio.NewWriter(in), in.Close
	go func() {
		err := readBatch(bufio.NewReader(out), &t.h.size, t.tell)
		if err != nil {
			t.stop()
		}
		failed := ended(t.cmd, t.cmd.Wait())
		if err == nil {
			err = failed
		}
		t.done <- err
	}()
}

// tell takes git's next answer; a text that is nil is not here.
func (t *texts) tell(blob string, text []byte) error {
	t.mu.Lock()
	if len(t.queue) == 0 || t.queue[0].blob != blob {
		t.mu.Unlock()
		return fmt.Errorf("git cat-file: %.40q is not what was asked for", blob)
	}
	s := t.queue[0]
	t.queue = t.queue[1:]
	t.mu.Unlock()
	if text != nil {
		t.fresh[s] = t.h.question.Say(s.path, text)
	}
	return nil
}

// end waits for what was asked and adds what it says to the history.
func (t *texts) end() error {
	defer t.stop()
	if t.cmd == nil {
		return nil
	}
	_ = t.in.Flush()
	_ = t.close()
	err := <-t.done
	maps.Copy(t.h.said, t.fresh)
	t.h.fresh = t.h.fresh || len(t.fresh) > 0
	return err
}

// readBatch reads what `git cat-file --batch` prints, adds up its size, and tells
// of each object its name and its text, which is valid until the next; nil for one
// that is not here, and no bytes of one that is too large.
func readBatch(r *bufio.Reader, total *int64, tell func(name string, text []byte) error) error {
	buffer := []byte{}
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		about := strings.Fields(line) // NAME KIND SIZE, or NAME missing
		if len(about) < 2 {
			return fmt.Errorf("git cat-file: %.40q", line)
		}
		var text []byte
		if len(about) == 3 {
			size, err := strconv.ParseInt(about[2], 10, 64)
			if err != nil || size < 0 {
				return fmt.Errorf("git cat-file: no size in %.80q", line)
			}
			if *total += size; *total > maxBlobs {
				return errors.New("the history of the secrets is too large")
			}
			if size > maxBlob {
				_, err = io.CopyN(io.Discard, r, size+1)
				text = buffer[:0]
			} else {
				buffer = slices.Grow(buffer[:0], int(size)+1)[:size+1]
				_, err = io.ReadFull(r, buffer)
				text = buffer[:size]
			}
			if err != nil {
				return err
			}
		}
		if err := tell(about[0], text); err != nil {
			return err
		}
	}
}
