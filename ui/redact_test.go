package ui

import (
	"errors"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
)

// TestKnownSecretsAreNotShown: of whatever is said and asked, by whom ever, the
// console leaves a known secret out, in the messages too.
func TestKnownSecretsAreNotShown(t *testing.T) {
	const known, encoded = "open sesame", "b3BlbiBzZXNhbWU"
	var r secret.Redactor
	r.Know(secret.New([]byte(known)))
	a := &Asking{}
	operate(t, func(c *console) {
		shown := func(texts ...string) {
			c.t.Helper()
			c.see(append(texts, secret.Redacted)...)
			c.missing(known, encoded)
		}
		a.Notice("age-plugin-demo: is it " + known + "?")
		shown("age-plugin-demo: is it")
		c.say(failed("Not written", errors.New(encoded+"\nand more: "+known)))
		c.press("!")
		shown("Messages", "Not written", "age-plugin-demo: is it")
		c.press("enter")
		c.missing(known, encoded)
		c.press("esc", "esc")
		for _, m := range c.messages.all {
			if text := m.Text + m.More; strings.Contains(text, known) || strings.Contains(text, encoded) {
				c.t.Errorf("the secret is in a message: %q", text)
			}
		}

		got := asks(c.t.Context(), a, "passphrase, which is not "+known)
		shown("passphrase, which is not")
		c.press("esc")
		<-got
		agreed := make(chan error, 1)
		go func() {
			_, err := a.Agree(c.t.Context(), known, known+"?", "use "+known, "leave "+known)
			agreed <- err
		}()
		shown("[ use [secret] ]", "[ leave [secret] ]")
		c.press("esc")
		<-agreed

		c.openConfirmation(view.Confirm{Title: "Do " + known, Lines: []widget.Line{nil, {widget.P("first"), widget.R(style.Muted, " is "+known)}}, Yes: "With " + known})
		c.press("tab")
		shown("Do [secret]", "first is [secret]", "[ With [secret] ]")
	}, func(o *Options) { o.Asking, o.Redact = a, r.Clean })
}
