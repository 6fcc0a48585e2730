package sops

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Doubt is a place of a file that its MAC does not protect: somebody without
// any key could have made it what it is. That sops' format leaves such places
// is no sign of tampering, so a file with doubts still opens.
type Doubt struct {
	Kind DoubtKind
	Path string // names joined by dots; "" for the top
	Line int    // 0 if not known
}

// DoubtKind tells the kinds of doubts apart.
type DoubtKind string

// The kinds of doubts.
const (
	DoubtClear   DoubtKind = "cleartext"   // a value left in clear: renaming it, or moving text to its neighbour, goes unnoticed
	DoubtFree    DoubtKind = "unprotected" // in clear and outside the MAC (mac_only_encrypted)
	DoubtEmpty   DoubtKind = "empty"       // an empty text, map or list, or null: adding and removing them goes unnoticed
	DoubtType    DoubtKind = "type"        // number, truth, time, or a text that looks like one: which of them goes unnoticed
	DoubtColon   DoubtKind = "colon"       // a name with a colon: it could be two names, one in the other
	DoubtComment DoubtKind = "comment"     // a comment in clear where comments are encrypted
	DoubtMoved   DoubtKind = "moved"       // a comment at another place than it was encrypted for
	DoubtStray   DoubtKind = "stray"       // an encrypted comment that does not open
)

// String says what the doubt is about.
func (d Doubt) String() string {
	what := map[DoubtKind]string{
		DoubtClear:   "is in clear; its name and its borders are not authenticated",
		DoubtFree:    "is in clear and not authenticated at all",
		DoubtEmpty:   "is empty; whether it stands there is not authenticated",
		DoubtType:    "has a type that is not authenticated",
		DoubtColon:   "has a colon in its name, which could be two names",
		DoubtMoved:   "has a comment that was encrypted for another place",
		DoubtStray:   "has an encrypted comment that does not open",
		DoubtComment: "is a comment in clear where others are encrypted",
	}[d.Kind]
	path := d.Path
	if path == "" {
		path = "the top"
	}
	return fmt.Sprintf("line %d: %s %s", d.Line, quote(path), what)
}

// bound notes what is doubtful about a value that decrypted to v.
func (o *opener) bound(l leaf, v any) {
	if _, isComment := v.(comment); !isComment && v != "" && ambiguous(v) {
		o.doubt(l, DoubtType)
	}
	if slices.ContainsFunc(l.path, func(name string) bool { return strings.Contains(name, ":") }) {
		o.doubt(l, DoubtColon)
	}
}

// empties finds what is neither encrypted nor part of the MAC.
func empties(v any, path []string) []Doubt {
	var out []Doubt
	switch v := v.(type) {
	case branch:
		for _, it := range v {
			if it.note != nil {
				continue
			}
			below := append(path[:len(path):len(path)], it.key)
			if empty(it.value) {
				out = append(out, Doubt{DoubtEmpty, strings.Join(below, "."), it.line})
			}
			for _, d := range empties(it.value, below) {
				if d.Line == 0 {
					d.Line = it.line
				}
				out = append(out, d)
			}
		}
	case []any:
		for _, e := range v {
			if empty(e) {
				out = append(out, Doubt{DoubtEmpty, strings.Join(path, "."), 0})
			}
			out = append(out, empties(e, path)...)
		}
	}
	return out
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case branch:
		return !slices.ContainsFunc(v, func(it item) bool { return it.note == nil })
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { _, note := e.(comment); return !note })
	}
	return false
}

// sorted makes a branch of fields by name.
func sorted(fields map[string]any) branch {
	var out branch
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		out = append(out, item{key: name, value: fields[name]})
	}
	return out
}
