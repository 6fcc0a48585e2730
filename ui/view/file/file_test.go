package file

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

var (
	_ view.View     = (*View)(nil)
	_ view.Typing   = (*View)(nil)
	_ view.Clicking = (*View)(nil)
)

const top = "../../.."

// of returns a view of one of the example fleet's files.
func of(t testing.TB, path string, line int) *View {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, path))
	if err != nil {
		t.Fatal(err)
	}
	return holding(viewtest.Known(t), path, line, string(text))
}

func holding(k *known.Known, path string, line int, text string) *View {
	k.Files[path] = &known.Loaded[[]byte]{Value: []byte(text), At: viewtest.Now}
	return New(viewtest.Env(k), view.Link{Place: view.File, Name: path, Line: line})
}

// bare is what is known where nothing is.
func bare() *known.Known { return known.New(&fleet.Fleet{}, viewtest.Now) }

func TestGolden(t *testing.T) {
	viewtest.Golden(t, "server", of(t, "modules/aspects/nixos/server.nix", 5))
	viewtest.Golden(t, "registry", of(t, "fleet.toml", 173))
	v := of(t, "fleet.toml", 1)
	viewtest.Do(v, "text.search")
	viewtest.Type(v, "hotfix")
	viewtest.Golden(t, "search", v)
	viewtest.Do(v, "typing.accept", "text.wrap")
	viewtest.Golden(t, "wrap", v)
	viewtest.Golden(t, "binary", holding(bare(), "logo.png", 1, "\x89PNG\x00\x01"))
	viewtest.Golden(t, "large", holding(bare(), "notes", 1, strings.Repeat("x", mostBytes+1)))
	viewtest.Golden(t, "lines", holding(bare(), "notes", 1, strings.Repeat("\n", mostLines+1)))
	viewtest.Golden(t, "empty", holding(bare(), "notes", 1, ""))
	k := bare()
	viewtest.Golden(t, "unasked", New(viewtest.Env(k), view.Link{Name: "notes"}))
	k.Files["notes"] = &known.Loaded[[]byte]{Busy: true}
	viewtest.Golden(t, "reading", New(viewtest.Env(k), view.Link{Name: "notes"}))
	k.Files["notes"] = &known.Loaded[[]byte]{Err: errors.New("open notes: permission denied"), At: viewtest.Now}
	viewtest.Golden(t, "error", New(viewtest.Env(k), view.Link{Name: "notes"}))
}

func TestLink(t *testing.T) {
	k := bare()
	link := view.Link{Place: view.File, Name: "notes", Line: 3}
	v := New(viewtest.Env(k), link)
	if v.Link() != link {
		t.Errorf("before the file is there: %v", v.Link())
	}
	k.Files["notes"] = &known.Loaded[[]byte]{Value: []byte("a\nb\nc\nd\n"), At: viewtest.Now}
	v.Render(80, 20)
	if v.Link() != link {
		t.Errorf("with the file: %v", v.Link())
	}
	if got := v.Note(); got != "line 3 of 4" {
		t.Error(got)
	}
	viewtest.Do(v, "move.down")
	if v.Link().Line != 4 {
		t.Errorf("after a move: %v", v.Link())
	}
	k.Files["notes"] = &known.Loaded[[]byte]{Value: []byte("a\nb\n"), At: viewtest.Now.Add(1)}
	v.Render(80, 20)
	if v.Link().Line != 2 {
		t.Errorf("with a shorter file: %v", v.Link())
	}
}

func TestAsks(t *testing.T) {
	const path = "modules/aspects/nixos/server.nix"
	v := of(t, path, 5)
	for intent, want := range map[string]view.Ask{
		"enter":   view.Go{Link: view.Link{Place: view.Aspect, Name: "nixos/server"}},
		"edit":    view.Edit{At: fleet.Pos{File: path, Line: 5}},
		"copy":    view.Copy{What: "the line", Text: "  flake.modules.nixos.server ="},
		"back":    view.Leave{},
		"refresh": view.Again{Needs: []known.Need{{Kind: known.File, Name: path}}},
	} {
		if got := viewtest.Do(v, intent); fmt.Sprint(got) != fmt.Sprint([]view.Ask{want}) {
			t.Errorf("%s: %v, want %v", intent, got, want)
		}
	}
	whole, err := os.ReadFile(filepath.Join(top, path))
	if err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Do(v, "text.pager"); !slices.Equal(got, []view.Ask{view.Page{Title: path, Text: string(whole)}}) {
		t.Errorf("pager: %v", got)
	}
	viewtest.Do(v, "move.top")
	if why := v.Disabled(action.Enter); why == "" || viewtest.Do(v, "enter") != nil {
		t.Error("enter on a comment leads somewhere")
	}
	v = of(t, "fleet.toml", 1)
	k := v.env.Known
	m := k.Fleet.Machine("cinnabar")
	v.text.GoTo(0)
	v = New(v.env, view.At(m.At))
	if got := viewtest.Do(v, "enter"); !slices.Equal(got, []view.Ask{view.Go{Link: view.Link{Place: view.Machine, Name: "cinnabar"}}}) {
		t.Errorf("enter on a machine: %v", got)
	}
}

func TestSearch(t *testing.T) {
	v := holding(bare(), "notes", 1, "one\ntwo\nthree two\nfour\n")
	if v.Disabled(action.NextMatch) == "" {
		t.Error("there is a next match without a search")
	}
	viewtest.Do(v, "text.search")
	viewtest.Type(v, "two")
	if got := v.Note(); got != "2 lines found · line 2 of 4" {
		t.Error(got)
	}
	viewtest.Do(v, "typing.accept", "text.next")
	if got := v.here(); got != 3 {
		t.Errorf("the next match is line %d", got)
	}
	viewtest.Do(v, "text.previous")
	if got := v.here(); got != 2 {
		t.Errorf("the match before is line %d", got)
	}
	if asked := viewtest.Do(v, "back"); asked != nil || v.input.Value() != "" {
		t.Errorf("back asks %v and leaves %q", asked, v.input.Value())
	}
	viewtest.Do(v, "text.search")
	viewtest.Type(v, "four")
	if got := v.here(); got != 4 {
		t.Errorf("found in line %d", got)
	}
	viewtest.Do(v, "typing.leave")
	if got := v.here(); got != 2 || v.input.Value() != "" || v.input.Focused() {
		t.Errorf("given up in line %d", got)
	}
	viewtest.Do(v, "text.search")
	viewtest.Type(v, "no such")
	if why := v.Disabled(action.NextMatch); why != "the search finds nothing" {
		t.Error(why)
	}
}

func TestDisabled(t *testing.T) {
	for want, v := range map[string]*View{
		"the file is not there yet": New(viewtest.Env(bare()), view.Link{Name: "notes"}),
		"the file is empty":         holding(bare(), "notes", 1, ""),
		"it is binary, 3 B":         holding(bare(), "notes", 1, "a\x00b"),
	} {
		for _, id := range []action.ID{action.Copy, action.CopyAll, action.Pager, action.Search, action.Enter} {
			if got := v.Disabled(id); got != want {
				t.Errorf("%s: %q, want %q", id, got, want)
			}
			if asked := viewtest.Do(v, string(id)); asked != nil {
				t.Errorf("%s of %s asks %v", id, want, asked)
			}
		}
	}
}

// Sideways there is nothing where no line is longer than the screen.
func TestNoSides(t *testing.T) {
	v := holding(bare(), "notes", 1, strings.Repeat("long ", 40))
	v.Render(40, 5)
	if why := v.Disabled(action.Right); why != "" {
		t.Errorf("a long line has no sides: %s", why)
	}
	viewtest.Do(v, "move.right")
	if got := v.Render(40, 5); !strings.Contains(got, "1  "+viewtest.Env(bare()).Style.Glyphs.Ellipsis) {
		t.Errorf("nothing says that the beginning is left of the screen:\n%s", got)
	}
	viewtest.Do(v, "text.wrap")
	if why := v.Disabled(action.Right); why == "" {
		t.Error("wrapped lines have sides")
	}
}

// TestHostile draws files that nobody should have at sizes that nobody has.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	pieces := []string{"\x1b[31m", "\x1b]0;x\a", "\u202e", "日本", "\t", "\r", "\xff\xfe", "'''", `"`, "/*", "#", "\\", "e\u0301", "\n", "\n", " a ", strings.Repeat("long", 3000), "\u200b", "\x7f", "''$"}
	for range viewtest.Rounds(400) {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		v := holding(bare(), []string{"a.nix", "a.toml", "a"}[r.IntN(3)], r.IntN(99), b.String())
		for range 6 {
			viewtest.Do(v, []string{"move.down", "move.page-down", "text.wrap", "move.right", "text.search", "move.bottom", "text.next", "back"}[r.IntN(8)])
			w, h := 1+r.IntN(100), 1+r.IntN(30)
			lines := strings.Split(v.Render(w, h), "\n")
			if len(lines) != h {
				t.Fatalf("%d lines, want %d", len(lines), h)
			}
			for _, l := range lines {
				if term.Width(l) != w || strings.ContainsAny(l, "\x1b\r\t\x7f\u202e") {
					t.Fatalf("at %dx%d: %q", w, h, l)
				}
			}
		}
	}
}

func TestPaint(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.nix", "a = 1; # one", "a = 1; <# one>"},
		{"a.nix", `a = "# no"; # yes`, `a = "# no"; <# yes>`},
		{"a.nix", `a = "\"# no"; # yes`, `a = "\"# no"; <# yes>`},
		{"a.nix", "''\n# no ''' # no\n''; # yes", "''\n# no ''' # no\n''; <# yes>"},
		{"a.nix", "a /* b\nc */ d /* e */ f", "a </*>< b>\n<c */> d </*>< e */> f"},
		{"a.nix", "\"a\n# no\" # yes", "\"a\n# no\" <# yes>"},
		{"a.nix", "", ""},
		{"a.toml", `a = "# no" # yes`, `a = "# no" <# yes>`},
		{"a.toml", "a = '\\' # yes", "a = '\\' <# yes>"},
		{"a.toml", "a = \"\"\"\n# no\n\"\"\" # yes", "a = \"\"\"\n# no\n\"\"\" <# yes>"},
		{"a.toml", "a = 'open\n# yes", "a = 'open\n<# yes>"},
		{"a.md", "# a heading", "# a heading"},
	} {
		paint := painter(c.name)
		var got []string
		for line := range strings.SplitSeq(c.text, "\n") {
			text := ""
			for _, s := range paint(line) {
				if s.Role == style.Muted {
					s.Text = "<" + s.Text + ">"
				}
				text += s.Text
			}
			got = append(got, text)
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: %q is %q, want %q", c.name, c.text, strings.Join(got, "\n"), c.want)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	v := holding(bare(), "a.nix", 1, strings.Repeat("  services.openssh.enable = lib.mkDefault true; # as everywhere\n", 60_000))
	v.Render(160, 44)
	for b.Loop() {
		viewtest.Do(v, "move.page-down")
		v.Render(160, 44)
	}
}

func BenchmarkRead(b *testing.B) {
	text := []byte(strings.Repeat("  services.openssh.enable = lib.mkDefault true; # as everywhere\n", 60_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		read("a.nix", text)
	}
}

func BenchmarkSearch(b *testing.B) {
	v := holding(bare(), "a.nix", 1, strings.Repeat("  services.openssh.enable = lib.mkDefault true; # as everywhere\n", 60_000))
	v.Render(160, 44)
	viewtest.Do(v, "text.search")
	for b.Loop() {
		viewtest.Type(v, "nowhere")
		v.Render(160, 44)
	}
}
