package syntax

import (
	"strings"
	"testing"
)

const commented = `# file header

# far above

# above imports 1
# above imports 2
{
  # broken since May
  # https://hydra.example.org/x
  a.b = 1; # behind a

  inherit (stable) # behind the source
    # above one
    one # behind one
    two three; # behind three

  # above both
  inherit x y;
  # detached from list

  list = [ # behind the bracket
    /* inline */ p /* for q */ q
    r # behind r 1
    # above s 1
    /* above s 2
     * second line */
    s
    # at the end
  ]; # behind list
  f = {
    # above formal
    arg ? 1, # behind formal
    ...
  }: arg;
  g = 1; /* block */ # and line
  h = 1; i = 2; # behind i
  j = 1; /* before k */ k = 1;
  # last
}
`

// TestCommentsOf asks for the comments of bindings, list elements, inherited names and formals by their source text.
func TestCommentsOf(t *testing.T) {
	f := mustParse(t, commented)
	want := map[string]string{ // leading lines / trailing lines
		"a.b = 1;": "broken since May|https://hydra.example.org/x / behind a",
		"one":      "above one / behind one", "two": " / ", "three": " / behind three",
		"inherit x y;": "above both / ", "y": " / ",
		"list = [ # behind the bracket": " / behind list", "p": "inline / ", "q": "for q / ", "r": " / behind r 1", "s": "above s 1|above s 2|second line / ",
		"arg ? 1": "above formal / behind formal",
		"g = 1;":  " / block|and line", "h = 1;": " / ", "i = 2;": " / behind i", "j = 1;": " / ", "k = 1;": "before k / ",
	}
	seen := 0
	Inspect(f.Root, func(n Node) bool {
		text, _, _ := strings.Cut(f.Text(n), "\n")
		w, ok := want[text]
		if !ok {
			return true
		}
		a := f.CommentsOf(n)
		if got := words(a.Leading) + " / " + words(a.Trailing); got != w {
			t.Errorf("%T %s: %q, want %q", n, text, got, w)
		}
		seen++
		return true
	})
	if seen < len(want) {
		t.Errorf("only %d of %d nodes were there", seen, len(want))
	}
	root := f.CommentsOf(f.Root)
	if got := words(root.Leading); got != "above imports 1|above imports 2" {
		t.Errorf("comments of the file's expression: %q", got)
	}
	if len(f.Comments) != 28 {
		t.Errorf("%d comments in all", len(f.Comments))
	}
}

func words(comments []Comment) string {
	return strings.ReplaceAll(Attached{Leading: comments}.Text(), "\n", "|")
}

func TestCommentText(t *testing.T) {
	for src, want := range map[string]string{
		"# a":                       "a",
		"## a ##":                   "a ##",
		"#":                         "",
		"/* a */":                   "a",
		"/**/":                      "",
		"/** a\n   * b\n\n   c\n*/": "a|b||c",
		"/*\r\n a\r\n*/":            "a",
	} {
		f := mustParse(t, src+"\n1")
		if got := strings.Join(f.Comments[0].Lines(), "|"); got != want {
			t.Errorf("%q has the lines %q, want %q", src, got, want)
		}
		if !f.Comments[0].OwnLine {
			t.Errorf("%q: not on its own line", src)
		}
	}
}

func TestAttachedEmpty(t *testing.T) {
	f := mustParse(t, "[ a ] # b")
	if !f.CommentsOf(f.Root.(*List).Elems[0]).Empty() {
		t.Error("comment behind the list belongs to its element")
	}
	if a := f.CommentsOf(f.Root); a.Empty() || a.Text() != "b" {
		t.Errorf("comment of the list: %q", a.Text())
	}
}

// TestLineEnds: CRLF and CR end lines like LF.
func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		f := mustParse(t, strings.Join([]string{"{", " # above", " a = 1; # behind", " b = 2;", "}"}, end))
		b := f.Root.(*Attrs).Bindings
		a := f.CommentsOf(b[0])
		if words(a.Leading) != "above" || words(a.Trailing) != "behind" || !f.CommentsOf(b[1]).Empty() {
			t.Errorf("%q: %+v, %+v", end, a, f.CommentsOf(b[1]))
		}
		if p := f.Position(b[1].Range().Start); p.Line != 4 || p.Column != 2 {
			t.Errorf("%q: b at %v", end, p)
		}
	}
}
