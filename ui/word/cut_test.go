package word_test

import (
	"strings"
	"testing"

	"assay/ui/word"
)

func TestApart(t *testing.T) {
	same := strings.Repeat("x", 100)
	for _, c := range []struct {
		a, b string
		room int
		want string
	}{
		{"a", "b", 60, "a -> b"},
		{same + "old" + same, same + "new" + same, 44, "…xxxxxoldxxxxxxxxxx… -> …xxxxxnewxxxxxxxxxx…"},
		{same + "o", same + "n", 44, "…xxxxxxxxxxxxxxxxxxo -> …xxxxxxxxxxxxxxxxxxn"},
		{"o", same, 44, "o -> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"},
	} {
		a, b := word.Apart(c.a, c.b, c.room, word.Ellipsis)
		if got := a + " -> " + b; got != c.want || len([]rune(got)) > c.room {
			t.Errorf("%s and %s: %s", c.a, c.b, got)
		}
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöüß", 2, "ä…"}, {"", 1, ""}} {
		if got := word.Short(c.text, c.n, word.Ellipsis); got != c.want {
			t.Errorf("%q to %d: %q", c.text, c.n, got)
		}
	}
}
