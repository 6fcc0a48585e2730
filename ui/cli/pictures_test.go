package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"assay/ui/cli/svg"
)

var picturesAnew = flag.Bool("pictures", false, "write the README's pictures anew")

const picturesDir = "../pictures"

// picture is one of the README's: what the real program shows in a real
// terminal of so many lines, after going there from the picture before.
type picture struct {
	name   string
	title  string
	height int
	age    string // what stands for every age and duration
	walk   func(*terminal)
	shows  []string
}

var pictures = []picture{
	{"machines", "assay: the machines, four of them marked", 18, "2s", func(s *terminal) {
		s.see("1 unreachable, 7 behind", "asked")
		s.press("/")
		s.typed("class:nixos")
		s.see("4 of 8")
		s.press("Escape")
		s.see("8 machines: ")
		s.press("g", "Space", "Down", "Down", "Down", "Space", "Down", "Space", "Down", "Space")
	}, []string{"4 marked"}},

	{"plan", "assay: what an update would change, and the lines that say so", 28, "2s", func(s *terminal) {
		s.press("D")
		s.see("Nothing has happened yet", "to copy")
		s.press("/")
		s.typed("systemPackages")
		s.see("environment.systemPackages")
		s.press("Enter", "E")
	}, []string{"+ pkgs.tcpdump", "defined by secrets"}},

	{"run", "assay: a run after its end, and what to do", 22, "0.2s", func(s *terminal) {
		s.press("A")
		s.see("Cancel")
		s.press("Tab", "Enter")
	}, []string{"The run is over", "what to do"}},

	{"options", "assay: the options of a machine, and where one was decided", 26, "2s", func(s *terminal) {
		s.press("!") // what was read there is said no more
		s.see("Messages")
		s.press("Escape")
		s.await("no message", func(screen string) bool { return !strings.Contains(screen, "The run is over") })
		s.press("1")
		s.see("3 current")
		s.press("/")
		s.typed("cinnabar")
		s.see("1 of 8")
		s.press("Enter", "g", "Enter")
		s.see("overview")
		s.press("Tab", "Tab")
		s.see("[options]", "220 options") // there is nothing to filter before
		s.press("/")
		s.typed("PermitRoot")
		s.see("1 of 220")
		s.press("Enter", "E")
		s.see("overridden", "decides")
		s.press("/", "C-u")
		s.typed("services.openssh")
		s.see("12 of 220")
		s.press("Enter", "Right", "Down", "Right", "Down", "Down", "Right", "Up", "Up", "Up")
	}, []string{"modules/aspects/nixos/ssh-hardening.nix:9", "modules/aspects/nixos/base.nix:15"}},

	{"layers", "assay: which channel and layer supplies a package, and why", 28, "2s", func(s *terminal) {
		s.press("3")
		s.see("hotfixes")
		s.press("/")
		s.typed("ncdu")
		s.see("chain, from the first layer")
		s.press("Enter")
	}, []string{"wins", "installed by 8 machines", "esc back"}},
}

// TestPictures goes through the real program in a real terminal and compares
// what it shows with the README's pictures; script/pictures writes them.
func TestPictures(t *testing.T) {
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LOGNAME=sam", "NO_COLOR=", "COLORFGBG=15;0"}
	s := openTerminal(t, 100, pictures[0].height, env, staying(program(t), "demo")...)
	for _, p := range pictures {
		s.tmux("resize-window", "-x", "100", "-y", fmt.Sprint(p.height))
		p.walk(s)
		s.see(p.shows...)
		path := filepath.Join(picturesDir, p.name+".svg")
		if *picturesAnew {
			s.settled()
			if err := os.WriteFile(path, []byte(s.drawing(p)), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v: run script/pictures", err)
		}
		s.await("the screen of "+path+" (if the one below is right, run script/pictures)", func(string) bool {
			return s.drawing(p) == string(want)
		})
	}
	s.press("q")
	s.see("ended with 0")
}

// drawing is the screen as it is now, without what passes.
func (s *terminal) drawing(p picture) string {
	s.t.Helper()
	screen, err := svg.Parse(s.tmux("capture-pane", "-e", "-N", "-p"))
	if err != nil {
		s.t.Fatal(err)
	}
	for y := range screen {
		for _, stand := range standIns(p.age) {
			screen[y] = stand.in(screen[y])
		}
	}
	return svg.Draw(p.title, screen)
}

// standIn is shown instead of what passes.
type standIn struct {
	what *regexp.Regexp
	is   string
}

func standIns(age string) []standIn {
	return []standIn{
		{regexp.MustCompile(`20\d{6}T[\d.]+Z-[0-9a-f]{6}`), "20260314T120000.000Z-c0ffee"},
		{regexp.MustCompile(`\brun [0-9a-f]{6}\b`), "run c0ffee"},
		{regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`), "12:00:00"},
		{regexp.MustCompile(`\b[0-9a-f]{12}\b`), "4f1d9a02c7be"}, // a plan
		{regexp.MustCompile(`\b\d+(\.\d+)?[smhd](\d\d[sm])?\b`), age},
	}
}

// in puts the stand-in into a row. A gap makes up for its width, so that what
// is aligned stays so.
func (s standIn) in(row []svg.Cell) []svg.Cell {
	text := svg.Text(row)
	for _, found := range slices.Backward(s.what.FindAllStringIndex(text, -1)) {
		from, to := utf8.RuneCountInString(text[:found[0]]), utf8.RuneCountInString(text[:found[1]])
		var is []svg.Cell
		for _, char := range s.is {
			is = append(is, svg.Cell{Char: char, Paint: row[from].Paint})
		}
		start, end := gap(row, from, to)
		blanks := slices.Repeat([]svg.Cell{{Char: ' ', Paint: row[min(start, len(row)-1)].Paint}}, max(end-start+to-from-len(is), min(end-start, 1)))
		if start < from {
			row = slices.Concat(row[:start], blanks, row[end:from], is, row[to:])
		} else {
			row = slices.Concat(row[:from], is, row[to:start], blanks, row[end:])
		}
	}
	return row
}

// gap is the place of the two or more blanks before a place, else of those
// after it, else of none, at the row's end.
func gap(row []svg.Cell, from, to int) (start, end int) {
	for end = from; end > 0; end-- {
		for start = end; start > 0 && row[start-1].Char == ' '; {
			start--
		}
		if end-start > 1 {
			return start, end
		}
	}
	for start = to; start < len(row); start++ {
		for end = start; end < len(row) && row[end].Char == ' '; {
			end++
		}
		if end-start > 1 {
			return start, end
		}
	}
	return len(row), len(row)
}

func TestStandIns(t *testing.T) {
	for _, c := range []struct{ screen, want string }{
		{"a   asked 12s ago", "a    asked 2s ago"},
		{"a   asked 2s ago ", "a   asked 2s ago "},
		{"12s  b  10s", "2s   b   2s"},
		{"by sam · 1m05s · 3  ", "by sam · 2s · 3     "},
		{"✔ plan   0123456789ab · 3s old", "✔ plan   4f1d9a02c7be · 2s old"},
		{"x  2s old ", "x  2s old "},
		{"12s", "2s "},
		{"run 20251122T163419.105Z-ab4e15 at 16:34:19", "run 20260314T120000.000Z-c0ffee at 12:00:00"},
		{"1month 64.6 kB bkg3kwcf", "1month 64.6 kB bkg3kwcf"},
	} {
		screen, err := svg.Parse(c.screen)
		if err != nil {
			t.Fatal(err)
		}
		row := screen[0]
		for _, stand := range standIns("2s") {
			row = stand.in(row)
		}
		if got := svg.Text(row); got != c.want {
			t.Errorf("%q: %q, want %q", c.screen, got, c.want)
		}
	}
}

// TestPicturesAreShown: the README has every picture, and no others are there.
func TestPicturesAreShown(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var made, there []string
	for _, p := range pictures {
		made = append(made, p.name+".svg")
		if shown := regexp.MustCompile(`!\[[^\]]{20,}\]\(ui/pictures/` + p.name + `\.svg\)`); !shown.Match(readme) {
			t.Errorf("README.md does not show ui/pictures/%s.svg, or does not say what it is", p.name)
		}
	}
	files, err := os.ReadDir(picturesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		there = append(there, f.Name())
	}
	if slices.Sort(made); !slices.Equal(made, there) {
		t.Errorf("ui/pictures has %q, script/pictures makes %q", there, made)
	}
}
