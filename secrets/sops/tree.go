package sops

import (
	"fmt"
	"strings"
	"time"
)

// A document is a branch. Its values are string, int, float64, bool,
// time.Time, nil, branch, []any and, in lists only, comment.
type (
	branch []item
	item   struct {
		key   string
		value any
		line  int      // in the file; 0 if not known
		note  *comment // set in an item that is a comment, which has no key
	}
	comment struct {
		text   string // without the number sign
		inline bool   // it stands behind what follows, not above it
		opened bool   // it was decrypted: then sops puts it above nevertheless
	}
)

const (
	maxNest = 300     // how deep values stand in one another
	maxPath = 8 << 10 // bytes of the names on the way to a value, which all below it repeat
)

// leaf is what a visitor sees of a value.
type leaf struct {
	value    any // string, int, float64, bool, time.Time or comment
	path     []string
	comments *remark // the last of those that apply
	line     int
	inList   bool
}

// remark is a comment that applies to what follows it, and to what is below
// that. A nil remark is none.
type remark struct {
	text   string
	before *remark // that applies too: above it, or above what both are in

	asked, matches bool // whether one of the chain matches; see selection.anyComment
}

// aad binds a value to its place: the names on the way, each closed with a
// colon. Positions in lists are not part of it.
func (l leaf) aad() string { return strings.Join(l.path, ":") + ":" }

// where names the place for people.
func (l leaf) where() string {
	if len(l.path) == 0 {
		return "the top"
	}
	return quote(strings.Join(l.path, "."))
}

// visitor returns what stands in the value's place.
type visitor func(leaf) (any, error)

// walk visits the document in order and replaces values in place. Null and
// empty maps and lists are passed over, as sops passes over them.
func walk(doc branch, visit visitor) error {
	return walkBranch(doc, nil, nil, visit)
}

func walkBranch(b branch, path []string, above *remark, visit visitor) error {
	comments := above
	for i := range b {
		it := &b[i]
		if it.note != nil {
			comments = &remark{text: it.note.text, before: comments}
			out, err := visit(leaf{*it.note, path, comments, it.line, false})
			if err != nil {
				return err
			}
			switch out := out.(type) {
			case comment:
				it.note = &out
			case string:
				it.note = &comment{text: out, inline: it.note.inline}
			default:
				return fmt.Errorf("line %d: %w: a comment became a value", it.line, ErrFormat)
			}
			continue
		}
		below := append(path[:len(path):len(path)], it.key)
		if pathSize(below) > maxPath {
			return fmt.Errorf("line %d: %w: the names on the way to a value are too long", it.line, ErrFormat)
		}
		out, err := walkValue(it.value, below, comments, it.line, false, visit)
		if err != nil {
			return err
		}
		it.value, comments = out, above
	}
	return nil
}

func pathSize(path []string) (n int) {
	for _, name := range path {
		n += len(name)
	}
	return n
}

func walkList(list []any, path []string, above *remark, line int, visit visitor) error {
	comments := above
	for i, v := range list {
		c, isComment := v.(comment)
		if isComment {
			comments = &remark{text: c.text, before: comments}
		}
		out, err := walkValue(v, path, comments, line, true, visit)
		if err != nil {
			return err
		}
		list[i] = out
		if !isComment {
			comments = above
		}
	}
	return nil
}

func walkValue(v any, path []string, comments *remark, line int, inList bool, visit visitor) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case branch:
		return v, walkBranch(v, path, comments, visit)
	case []any:
		return v, walkList(v, path, comments, line, visit)
	case string, int, float64, bool, time.Time, comment:
		return visit(leaf{v, path, comments, line, inList})
	}
	return nil, fmt.Errorf("line %d: %w: a kind of value that sops does not know", line, ErrFormat)
}

// copyBranches is copyBranch of each document.
func copyBranches(docs []branch) []branch {
	out := make([]branch, len(docs))
	for i := range docs {
		out[i] = copyBranch(docs[i])
	}
	return out
}

// copyBranch copies the structure, so that walk can change one of the two.
func copyBranch(b branch) branch {
	out := make(branch, len(b))
	for i, it := range b {
		it.value = copyValue(it.value)
		out[i] = it
	}
	return out
}

func copyValue(v any) any {
	switch v := v.(type) {
	case branch:
		return copyBranch(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = copyValue(v[i])
		}
		return out
	}
	return v
}
