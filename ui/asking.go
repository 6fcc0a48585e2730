package ui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"assay/ui/dialog"
	"assay/ui/style"
	"assay/ui/view"
)

// errUnanswered is what somebody gets who asks and whom nobody answers.
var errUnanswered = errors.New("nobody answered")

// Asking is where those who open connections and files ask the operator for a
// password or a passphrase while the console has the terminal, and say what he
// should know. Its methods may be called from several goroutines at once; what is
// asked waits until the console looks, as do several questions for each other.
// The zero Asking is one for a console that may begin later.
type Asking struct {
	mu     sync.Mutex
	ended  bool
	queue  []*question
	notes  []string
	dialog asked     // that shows the first of the queue; the console's own
	of     *question // that the dialog shows
}

// asked is a dialog that asks somebody else's question.
type asked interface {
	dialog.Dialog
	Take() []byte
	Wipe()
	Waits(behind int) (isNew bool)
}

// question is one that somebody waits for the answer of.
type question struct {
	title, text string
	kind        questionKind
	yes, no     string
	answer      chan []byte // gets the answer, nil for none; has room for it
}

// questionKind says what an answer is.
type questionKind int

const (
	askHidden questionKind = iota // a line that is not shown
	askLine                       // a line that is shown
	askReply                      // yes or no, or neither: then only that it is refused
)

// dialog asks the question, without the secrets that are in it.
func (q *question) dialog(env view.Env, redact func(string) string) asked {
	title, text := redact(q.title), redact(q.text)
	switch q.kind {
	case askLine:
		return dialog.NewLine(env, title, text)
	case askReply:
		return dialog.NewReply(env, title, text, redact(q.yes), redact(q.no))
	}
	return dialog.NewSecret(env, title, text)
}

// Secret asks for something that is not shown while it is typed. It waits for
// the answer, which is the caller's to wipe, as long as ctx goes on.
func (a *Asking) Secret(ctx context.Context, title, text string) ([]byte, error) {
	return a.ask(ctx, &question{title: title, text: text})
}

// Line is Secret of something that is shown while it is typed.
func (a *Asking) Line(ctx context.Context, title, text string) ([]byte, error) {
	return a.ask(ctx, &question{title: title, text: text, kind: askLine})
}

// Agree asks a question with one answer or, where no is not "", with two, and
// reports whether it is yes.
func (a *Asking) Agree(ctx context.Context, title, text, yes, no string) (bool, error) {
	answer, err := a.ask(ctx, &question{title: title, text: text, kind: askReply, yes: cmp.Or(yes, "Yes"), no: no})
	return string(answer) == "yes", err
}

// Wait says what is waited for until ctx ends. The operator can refuse to wait
// any longer.
func (a *Asking) Wait(ctx context.Context, title, text string) error {
	_, err := a.ask(ctx, &question{title: title, text: text, kind: askReply})
	return err
}

func (a *Asking) ask(ctx context.Context, q *question) ([]byte, error) {
	q.answer = make(chan []byte, 1)
	a.mu.Lock()
	if a.ended {
		a.mu.Unlock()
		return nil, errUnanswered
	}
	a.queue = append(a.queue, q)
	a.mu.Unlock()
	select {
	case secret := <-q.answer:
		if secret == nil {
			return nil, errUnanswered
		}
		return secret, nil
	case <-ctx.Done():
		a.withdraw(q)
		return nil, context.Cause(ctx)
	}
}

// withdraw forgets a question. An answer that came at the same time is wiped.
func (a *Asking) withdraw(q *question) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = slices.DeleteFunc(a.queue, func(o *question) bool { return o == q })
	select {
	case secret := <-q.answer:
		clear(secret)
	default:
	}
}

// Notice says something that the operator should know, such as that a key
// wants to be touched.
func (a *Asking) Notice(text string) {
	const most = 100 // nobody reads more
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended && len(a.notes) < most {
		a.notes = append(a.notes, text)
	}
}

// end refuses whoever still asks.
func (a *Asking) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended, a.notes = true, nil
	for _, q := range a.queue {
		q.answer <- nil
	}
	a.queue = nil
}

// first is the question that is to be answered now, nil for none, and how many
// wait behind it.
func (a *Asking) first() (q *question, behind int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 {
		return nil, 0
	}
	return a.queue[0], len(a.queue) - 1
}

// settle gives a question its answer, nil for none; it reports false if nobody
// waits for it any more.
func (a *Asking) settle(q *question, secret []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.Index(a.queue, q)
	if i < 0 {
		return false
	}
	a.queue = slices.Delete(a.queue, i, i+1)
	q.answer <- secret
	return true
}

func (a *Asking) takeNotes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	notes := a.notes
	a.notes = nil
	return notes
}

// lookAtAsking shows what was said, and opens the dialog of the first question
// when nothing else is typed or answered: nobody's keys go astray.
func (m *Model) lookAtAsking() {
	a := m.opts.Asking
	if a == nil {
		return
	}
	for _, text := range a.takeNotes() {
		m.say(view.Say{Level: style.Warn, Text: text})
	}
	q, behind := a.first()
	if a.dialog != nil && (q != a.of || m.dialog != a.dialog) { // answered, withdrawn, or closed by somebody
		a.dialog.Wipe()
		if m.dialog == a.dialog {
			m.dialog = nil
		}
		a.dialog, a.of, m.stale = nil, nil, true
	}
	switch {
	case q == nil:
	case a.dialog != nil:
		m.stale = a.dialog.Waits(behind) || m.stale
	case m.dialog == nil && m.typing() == nil:
		a.dialog, a.of = q.dialog(m.env, m.opts.Redact), q
		a.dialog.Waits(behind)
		m.dialog, m.stale = a.dialog, true
	}
}

// answered gives the answer of the dialog that was closed to whoever waits.
func (m *Model) answered(d asked) {
	a := m.opts.Asking
	if secret := d.Take(); a.of == nil || !a.settle(a.of, secret) {
		clear(secret)
	}
	d.Wipe()
	a.dialog, a.of = nil, nil
	m.lookAtAsking() // the next one
}
