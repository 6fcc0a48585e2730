package remote

import (
	"bytes"
	"crypto/rand"
	"io"
	"sync"
)

// door stands between us and a command that another program, sudo, has to
// start first. On standard error sudo asks for a password with our own
// prompt, and what it starts says our own word before anything else. The
// password is sent when it is asked for, once, and standard input after the
// word: neither can be taken for the other. What comes before the word was
// said by sudo and is kept apart from the command's standard error.
type door struct {
	prompt, word []byte
	password     []byte // nil for none

	mu     sync.Mutex
	said   []byte // what was not understood yet, or sudo's words
	asked  int
	opened bool
	change chan struct{} // has one when asked or opened has changed
}

// saidLimit is how much of what sudo says is kept, in bytes.
const saidLimit = 4 << 10

func newDoor(password []byte) *door {
	secret := rand.Text()
	return &door{prompt: []byte("assay-asks-" + secret), word: []byte("assay-runs-" + secret), password: password, change: make(chan struct{}, 1)}
}

// before returns a writer for standard error: what follows the word goes on
// to next.
func (d *door) before(next io.Writer) io.Writer { return &doorWriter{d, next} }

type doorWriter struct {
	*door
	next io.Writer
}

func (w *doorWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	opened := w.opened
	var rest []byte
	if !opened {
		rest = w.read(p)
	}
	w.mu.Unlock()
	if opened {
		return w.next.Write(p)
	}
	if len(rest) > 0 {
		w.next.Write(rest)
	}
	return len(p), nil
}

// read looks for prompts and the word; it returns what follows the word's
// line. The words of sudo are bounded, their beginning is dropped.
func (d *door) read(p []byte) (rest []byte) {
	d.said = append(d.said, p...)
	for {
		i := bytes.Index(d.said, d.prompt)
		if i < 0 {
			break
		}
		d.said = append(d.said[:i], d.said[i+len(d.prompt):]...)
		d.asked++
		d.changed()
	}
	word := append(bytes.Clone(d.word), '\n')
	if i := bytes.Index(d.said, word); i >= 0 {
		rest = bytes.Clone(d.said[i+len(word):])
		d.said, d.opened = d.said[:i], true
		d.changed()
		return rest
	}
	if more := len(d.said) - saidLimit; more > 0 {
		d.said = append(d.said[:0], d.said[more:]...)
	}
	return nil
}

func (d *door) changed() {
	select {
	case d.change <- struct{}{}:
	default:
	}
}

// pass sends the password when it is asked for and returns true once the
// command runs. It returns false when the password is asked for again, for
// then it was wrong, or when there is none, or when the command is over.
func (d *door) pass(to io.Writer, over <-chan struct{}) bool {
	sent := false
	for {
		d.mu.Lock()
		asked, opened := d.asked, d.opened
		d.mu.Unlock()
		switch {
		case opened:
			return true
		case asked > 1 || asked == 1 && d.password == nil:
			return false
		case asked == 1 && !sent:
			sent = true
			line := append(bytes.Clone(d.password), '\n')
			_, err := to.Write(line)
			clear(line)
			if err != nil {
				return false
			}
		}
		select {
		case <-d.change:
		case <-over:
			return false
		}
	}
}

// state is how it went: whether the command was started, whether a password
// was asked for in vain, and what was said instead, as one safe line.
func (d *door) state() (opened, wrong bool, said string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.opened, d.asked > 1 && d.password != nil, oneLine(string(d.said))
}
