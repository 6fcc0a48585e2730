package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"assay/ui/action"
)

// console is the program in a shell in a terminal, with somebody at its keys.
type console struct {
	*terminal
	command string
	dir     string // where the program was started, with what it writes
	fleet   string // the fleet's registry
	quick   int    // how many machines were updated for others to be waited for
	named   int    // how often the fleet got another name
	w, h    int    // of the terminal
	lost    bool   // it is not known where the console is
}

const tall = 40 // lines of the terminal

// openConsole makes a world with 60 machines and a run of half of them, and
// opens the console in it.
func openConsole(t *testing.T) *console {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("not run: tmux is not installed")
	}
	binary, dir := program(t), t.TempDir()
	env := []string{"HOME=" + dir, "XDG_STATE_HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "LOGNAME=sam", "NO_COLOR=", "VISUAL=", "PS1=shell> ", "ENV="}
	for _, tool := range []string{"EDITOR", "PAGER"} {
		env = append(env, tool+"="+filepath.Join(dir, tool))
		script := fmt.Sprintf("#!/bin/sh\necho \"$@\" >%s/%s.args\n[ %s = EDITOR ] || cat >%s/%s.in\n", dir, tool, tool, dir, tool)
		write(t, filepath.Join(dir, tool), script, 0o755)
	}
	write(t, filepath.Join(dir, "assay", "config.toml"), "refresh = \"0\"\n", 0o600)

	demo := func(wanted string, args ...string) {
		cmd := exec.CommandContext(t.Context(), binary, append([]string{"demo", "--hosts", "60", "--"}, args...)...)
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); !strings.Contains(string(out), wanted) {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	world := filepath.Join(dir, "assay", "demo", "60-hosts")
	demo("stibnite-8", "machines")
	handbook := filepath.Join(world, "fleet", "modules", "aspects", "system", "handbook.nix")
	text, err := os.ReadFile(handbook)
	if err != nil {
		t.Fatal(err)
	}
	// A file whose name is what logs say of errors.
	write(t, handbook, strings.ReplaceAll(string(text), "fleet/handbook.txt", "fleet/what failed"), 0o600)
	demo("30 updated, 1 unreachable", "update", "class:nixos", "--yes")
	c := &console{w: 120, h: tall, dir: dir, command: binary + " demo --hosts 60", fleet: filepath.Join(world, "fleet", "fleet.toml")}
	write(t, c.fleet, regexp.MustCompile(`(?m)^parallel = \d+`).ReplaceAllString(c.registry(t), "parallel = 1"), 0o600)
	slow(t, filepath.Join(world, "hosts", "stibnite-8"))

	c.terminal = openTerminal(t, 120, tall, env, "sh", "-i")
	c.tmux("set-option", "-g", "set-clipboard", "on")
	c.atShell()
	c.typed("cd " + dir)
	c.press("Enter")
	c.start()
	return c
}

// slow makes a host whose activation takes long: it looks at everything that
// activations which were killed have left.
func slow(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Join(root, "run", "activating")
	write(t, filepath.Join(dir, "99999999.0"), "", 0o600)
	for i := range 20000 {
		if err := os.Link(filepath.Join(dir, "99999999.0"), filepath.Join(dir, fmt.Sprintf("99999999.1%d", i))); err != nil {
			t.Fatal(err)
		}
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func (c *console) registry(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(c.fleet)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// start starts the program in the shell.
func (c *console) start() {
	c.t.Helper()
	c.atShell()
	c.tmux("send-keys", "-l", c.command)
	c.press("Enter")
	c.see("60 machines:", "argentum ")
	c.sortBy("MACHINE")
}

// atShell waits until the terminal is the shell's again.
func (c *console) atShell() {
	c.t.Helper()
	c.await("the shell", c.isShell)
}

func (c *console) isShell(screen string) bool {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return lines[len(lines)-1] == "shell>" && c.tmux("display-message", "-p", "#{alternate_on}") == "0\n"
}

// tmuxKeys are the keys that tmux calls otherwise than the table does.
var tmuxKeys = strings.NewReplacer("enter", "Enter", "esc", "Escape", "space", "Space", "shift+tab", "BTab", "tab", "Tab",
	"pgdown", "PageDown", "pgup", "PageUp", "down", "Down", "up", "Up", "left", "Left", "right", "Right",
	"home", "Home", "end", "End", "f1", "F1", "ctrl+", "C-")

// keys presses keys as the table of actions calls them.
func (c *console) keys(names ...string) {
	c.t.Helper()
	for _, name := range names {
		if len(name) == 1 {
			c.typed(name)
		} else {
			c.press(tmuxKeys.Replace(name))
		}
	}
}

// byName chooses an action in the palette.
func (c *console) byName(a action.Action) {
	c.t.Helper()
	c.keys(":")
	c.see("Actions and places")
	c.typed(a.Short + ": " + a.Help)
	c.see("│ ▌ " + a.Short + ": ")
	c.keys("enter")
}

// line is a line of a screen, from 0.
func line(screen string, i int) string {
	lines := strings.Split(screen, "\n")
	return lines[min(i, len(lines)-1)]
}

// home brings the console from anywhere to the machines as they are at first.
func (c *console) home() {
	c.t.Helper()
	c.lost = true
	c.resize(120, tall)
	c.escape()
	c.keys("1")
	c.await("all of the machines' screen, which is drawn from above", func(s string) bool {
		return strings.HasPrefix(line(s, 1), " machines  ") && strings.HasPrefix(line(s, tall-1), " enter open  space ")
	})
	for {
		s := c.screen()
		was := line(s, tall-3) + line(s, 2)
		if !strings.HasPrefix(line(s, tall-3), "/") && !strings.Contains(line(s, 2), "[") {
			break
		}
		c.keys("esc")
		c.await("less", func(s string) bool { return line(s, tall-3)+line(s, 2) != was })
	}
	if s := c.screen(); strings.Contains(line(s, 3), " SYSTEM") {
		c.keys("w")
		c.await("the usual columns", func(s string) bool { return !strings.Contains(line(s, 3), " SYSTEM") })
	}
	if strings.Contains(c.screen(), "MACHINE▼") {
		c.keys("r")
		c.see("MACHINE▲")
	}
	if !strings.Contains(c.screen(), "MACHINE▲") {
		c.sortBy("MACHINE")
	}
	if strings.Contains(line(c.screen(), 1), "marked") {
		c.keys("u")
		c.await("no marks", func(s string) bool { return !strings.Contains(line(s, 1), "marked") })
	}
	c.keys("g")
	c.await("the first machine", func(s string) bool { return strings.Contains(under(s), "argentum ") })
	c.lost = false
}

// resize makes the terminal another size.
func (c *console) resize(w, h int) {
	c.t.Helper()
	if c.w != w || c.h != h {
		wider := c.w != w
		c.w, c.h = w, h
		c.tmux("resize-window", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h))
		c.await("the console in the new size", func(s string) bool {
			drawn := strings.TrimSpace(line(s, h-1)) != "" || strings.Contains(s, "╭─ ")
			return drawn && (!wider || utf8.RuneCountInString(line(s, 1)) == w-1)
		})
	}
}

// escape closes dialogs and ends typing.
func (c *console) escape() {
	c.t.Helper()
	for {
		was := c.await("a view, a dialog or a line to type on", func(s string) bool {
			return strings.Contains(s, "╭─ ") || strings.TrimSpace(line(s, tall-1)) != ""
		})
		if strings.HasSuffix(line(was, tall-1), "q quit") && !strings.Contains(was, "╭─ ") {
			return
		}
		c.keys("esc")
		c.await("something else after esc", func(s string) bool { return s != was })
	}
}

// said waits until the console has said something, and looks for it in the
// messages: there it stays, which it does not where it was shown first.
func (c *console) said(text string) {
	c.t.Helper()
	c.await("the message "+text, func(string) bool {
		c.keys("!")
		all := c.see("╭─ Messages")
		c.back("╭─ Messages")
		return strings.Contains(all, text)
	})
}

// sortBy sorts the machines by a column of that title.
func (c *console) sortBy(title string) {
	c.t.Helper()
	c.keys("o")
	c.see("Sort by")
	c.keys("g")
	c.await("the first column", func(s string) bool { return strings.Contains(under(s), "STATE") })
	for s := c.screen(); !strings.Contains(under(s), title); s = c.screen() {
		c.keys("j")
		c.await("the next column", func(now string) bool { return under(now) != "" && under(now) != under(s) })
	}
	c.keys("enter")
	c.see(title + "▲")
}

// under is the line under the cursor: in the dialog if there is one.
func under(screen string) string {
	_, text := cursor(screen)
	return text
}

// cursor is the line on the screen that has the cursor, -1 without one, and
// what is on it, without what is behind a dialog.
func cursor(screen string) (at int, text string) {
	lines := strings.Split(screen, "\n")
	box := strings.Contains(screen, "╭─ ")
	for i, l := range lines {
		if box {
			l = inBox(l)
		}
		if i > 0 && strings.HasPrefix(l, "▌") {
			return i, l
		}
	}
	return -1, ""
}

// inBox is what a line has of a dialog.
func inBox(l string) string {
	_, in, _ := strings.Cut(l, "│")
	at := strings.LastIndex(in, "│")
	return strings.TrimPrefix(in[:max(at, 0)], " ")
}

// plainRow is a row without its cursor and what passes.
func plainRow(l string) string { return strings.TrimRight(strings.TrimLeft(lasting(l), "▌ "), " ") }
