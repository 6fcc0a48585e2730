package overlay

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"assay/fleet"
)

// Note is what is written about an entry: why it is there, since when, and
// when it can go. What is not written is "".
type Note struct {
	Reason     string `json:"reason,omitempty"`      // what is broken, or what the entry is for
	RemoveWhen string `json:"remove_when,omitempty"` // "NixOS/nixpkgs#540742 lands on nixos-unstable"
	Added      string `json:"added,omitempty"`       // a day, "2025-10-14"
	Links      []Link `json:"links,omitempty"`       // in the order of the text
}

// IsZero reports whether nothing is written.
func (n *Note) IsZero() bool {
	return n == nil || n.Reason == "" && n.RemoveWhen == "" && n.Added == "" && len(n.Links) == 0
}

// Link is something that a note points to.
type Link struct {
	Kind LinkKind `json:"kind"`
	URL  string   `json:"url,omitempty"` // "" for a number whose repository is not written
	Ref  string   `json:"ref,omitempty"` // "NixOS/nixpkgs#540742", "#540742", or Hydra's "nixpkgs/trunk/duckdb.aarch64-darwin"
}

// LinkKind is what a link leads to.
type LinkKind string

// The kinds of links.
const (
	LinkHydra  LinkKind = "hydra"  // a job or a build of a Hydra
	LinkPull   LinkKind = "pull"   // a pull request
	LinkIssue  LinkKind = "issue"  // an issue
	LinkNumber LinkKind = "number" // a number, of an issue or a pull request: the text does not say which
	LinkCommit LinkKind = "commit" // a commit
	LinkOther  LinkKind = "other"
)

// maxNote bounds how much of a comment is read, in bytes.
const maxNote = 64 << 10

var (
	noteURL    = form(`https?://[^\s<>"'` + "`" + `]+`)
	noteForge  = form(`^https?://[^/]+/([^/]+/[^/]+)/(?:-/)?(pull|pulls|merge_requests|issues|commit)/([0-9a-f]+)`)
	noteHydra  = form(`^https?://[^/]*hydra[^/]*/(?:job/([^/?#]+/[^/?#]+/[^/?#]+)|build/([0-9]+))`)
	noteNumber = form(`(?:^|[\s(\[,])((?:[\w.-]+/)?[\w.-]*)#([0-9]{1,9})\b|\b(?i:(pr|pull request|issue))\s+#?([0-9]{1,9})\b|\b(?i:once|until|when|after)\s+([0-9]{5,7})\b`)
	noteDate   = form(`\b20[0-9]{2}-[01][0-9]-[0-3][0-9]\b`)
	noteTodo   = form(`^(?i:todo|fixme|xxx|hack|note)\b(?:\([^)]*\))?\s*:?\s*`)
	noteKey    = form(`^(?i:(symptom|reason|why|references?|upstream|tracking|see(?: also)?|links?|hydra|issues?|prs?|date added|added(?: on)?|date|since|remov(?:e|al)[ -]?(?:when|once|condition)))\s*:\s*`)
	noteGo     = form(`(?i)\b(?:(?:remove|drop|revert|delete|undo|unpin)(?:d|s|ed)?\b[^:]{0,60}?\b(?:when|once|after|until|if|as soon as)|can go (?:when|once|after)|(?:only )?until|till)[: ]\s*`)
	noteEnd    = form(`[.;]\s+|[.;]$`)
)

// form is compiled when the first note is read.
func form(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// ReadNote reads a comment, with or without its signs, in the forms in which
// people document what they do about a broken package: links to Hydra, pull
// requests and issues, "Symptom: …", "TODO: Remove when …", "drop once 540742
// lands", "Added: 2025-10-13". Text in no such form is the reason.
func ReadNote(comment string) Note {
	var r noteReader
	for line := range strings.SplitSeq(comment[:min(len(comment), maxNote)], "\n") {
		r.line(unsigned(line))
	}
	r.flush()
	r.note.Reason = cmp.Or(strings.Join(r.because, " "), strings.Join(r.prose, " "))
	return r.note
}

// unsigned is a line without the signs of a comment.
func unsigned(line string) string {
	line = strings.ToValidUTF8(strings.TrimSpace(line), "\ufffd")
	line = strings.TrimPrefix(line, "/*")
	line = strings.TrimSuffix(line, "*/")
	return strings.TrimSpace(strings.TrimLeft(line, "#*- \t"))
}

// noteReader collects what lines say. A line without a key goes on with what
// the line before says.
type noteReader struct {
	note    Note
	key     string   // of the open paragraph, in lower case
	text    []string // its lines
	because []string // paragraphs that say that they are the reason
	prose   []string // others
}

func (r *noteReader) line(line string) {
	r.links(line)
	rest := line
	if strings.Contains(line, "://") {
		rest = strings.TrimSpace(noteURL().ReplaceAllString(line, ""))
	}
	todo := noteTodo().FindString(rest)
	rest = rest[len(todo):]
	key := noteKey().FindString(rest)
	if line == "" || todo != "" || key != "" {
		r.flush()
	}
	if key != "" {
		rest = rest[len(key):]
		r.key = strings.ToLower(strings.TrimRight(key, ": \t"))
	}
	if rest = strings.Trim(rest, " \t:-(),"); rest != "" {
		r.text = append(r.text, rest)
	}
}

// flush takes in the open paragraph.
func (r *noteReader) flush() {
	text := strings.Join(strings.Fields(strings.Join(r.text, " ")), " ")
	key := r.key
	r.key, r.text = "", nil
	for _, d := range noteDate().FindAllString(text, -1) {
		if _, err := time.Parse(time.DateOnly, d); err == nil {
			r.note.Added = cmp.Or(r.note.Added, d)
		}
	}
	switch {
	case text == "":
	case strings.HasPrefix(key, "remov"):
		r.note.RemoveWhen = cmp.Or(r.note.RemoveWhen, strings.TrimRight(text, ".;"))
	case key == "symptom", key == "reason", key == "why":
		r.because = append(r.because, r.withoutGoing(text))
	case strings.HasPrefix(key, "added"), strings.HasPrefix(key, "date"), key == "since":
		// the date alone
	default:
		if text = r.withoutGoing(text); strings.Trim(noteDate().ReplaceAllString(text, ""), " .;") != "" {
			r.prose = append(r.prose, text)
		}
	}
}

// withoutGoing takes the condition of removal out of a text.
func (r *noteReader) withoutGoing(text string) string {
	at := noteGo().FindStringIndex(text)
	if at == nil || at[1] == len(text) {
		return text
	}
	condition, after := text[at[1]:], ""
	if end := noteEnd().FindStringIndex(condition); end != nil {
		condition, after = condition[:end[0]], condition[end[1]:]
	}
	if condition = strings.Trim(condition, " ():,"); condition == "" {
		return text
	}
	r.note.RemoveWhen = cmp.Or(r.note.RemoveWhen, condition)
	before := strings.TrimRight(text[:at[0]], " (,:-")
	return strings.TrimSpace(before + " " + after)
}

// links takes in what a line points to.
func (r *noteReader) links(line string) {
	for _, u := range noteURL().FindAllString(line, -1) {
		r.link(linkOf(strings.TrimRight(u, ".,;:!?)]}>")))
	}
	if !strings.ContainsAny(line, "0123456789") {
		return // most lines, and the pattern takes time
	}
	for _, m := range noteNumber().FindAllStringSubmatch(noteURL().ReplaceAllString(line, ""), -1) {
		l := Link{Kind: LinkNumber, Ref: m[1] + "#" + m[2]}
		if n := m[4] + m[5]; n != "" {
			l.Ref = "#" + n
		}
		switch strings.ToLower(m[3]) {
		case "pr", "pull request":
			l.Kind = LinkPull
		case "issue":
			l.Kind = LinkIssue
		}
		r.link(l)
	}
}

func (r *noteReader) link(l Link) {
	if !slices.Contains(r.note.Links, l) {
		r.note.Links = append(r.note.Links, l)
	}
}

// linkOf says what an address leads to.
func linkOf(url string) Link {
	if m := noteHydra().FindStringSubmatch(url); m != nil {
		return Link{LinkHydra, url, cmp.Or(m[1], m[2])}
	}
	m := noteForge().FindStringSubmatch(url)
	if m == nil {
		return Link{LinkOther, url, ""}
	}
	kind := map[string]LinkKind{"issues": LinkIssue, "commit": LinkCommit}[m[2]]
	if kind == LinkCommit {
		return Link{kind, url, m[1] + "@" + m[3]}
	}
	return Link{cmp.Or(kind, LinkPull), url, m[1] + "#" + m[3]}
}

// noteOf is what an entry's comment and keys say; the keys are right where
// both say something. It is nil when nothing is said.
func noteOf(comment string, keys fleet.Hotfix) *Note {
	n := ReadNote(comment)
	n.Reason = cmp.Or(keys.Reason, n.Reason)
	n.RemoveWhen = cmp.Or(keys.RemoveWhen, n.RemoveWhen)
	n.Added = cmp.Or(keys.Added, n.Added)
	if keys.Hydra != "" {
		l := linkOf(keys.Hydra)
		n.Links = append([]Link{l}, slices.DeleteFunc(n.Links, func(o Link) bool { return o == l })...)
	}
	if n.IsZero() {
		return nil
	}
	return &n
}
