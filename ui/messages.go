package ui

import (
	"strings"
	"time"

	"assay/ui/dialog"
	"assay/ui/style"
	"assay/ui/view"
)

// messages are all that were said, and the one that is on the screen. What
// went well disappears by itself; an error stays until somebody has seen it.
type messages struct {
	all   []dialog.Message
	shown bool // the last one is on the screen
	// unseen is how many errors were said since somebody opened the messages.
	unseen int
}

const (
	messagesMost = 1000
	messageStays = 4 * time.Second
)

func (ms *messages) add(at time.Time, s view.Say) {
	ms.all = append(ms.all, dialog.Message{At: at, Say: s})
	if len(ms.all) > messagesMost {
		ms.all = ms.all[len(ms.all)-messagesMost:]
	}
	ms.shown = true
	if s.Level == style.Fail {
		ms.unseen++
	}
}

// toast is the message that is on the screen, nil if none is.
func (ms *messages) toast() *dialog.Message {
	if !ms.shown {
		return nil
	}
	return &ms.all[len(ms.all)-1]
}

func (ms *messages) expire(now time.Time) {
	if t := ms.toast(); t != nil && t.Level != style.Fail && now.Sub(t.At) >= messageStays {
		ms.shown = false
	}
}

func (ms *messages) dismiss() { ms.shown = false }

// seenFor is how long an error is on the screen at least, whatever happens.
const seenFor = 2 * time.Second

// moveOn takes what was said off the screen, because the operator is somewhere
// else now: at once, or an error that nobody can have read yet not before.
func (ms *messages) moveOn(now time.Time) {
	if t := ms.toast(); t != nil && t.At != now && (t.Level != style.Fail || now.Sub(t.At) >= seenFor) {
		ms.shown = false
	}
}

// say shows a message.
func (m *Model) say(s view.Say) {
	s.Text, s.More = m.opts.Redact(s.Text), m.opts.Redact(s.More)
	m.messages.add(m.now, s)
	m.stale = true
}

// failed is the message of an error: its first line, and all of it.
func failed(what string, err error) view.Say {
	first, _, more := strings.Cut(err.Error(), "\n")
	s := view.Say{Level: style.Fail, Text: what + ": " + first}
	if more {
		s.More = err.Error()
	}
	return s
}

func done(text string) view.Say   { return view.Say{Level: style.OK, Text: text} }
func notice(text string) view.Say { return view.Say{Level: style.Plain, Text: text} }
func warned(text string) view.Say { return view.Say{Level: style.Warn, Text: text} }
