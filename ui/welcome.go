package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/widget"
)

// Welcome shows what to do to somebody who started the console in a directory
// that belongs to no fleet. It reports whether they want the demo.
func Welcome(ctx context.Context, o Options, dir string) (demo bool, err error) {
	t := newTerminal(o.In, o.Out)
	w := &welcome{opts: o, dir: dir, screen: screen{out: t}}
	err = show(ctx, w, t, &w.screen)
	return w.demo, err
}

// welcome is a screen of its own: there is no fleet that a console could show.
type welcome struct {
	opts   Options
	dir    string
	screen screen
	w, h   int
	demo   bool
}

func (w *welcome) Init() tea.Cmd { return nil }

func (w *welcome) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		w.w, w.h = msg.Width, msg.Height
	case tea.KeyMsg:
		name := action.KeyName(msg.String())
		a, _ := w.opts.Keys.Find([]action.Scope{action.Global}, name)
		switch {
		case name == "d" || a.ID == action.Enter:
			w.demo = true
			return w, tea.Quit
		case a.ID == action.Quit || a.ID == action.Interrupt || a.ID == action.Back:
			return w, tea.Quit
		}
	case leaveMsg:
		return w, tea.Quit
	}
	w.screen.paint(w.draw(), w.w, w.h)
	return w, nil
}

// View is empty: the screen is painted by the model itself.
func (w *welcome) View() string { return "" }

func (w *welcome) draw() string {
	key := func(id action.ID) widget.Span { return widget.R(style.Key, w.opts.Keys.Label(id)) }
	text := []widget.Line{
		{},
		{widget.R(style.Accent, "  assay"), widget.R(style.Muted, "  the terminal console for Nix fleets")},
		{},
		{widget.P("  No fleet here. Looked for "), widget.R(style.Strong, "fleet.toml"), widget.P(", flake.nix or .clan-flake in")},
		{widget.P("  " + w.dir)},
		{widget.P("  and in every directory above it.")},
		{},
		{widget.R(style.Key, "  d"), widget.P("  the demo: eight hosts inside this process; nothing else is touched")},
		{widget.P("  "), key(action.Quit), widget.P("  leave; then start assay where your fleet is, or: assay -C DIR")},
		{},
		{widget.R(style.Muted, "  With hosts of your own: assay help start")},
		{widget.R(style.Muted, "  What a fleet.toml holds: assay help fleet.toml")},
	}
	return widget.Block(w.opts.Style, text, w.w, w.h)
}
