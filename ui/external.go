package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/ui/term"
)

// edit opens the operator's editor at a place of the fleet. What the editor
// left is read anew afterwards.
func (m *Model) edit(at fleet.Pos) tea.Cmd {
	if at.File == "" {
		m.say(warned("Nobody knows where this is written"))
		return nil
	}
	if !filepath.IsLocal(at.File) {
		m.say(warned(at.File + " lies outside of the fleet's directory"))
		return nil
	}
	words := m.program("VISUAL", "EDITOR")
	if len(words) == 0 {
		words = []string{"vi"}
	}
	args := editorArgs(filepath.Base(words[0]), filepath.Join(m.k.Dir, filepath.FromSlash(at.File)), at.Line)
	return m.external(exec.CommandContext(m.ctx, words[0], append(words[1:], args...)...), func(m *Model) tea.Cmd {
		if m.k.Running() != nil {
			m.reread = true
			m.say(notice("The fleet is read anew when the run is over"))
			return nil
		}
		return m.reopen()
	})
}

// editorArgs are the arguments that open a file at a line, as the editors
// that people use have them. Others are given the file.
func editorArgs(editor, file string, line int) []string {
	n := strconv.Itoa(max(line, 1))
	switch strings.TrimSuffix(editor, ".exe") {
	case "vi", "vim", "nvim", "nano", "emacs", "emacsclient", "joe", "jed", "ne", "kak", "micro", "mg", "ed", "ex":
		return []string{"+" + n, file}
	case "hx", "helix", "subl", "zed":
		return []string{file + ":" + n}
	case "code", "codium", "cursor":
		return []string{"--wait", "--goto", file + ":" + n}
	}
	return []string{file}
}

// page opens the operator's pager on a text.
func (m *Model) page(text string) tea.Cmd {
	var clean strings.Builder
	for line := range strings.Lines(text) {
		clean.WriteString(term.Clean(strings.TrimSuffix(line, "\n")) + "\n")
	}
	cmd := m.pager()
	cmd.Stdin = strings.NewReader(clean.String())
	return m.external(cmd, nil)
}

// pageFile opens the pager on a file that the console has written.
func (m *Model) pageFile(path string) tea.Cmd { return m.external(m.pager(path), nil) }

func (m *Model) pager(args ...string) *exec.Cmd {
	words := m.program("PAGER")
	if len(words) == 0 {
		words = []string{"less"}
	}
	return exec.CommandContext(m.ctx, words[0], append(words[1:], args...)...)
}

// program is the command line in the first of the variables that is set.
func (m *Model) program(variables ...string) []string {
	for _, v := range variables {
		if words := strings.Fields(m.opts.Getenv(v)); len(words) > 0 {
			return words
		}
	}
	return nil
}

// external gives the terminal to a program and takes it back afterwards.
func (m *Model) external(cmd *exec.Cmd, then answer) tea.Cmd {
	name := cmd.Args[0]
	if f := tty(m.out.out); f != nil {
		cmd.Stdout, cmd.Stderr = f, f
	}
	m.screen.leave()
	m.out.lent.Store(true)
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		return answer(func(m *Model) tea.Cmd {
			m.out.lent.Store(false)
			m.enterAgain()
			if err != nil {
				m.say(failed(name, hinted(err)))
			}
			if then == nil {
				return nil
			}
			return then(m)
		})
	})
}

// enterAgain takes the terminal back.
func (m *Model) enterAgain() {
	if err := m.screen.enter(); err != nil {
		m.say(failed("The terminal cannot be taken back", err))
	}
}

// hinted adds to an error of starting a program what to do about it.
func hinted(err error) error {
	if os.IsNotExist(err) || strings.Contains(err.Error(), exec.ErrNotFound.Error()) {
		return fmt.Errorf("%w; hint: install it, or set EDITOR or PAGER to another one", err)
	}
	return err
}
