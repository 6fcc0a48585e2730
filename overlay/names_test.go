package overlay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	x := NewNames([]string{"ripgrep", "ripgrep-all", "vgrep", "Grep", "grep", "ugrep", "python3Packages.grep-tool", "ripgrep", "a\nb", "", "perlPackages.Grep"})
	for _, c := range []struct {
		query string
		limit int
		want  string
	}{
		{"ripgrep", 9, "ripgrep ripgrep-all"},
		{"GREP", 9, "Grep grep perlPackages.Grep python3Packages.grep-tool ripgrep ripgrep-all ugrep vgrep"},
		{"grep", 3, "Grep grep perlPackages.Grep"},
		{"s.g", 9, "perlPackages.Grep python3Packages.grep-tool"},
		{"", 2, "Grep grep"},
		{"nothing", 9, ""}, {"p\n", 9, ""}, {"grep", 0, ""}, {"\xff", 9, ""},
	} {
		if got := strings.Join(x.Find(c.query, c.limit), " "); got != c.want {
			t.Errorf("%q: %s, want %s", c.query, got, c.want)
		}
	}
	if x := NewNames(nil); x.Len() != 0 || len(x.Find("a", 3)) != 0 || len(x.Find("", 3)) != 0 {
		t.Error("no names")
	}
}

func TestNamesBeginAndNear(t *testing.T) {
	x := NewNames([]string{"ripgrep", "ripgrep-all", "ripMIME", "ripmimes", "ssé", "ssè", "git"})
	for query, want := range map[string]string{"rip": "rip", "RIPG": "ripgrep", "ripm": "ripMIME", "g": "git", "x": "", "ss": "ss", "": ""} {
		if got := x.Begin(query); got != want {
			t.Errorf("%q begins %q, want %q", query, got, want)
		}
	}
	for typed, want := range map[string]string{"ripgerp": "ripgrep", "gti": "git", "éé": "", "": "", "nothing-like-it": ""} {
		if got := x.Near(typed); got != want {
			t.Errorf("%q is near %q, want %q", typed, got, want)
		}
	}
	if !x.Has("ripMIME") || x.Has("ripmime") || x.Has("") || NewNames(nil).Begin("a") != "" || NewNames(nil).Near("a") != "" {
		t.Error("what is there")
	}
}

// many are names like those of nixpkgs: 100,000, a third of them in sets.
func many() []string {
	words := []string{"lib", "python", "go", "rust", "tool", "server", "kit", "view", "grep", "data", "x11", "qt", "gtk", "font"}
	var names []string
	for i := range 100_000 {
		n := fmt.Sprintf("%s%s-%s%d", words[i%14], words[i/14%14], words[i/196%14], i/7)
		if i%3 == 0 {
			n = words[i/3%14] + "Packages." + n
		}
		names = append(names, n)
	}
	return names
}

// FuzzNames compares with going through all names.
func FuzzNames(f *testing.F) {
	names := []string{"a", "b.a", "ab", "ba.ab", "Ab", "c.d.a", "aab", "é"}
	x := NewNames(names)
	f.Add("a")
	f.Add(".")
	f.Add("É")
	f.Fuzz(func(t *testing.T, query string) {
		var want []string
		for _, n := range names {
			if strings.Contains(strings.ToLower(n), strings.ToLower(query)) {
				want = append(want, n)
			}
		}
		got := x.Find(query, len(names))
		if n := x.Count(query); n != len(want) {
			t.Errorf("%q: %d, want %d", query, n, len(want))
		}
		if begin := x.Begin(query); begin != "" && !strings.HasPrefix(strings.ToLower(begin), strings.ToLower(query)) {
			t.Errorf("%q: begins %q", query, begin)
		}
		x.Near(query)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	})
}

func BenchmarkNamesFind(b *testing.B) {
	x := NewNames(many())
	for _, q := range []string{"g", "rip", "python3", "grep99", "toolkit-go140", "no such package"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				x.Find(q, 50)
			}
		})
	}
}

// BenchmarkNamesKey is everything that a key asks for while a name is typed.
func BenchmarkNamesKey(b *testing.B) {
	x := NewNames(many())
	for _, q := range []string{"g", "py", "toolkit-go140", "pyhton-libgo12"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				x.Find(q, 5)
				x.Count(q)
				x.Begin(q)
				x.Near(q)
			}
		})
	}
}

func BenchmarkNewNames(b *testing.B) {
	names := many()
	for b.Loop() {
		NewNames(names)
	}
}
