package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// given is what somebody who asked has got.
type given struct {
	secret string
	err    error
}

func asks(ctx context.Context, a *Asking, text string) <-chan given {
	got := make(chan given, 1)
	go func() {
		secret, err := a.Secret(ctx, "Password", text)
		got <- given{string(secret), err}
	}()
	return got
}

func asking(t *testing.T, f func(c *console, a *Asking)) {
	a := &Asking{}
	operate(t, func(c *console) { f(c, a) }, func(o *Options) { o.Asking = a })
}

func TestSecretIsAskedFor(t *testing.T) {
	asking(t, func(c *console, a *Asking) {
		got := asks(c.t.Context(), a, "drill: sudo password of deploy")
		c.see("drill: sudo password of deploy", "refuses")
		c.press("s", "q", "space", "U", "backspace", "ö")
		c.see("> ****")
		c.missing("sq", "ö")
		c.press("enter")
		if g := <-got; g.secret != "sq ö" || g.err != nil {
			t.Errorf("%q, %v", g.secret, g.err)
		}
		c.missing("sudo password")
		if strings.Contains(c.page.text(), "sq ö") {
			t.Error("the password is on the screen")
		}
		for _, m := range c.messages.all {
			if strings.Contains(m.Text, "sq") || strings.Contains(m.More, "sq") {
				t.Errorf("the password is in a message: %q", m.Text)
			}
		}
	})
}

func TestSecretsQueue(t *testing.T) {
	asking(t, func(c *console, a *Asking) {
		one := asks(c.t.Context(), a, "question one")
		c.see("question one")
		ctx, cancel := context.WithCancel(c.t.Context())
		two, three := asks(ctx, a, "question two"), asks(c.t.Context(), a, "question three")
		c.see("question one", "2 more questions behind it")
		c.press("x", "esc")
		if g := <-one; !errors.Is(g.err, errUnanswered) || g.secret != "" {
			t.Errorf("refused: %+v", g)
		}
		q, _ := a.first()
		c.see(q.text)
		cancel()
		if g := <-two; !errors.Is(g.err, context.Canceled) {
			t.Errorf("withdrawn: %+v", g)
		}
		c.see("question three")
		c.missing("question two")
		c.press("y", "enter")
		if g := <-three; g.secret != "y" {
			t.Errorf("what was typed before is there: %+v", g)
		}
	})
}

// TestSecretWaitsForTyping: keys that are meant for a filter or a dialog do not
// become a password.
func TestSecretWaitsForTyping(t *testing.T) {
	asking(t, func(c *console, a *Asking) {
		c.press("/", "c")
		got := asks(c.t.Context(), a, "drill: password")
		c.missing("drill: password")
		c.press("esc")
		c.see("drill: password")
		c.take(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("pasted\nmore"), Paste: true})
		c.press("enter")
		if g := <-got; g.secret != "pasted" {
			t.Errorf("%+v", g)
		}
		got = asks(c.t.Context(), a, "drill: again")
		c.see("drill: again")
		c.press("ctrl+c")
		if g := <-got; !errors.Is(g.err, errUnanswered) {
			t.Errorf("interrupted: %+v", g)
		}
		c.missing("drill: again")
	})
}

func TestNotices(t *testing.T) {
	asking(t, func(c *console, a *Asking) {
		a.Notice("drill: touch your key")
		c.see("drill: touch your key")
		c.pass(5 * time.Second)
		c.missing("drill: touch your key")
		c.press("m")
	})
}

func TestNobodyAnswersAfterTheEnd(t *testing.T) {
	a := &Asking{}
	got := asks(t.Context(), a, "before")
	for {
		if q, _ := a.first(); q != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	a.end()
	if g := <-got; !errors.Is(g.err, errUnanswered) {
		t.Errorf("%+v", g)
	}
	if _, err := a.Secret(t.Context(), "", ""); !errors.Is(err, errUnanswered) {
		t.Errorf("after the end: %v", err)
	}
}

// TestRepliesAreAskedFor: questions of a plugin that take a line that is shown,
// one of two answers, or nothing but patience.
func TestRepliesAreAskedFor(t *testing.T) {
	type reply struct {
		text string
		yes  bool
		err  error
	}
	asking(t, func(c *console, a *Asking) {
		got := make(chan reply, 1)
		go func() {
			line, err := a.Line(c.t.Context(), "age-plugin-demo", "which slot?")
			got <- reply{text: string(line), err: err}
		}()
		c.see("age-plugin-demo", "which slot?")
		c.press("9", "q")
		c.see("> 9q")
		c.press("enter")
		if r := <-got; r.text != "9q" || r.err != nil {
			t.Errorf("%+v", r)
		}
		for _, k := range []struct {
			keys []string
			yes  bool
			err  error
		}{{[]string{"enter"}, false, nil}, {[]string{"tab", "enter"}, true, nil}, {[]string{"n"}, false, nil}, {[]string{"esc"}, false, errUnanswered}} {
			go func() {
				yes, err := a.Agree(c.t.Context(), "age-plugin-demo", "really\x1b[31m?", "use it", "leave it")
				got <- reply{yes: yes, err: err}
			}()
			c.see("really?", "[ use it ]", "[ leave it ]")
			c.press(k.keys...)
			if r := <-got; r.yes != k.yes || !errors.Is(r.err, k.err) {
				t.Errorf("%q: %+v", k.keys, r)
			}
			c.missing("really?")
		}
		ctx, over := context.WithCancel(c.t.Context())
		wait := func() { got <- reply{err: a.Wait(ctx, "age-plugin-demo", "touch the key?")} }
		go wait()
		c.see("touch the key?", "stops it")
		c.press("enter")
		c.see("touch the key?")
		c.press("esc")
		if r := <-got; !errors.Is(r.err, errUnanswered) {
			t.Errorf("%+v", r)
		}
		c.missing("touch the key?")
		go wait()
		c.see("touch the key?")
		over()
		if r := <-got; !errors.Is(r.err, context.Canceled) {
			t.Errorf("%+v", r)
		}
		c.missing("touch the key?")
	})
}
