package care

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"assay/fleet"
	"assay/modules/syntax"
	"assay/overlay"
)

// ErrByHand is that a Nix file is written in a way in which no patch is made.
var ErrByHand = errors.New("no patch is made of this file")

// TakeOut returns a Nix file's text without the hotfix that defines a package
// at a place: a name of an inherit or a binding, with the comment that is
// about it alone.
func TakeOut(src []byte, pkg string, at fleet.Pos) ([]byte, error) {
	n, err := find(src, pkg, at)
	if err != nil {
		return nil, err
	}
	start, end := n.binding.Range().Start, n.end
	about := n.file.CommentsOf(n.binding).Leading
	if in, ok := n.binding.(*syntax.Inherit); ok && len(in.Names) > 1 {
		start, end = n.name.Start, n.name.End
		about = n.file.CommentsOf(n.name).Leading
	}
	text := string(src)
	from, to := int(start), int(end)
	if alone(text, from, to) {
		if heading(text[lineEnd(text, to):], syntax.Attached{Leading: about}.Text(), pkg) {
			about = nil
		}
		for _, c := range slices.Backward(about) {
			if alone(text, int(c.Start), int(c.End)) {
				from = int(c.Start)
			}
		}
		from, to = lineStart(text, from), lineEnd(text, to)
	} else {
		if len(about) > 0 {
			from = int(about[0].Start)
		}
		from = len(strings.TrimRightFunc(text[:from], unicode.IsSpace))
	}
	return checked(n.file, at, text[:from]+text[to:])
}

var (
	sibling = regexp.MustCompile(`^[ \t]*(?:"|[A-Za-z_])`)
	letIn   = regexp.MustCompile(`^[ \t]*in\b`)
	because = regexp.MustCompile(`(?im)^(?:reason|symptom|why)\b`)
)

// heading reports whether a comment is over several bindings rather than about
// the first alone: another one without a comment follows, which behind begins
// with, and it is prose that does not name the package.
func heading(behind, comment, pkg string) bool {
	if comment == "" || !sibling.MatchString(behind) || letIn.MatchString(behind) {
		return false
	}
	n := overlay.ReadNote(comment)
	return n.Added == "" && n.RemoveWhen == "" && len(n.Links) == 0 && !strings.Contains(comment, pkg) && !because.MatchString(comment)
}

// PutIn returns a Nix file's text with one more hotfix behind the one that
// defines beside at a place, taken from the same channel and written as it is.
func PutIn(src []byte, beside string, at fleet.Pos, h fleet.Hotfix) ([]byte, error) {
	n, err := find(src, beside, at)
	if err != nil {
		return nil, err
	}
	from := ""
	switch b := n.binding.(type) {
	case *syntax.Inherit:
		if b.From != nil {
			from = string(src[b.From.Range().Start:b.From.Range().End])
		}
	case *syntax.Assign:
		if s, ok := syntax.Unparen(b.Value).(*syntax.Select); ok && s.Default == nil && len(s.Path) > 1 {
			from = strings.TrimRight(string(src[s.Start:s.Path[len(s.Path)-1].Start]), ". \t\r\n")
		}
	}
	text := string(src)
	if from = strings.TrimSuffix(strings.TrimPrefix(from, "("), ")"); from == "" || strings.ContainsAny(from, "\n#") || !alone(text, int(n.binding.Range().Start), int(n.end)) {
		return nil, fmt.Errorf("%w: how %s is taken at %s is not simple enough", ErrByHand, beside, at)
	}
	first := int(n.binding.Range().Start)
	indent := text[lineStart(text, first):first]
	eol := "\n"
	if strings.HasSuffix(text[:lineEnd(text, first)], "\r\n") {
		eol = "\r\n"
	}
	var b strings.Builder
	for _, line := range noteLines(h) {
		b.WriteString(strings.TrimRight(indent+"# "+line, " ") + eol)
	}
	b.WriteString(indent + "inherit (" + from + ") " + attribute(h.Package) + ";" + eol)
	put := lineEnd(text, int(n.end))
	before := text[:put]
	if !strings.HasSuffix(before, "\n") {
		before += eol
	}
	return checked(n.file, at, before+b.String()+text[put:])
}

var identifier = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_'-]*$`)

// attribute is a package's name as Nix has it.
func attribute(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return `"` + name + `"`
}

// noteLines are what a hotfix says, in the form that overlay.ReadNote reads.
func noteLines(h fleet.Hotfix) []string {
	var lines []string
	one := func(prefix, text string) {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			lines = append(lines, prefix+text)
		}
	}
	one("", h.Hydra)
	one("Reason: ", h.Reason)
	one("Added: ", h.Added)
	one("TODO: Remove when ", h.RemoveWhen)
	return lines
}

// found is where a Nix file defines a package.
type found struct {
	file    *syntax.File
	binding syntax.Binding
	name    *syntax.AttrName
	end     syntax.Pos // of the binding, behind its semicolon
}

// find looks for the binding of a package on a line.
func find(src []byte, pkg string, at fleet.Pos) (found, error) {
	f, err := syntax.Parse(at.File, src)
	if err != nil {
		return found{}, err
	}
	var all []found
	here := func(n *syntax.AttrName) bool {
		return n.Static() && n.Name == pkg && f.Position(n.Start).Line == at.Line
	}
	syntax.Inspect(f.Root, func(n syntax.Node) bool {
		switch b := n.(type) {
		case *syntax.Inherit:
			for i := range b.Names {
				if here(&b.Names[i]) {
					all = append(all, found{f, b, &b.Names[i], b.End})
				}
			}
		case *syntax.Assign:
			if len(b.Path) == 1 && here(&b.Path[0]) {
				all = append(all, found{f, b, &b.Path[0], b.End})
			}
		}
		return true
	})
	if len(all) != 1 {
		return found{}, fmt.Errorf("%w: %s is not one name at %s; hint: edit it by hand", ErrByHand, pkg, at)
	}
	return all[0], nil
}

// checked returns a text that Nix reads if it reads the file as it was.
func checked(was *syntax.File, at fleet.Pos, text string) ([]byte, error) {
	f, err := syntax.Parse(at.File, []byte(text))
	if err == nil && syntax.CheckScope(was) == nil {
		err = syntax.CheckScope(f)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: what the patch would leave is wrong at %v; hint: edit it by hand", ErrByHand, err)
	}
	return []byte(text), nil
}

// alone reports whether nothing else is on the lines of a range, but a
// comment behind it.
func alone(text string, from, to int) bool {
	before, after := text[lineStart(text, from):from], strings.TrimSpace(text[to:lineEnd(text, to)])
	return strings.TrimSpace(before) == "" && (after == "" || strings.HasPrefix(after, "#"))
}

func lineStart(text string, at int) int { return strings.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd is where the line after that of an offset begins; a range that ends
// with a line is not extended.
func lineEnd(text string, at int) int {
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}
