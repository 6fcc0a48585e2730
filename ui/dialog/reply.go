package dialog

import (
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// Reply is a question of somebody else's, with the answers that he offers: two,
// one, or none where he only says what he waits for. It can always be refused.
type Reply struct {
	behind  int
	env     view.Env
	title   string
	text    string
	answers []string // the last is yes
	focus   int
	given   []byte // "yes" or "no"; nil until it is given
}

// NewReply asks a question; what it says is cleaned where it is drawn. The
// focus is on no where there is one.
func NewReply(env view.Env, title, text, yes, no string) *Reply {
	r := &Reply{env: env, title: title, text: text}
	for _, a := range []string{no, yes} {
		if a != "" {
			r.answers = append(r.answers, a)
		}
	}
	return r
}

// Scope is that of confirmations.
func (r *Reply) Scope() action.Scope { return action.Confirm }

// Input is nil: nothing is typed.
func (r *Reply) Input() *widget.Input { return nil }

// Do carries out an intent.
func (r *Reply) Do(in action.Intent) Result {
	switch in.ID {
	case action.Dismiss:
		return Result{Close: true}
	case action.CancelAnswer:
		if len(r.answers) > 1 {
			r.given = []byte("no")
		}
		return Result{Close: true}
	case action.OtherButton:
		r.focus = (r.focus + 1) % max(len(r.answers), 1)
	case action.Answer:
		if len(r.answers) == 0 {
			return Result{}
		}
		r.given = []byte("no")
		if r.focus == len(r.answers)-1 {
			r.given = []byte("yes")
		}
		return Result{Close: true}
	}
	return Result{}
}

// Take is what was answered, nil when it was refused.
func (r *Reply) Take() []byte { return r.given }

// Wipe does nothing: an answer is no secret.
func (r *Reply) Wipe() {}

// Waits says how many further questions wait, and reports whether that is
// new.
func (r *Reply) Waits(behind int) bool {
	is := r.behind != behind
	r.behind = behind
	return is
}

// Click does nothing: the answers are given with keys.
func (r *Reply) Click(int, int) Result { return Result{} }

// Render draws the box. The answers are there however small the screen.
func (r *Reply) Render(w, h int) []string {
	st := r.env.Style
	wide := max(term.Width(term.Clean(r.title))+4, min(term.Width(term.Clean(r.text)), widestLine), 52)
	inner, _ := room(w, h, wide, 4)
	lines := view.Fold(r.text, inner)
	if r.behind > 0 {
		lines = append(lines, word.Count(r.behind, "more question")+" behind it")
	}
	fixed := 2 * min(len(r.answers), 1) // an empty line, the answers
	w, h = room(w, h, inner, len(lines)+fixed)
	var body []string
	for _, l := range lines[:min(len(lines), max(h-fixed, 1))] {
		body = append(body, widget.Draw(st, widget.Line{widget.P(l)}, w))
	}
	stops := widget.Hint(r.env.Key(action.Dismiss), "stops it")
	if len(r.answers) == 0 {
		return box(st, r.title, body, row(stops), w)
	}
	var buttons widget.Line
	for i, a := range r.answers {
		if i > 0 {
			buttons = append(buttons, widget.P("  "))
		}
		if i == r.focus {
			buttons = append(buttons, widget.R(style.Selected, st.Glyphs.Cursor+"[ "+a+" ]"))
		} else {
			buttons = append(buttons, widget.P(" [ "+a+" ]"))
		}
	}
	body = append(body, widget.Draw(st, nil, w), widget.Draw(st, buttons, w))
	return box(st, r.title, body, row(widget.Hint(r.env.Key(action.OtherButton), "other answer"), widget.Hint(r.env.Key(action.Answer), "answer"), stops), w)
}
