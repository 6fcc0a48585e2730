package outline

import (
	"strconv"
	"strings"

	"assay/fleet"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// Item is one line of an Outline and what it stands for.
type Item struct {
	widget.Node           // Children are filled by Add
	Link        view.Link // where enter leads; without one it opens and closes what is below
	At          fleet.Pos // where it is written
	Copy        string    // what is copied: a name, a path, a value
	What        string    // what that is: "the option's path"
	Words       []string  // what a filter looks through; nil follows what is above or below
	Number      int       // for the owner, such as a generation's number
	// More makes what is below once somebody wants to see it, for items of
	// which there are thousands. It must make something; no filter finds it.
	More func() []*Item

	below []*Item
	words string // Words as a filter reads them, once it did
}

// Add puts items below this one and returns it.
func (it *Item) Add(below ...*Item) *Item {
	for _, b := range below {
		it.below = append(it.below, b)
		it.Children = append(it.Children, &b.Node)
	}
	return it
}

// Note returns a line that is there to be read only; the cursor skips it.
func Note(id string, spans ...widget.Span) *Item {
	return &Item{Node: widget.Node{ID: id, Line: spans, Heading: true}}
}

// matches reports whether all of the terms, which are in lower case, occur.
func (it *Item) matches(terms []string) bool {
	if it.Words == nil {
		return false
	}
	if it.words == "" {
		it.words = strings.ToLower(strings.Join(it.Words, "\n"))
	}
	for _, t := range terms {
		if !strings.Contains(it.words, t) {
			return false
		}
	}
	return true
}

// Widest returns how many columns the widest of the texts takes, at most most.
func Widest[T any](list []T, text func(T) string, most int) int {
	w := 0
	for _, x := range list {
		w = max(w, term.Width(term.Clean(text(x))))
	}
	return min(w, most)
}

// Near is a place with no more of its directories than the last one: enough
// to know it again at the right of a line. The whole place is what opens.
func Near(at fleet.Pos) widget.Line {
	if name := strings.LastIndexByte(at.File, '/'); name > 0 {
		at.File = at.File[strings.LastIndexByte(at.File[:name], '/')+1:]
	}
	return widget.Line{widget.R(style.Muted, at.String())}
}

// Notes makes one note of each line, such as those that say why there is
// nothing else.
func Notes(id string, lines []widget.Line) []*Item {
	var out []*Item
	for i, l := range lines {
		out = append(out, Note(id+" "+strconv.Itoa(i), l...))
	}
	return out
}
