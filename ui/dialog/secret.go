package dialog

import (
	"assay/ui/action"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Secret asks for a password or a passphrase, which is not shown while it is
// typed and is in none of its texts.
type Secret struct {
	Behind int // further questions that wait
	env    view.Env
	title  string
	text   string
	input  *widget.Input
	given  []byte // nil until it is given
}

// NewSecret asks a question; what it says is cleaned where it is drawn.
func NewSecret(env view.Env, title, text string) *Secret {
	s := &Secret{env: env, title: title, text: text, input: widget.NewMasked(env.Style, "> ")}
	s.input.Focus()
	return s
}

// NewLine asks a question whose answer is shown while it is typed.
func NewLine(env view.Env, title, text string) *Secret {
	s := &Secret{env: env, title: title, text: text, input: widget.NewWiped(env.Style, "> ")}
	s.input.Focus()
	return s
}

// Waits says how many further questions wait, and reports whether that is
// new.
func (s *Secret) Waits(behind int) bool {
	is := s.Behind != behind
	s.Behind = behind
	return is
}

// Scope is that of confirmations.
func (s *Secret) Scope() action.Scope { return action.Confirm }

// Input is the line that is typed on.
func (s *Secret) Input() *widget.Input { return s.input }

// Do carries out an intent.
func (s *Secret) Do(in action.Intent) Result {
	switch in.ID {
	case action.Dismiss, action.CancelAnswer, action.InputEsc:
		s.Wipe()
		return Result{Close: true}
	case action.Answer, action.InputDone:
		s.given = s.input.Secret()
		s.input.Wipe()
		return Result{Close: true}
	}
	return Result{}
}

// Take is what was given, for the caller to wipe; nil when it was refused.
func (s *Secret) Take() []byte {
	given := s.given
	s.given = nil
	return given
}

// Wipe overwrites what was typed.
func (s *Secret) Wipe() {
	s.input.Wipe()
	clear(s.given)
	s.given = nil
}

// Click does nothing: there is nothing to click on.
func (s *Secret) Click(int, int) Result { return Result{} }

// Render draws the box. The line to type on is there however small the screen.
func (s *Secret) Render(w, h int) []string {
	st := s.env.Style
	wide := max(term.Width(term.Clean(s.title))+4, min(term.Width(term.Clean(s.text)), widestLine), 44)
	inner, _ := room(w, h, wide, 4)
	lines := view.Fold(s.text, inner)
	if s.Behind > 0 {
		lines = append(lines, word.Count(s.Behind, "more question")+" behind it")
	}
	w, h = room(w, h, inner, len(lines)+2)
	var body []string
	for _, l := range lines[:min(len(lines), max(h-2, 0))] {
		body = append(body, widget.Draw(st, widget.Line{widget.P(l)}, w))
	}
	if h > 1 {
		body = append(body, widget.Draw(st, nil, w))
	}
	body = append(body, s.input.Render(w))
	hints := row(widget.Hint(s.env.Key(action.InputDone), "gives it"), widget.Hint(s.env.Key(action.InputEsc), "refuses"))
	return box(st, s.title, body, hints, w)
}
