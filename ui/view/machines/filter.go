package machines

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/ui/action"
)

// filter is what is typed and what it means. A single plain word means the
// machines whose names have it in them; everything else is a selector. What
// follows exactly is a selector too: so a name means that machine alone, as on
// the command line. What is not a selector leaves the last one that was in
// force.
type filter struct {
	applied  string // the text that is in force
	word     string // the plain word; "" where it is a selector
	selector fleet.Selector
	err      *fleet.SyntaxError // of what is typed
}

// exactly begins a filter that means what it would on the command line.
const exactly = "="

func (f *filter) empty() bool { return f.applied == "" }

// set takes what is typed.
func (f *filter) set(text string) {
	text = strings.TrimSpace(text)
	f.err = nil
	switch {
	case text == "":
		*f = filter{}
	case plainWord(text):
		*f = filter{applied: text, word: text}
	default:
		source, exact := strings.CutPrefix(text, exactly)
		selector, err := fleet.ParseSelector(source)
		if bad, ok := errors.AsType[*fleet.SyntaxError](err); ok {
			if exact {
				bad.Column += len(exactly)
			}
			f.err = bad
			return
		}
		*f = filter{applied: text, selector: selector}
	}
}

// needsSubjects reports whether the answer depends on what has to be read
// first: compositions, or the last run.
func (f *filter) needsSubjects() bool {
	return f.word == "" && (f.selector.NeedsAspects() || f.selector.NeedsRuns())
}

// asksFacts reports whether the answer may change without the fleet or the
// filter changing.
func (f *filter) asksFacts() bool {
	return f.word == "" && (f.selector.NeedsFacts() || f.needsSubjects())
}

// plainWord reports whether text is a word that means nothing special in a
// selector: part of a name.
func plainWord(text string) bool {
	if text == "" || fleet.Reserved(text) || text[0] == '-' {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return false
		}
		return !strings.ContainsRune("-_.", r)
	})
}

// found is what a filter found.
type found struct {
	places  []int  // of the machines, in the natural order of their names
	unknown int    // of how many machines it is not known
	note    string // what else there is to say
	why     error  // why nothing was found
}

// find applies the filter to what is known now.
func (v *View) find() found {
	switch {
	case v.filter.empty():
		return found{places: v.places.of(v.env.Known.Fleet).order}
	case v.filter.word != "":
		return v.findWord(v.filter.word)
	}
	return v.findSelector()
}

func (v *View) findWord(word string) (out found) {
	machines, low := v.env.Known.Fleet.Machines, strings.ToLower(word)
	for _, i := range v.places.of(v.env.Known.Fleet).order {
		if strings.Contains(strings.ToLower(machines[i].Name), low) {
			out.places = append(out.places, i)
		}
	}
	switch {
	case len(out.places) == 0:
		out.why = v.noName(word)
	case len(out.places) > 1 && v.env.Known.Fleet.Machine(word) != nil:
		out.note = exactly + word + " is one"
	}
	return out
}

func (v *View) findSelector() (out found) {
	all := v.subjects.now(v.env.Known)
	selection, err := v.filter.selector.Select(all)
	out.unknown, out.why = len(selection.Unknown), err
	next := 0
	for _, name := range selection.Machines { // in the order of the subjects
		for all[next].Machine.Name != name {
			next++
		}
		out.places = append(out.places, next)
		next++
	}
	v.places.of(v.env.Known.Fleet).sort(out.places)
	if err == nil && len(selection.Unmatched) > 0 {
		out.note = selection.Unmatched[0].String()
	}
	return out
}

// noName says that no machine's name has the word in it, and what it may have
// been meant to be.
func (v *View) noName(word string) error {
	text := fmt.Sprintf("no machine has %q in its name", word)
	if meant := v.meant(word); meant != "" {
		text += "; " + meant
	}
	return errors.New(text)
}

func (v *View) meant(word string) string {
	f := v.env.Known.Fleet
	var names []string
	for i := range f.Machines {
		m := &f.Machines[i]
		switch {
		case slices.Contains(m.AllTags(), word):
			return fmt.Sprintf("it is a tag: @%s", word)
		case m.User == word:
			return fmt.Sprintf("it is a user: user:%s", word)
		case m.System == word:
			return fmt.Sprintf("it is a system: system:%s", word)
		}
		names = append(names, m.Name)
	}
	if slices.Contains(fleet.ValuesOf(fleet.KindState), word) {
		return fmt.Sprintf("it is a state: state:%s", word)
	}
	if _, ok := ranks[word]; ok {
		return fmt.Sprintf("it is a state: %s chooses one", v.env.Key(action.States))
	}
	if words := candidates(v.env.Known, word); len(words) > 0 {
		return v.env.Key(action.InputNext) + " completes it to " + words[0]
	}
	if near := fleet.Nearest(word, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}
