package ui

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

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
	editor := m.program("vi", "VISUAL", "EDITOR")
	name, _, _ := strings.Cut(strings.TrimSpace(editor), " ")
	args := editorArgs(filepath.Base(name), filepath.Join(m.k.Dir, filepath.FromSlash(at.File)), at.Line)
	return m.external(name, m.shell(editor, args...), func(m *Model) tea.Cmd {
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
	return m.external("the pager", cmd, nil)
}

// pageFile opens the pager on a file that the console has written.
func (m *Model) pageFile(path string) tea.Cmd { return m.external("the pager", m.pager(path), nil) }

// pager is the operator's pager. Unless they say otherwise, less stays also
// where a text fits the screen: it would be gone before it could be read.
func (m *Model) pager(args ...string) *exec.Cmd {
	cmd := m.shell(m.program("less", "PAGER"), args...)
	if m.opts.Getenv("LESS") == "" {
		cmd.Env = append(os.Environ(), "LESS=R")
	}
	return cmd
}

// program is the command line in the first of the variables that is set.
func (m *Model) program(otherwise string, variables ...string) string {
	for _, v := range variables {
		if line := m.opts.Getenv(v); strings.TrimSpace(line) != "" {
			return line
		}
	}
	return otherwise
}

// shell runs an operator's command line, which may have quoted words, with
// arguments that are none of the shell's business: as git runs an editor.
func (m *Model) shell(line string, args ...string) *exec.Cmd {
	return exec.CommandContext(m.ctx, "sh", append([]string{"-c", line + ` "$@"`, line}, args...)...)
}

// external gives the terminal to a program and takes it back afterwards.
func (m *Model) external(name string, cmd *exec.Cmd, then answer) tea.Cmd {
	if f := tty(m.out.out); f != nil {
		cmd.Stdout, cmd.Stderr = f, f
	}
	m.screen.leave()
	m.out.lent.Store(true)
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		return answer(func(m *Model) tea.Cmd {
			m.out.lent.Store(false)
			m.enterAgain()
			if err = hinted(err); err != nil {
				m.say(failed(name, err))
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

// notFound is the shell's exit code for a program that is not there.
const notFound = 127

// hinted says of an error of a program what to do about it. That the operator
// interrupted it is none.
func hinted(err error) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	status, _ := exit.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled() && status.Signal() == syscall.SIGINT:
		return nil
	case exit.ExitCode() == notFound:
		return errors.New("no such program; hint: install it, or set EDITOR or PAGER to another one")
	}
	return err
}
