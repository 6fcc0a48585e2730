package machine

import (
	"strings"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// source says where what is declared of the machine comes from.
func (v *View) source(w int) *outline.Item {
	return row("source", w, widget.P(sourceText(v.env.Known, v.machine())))
}

func sourceText(k *known.Known, m *fleet.Machine) string {
	switch {
	case m.Source == fleet.SourceEvaluated:
		return "evaluated by Nix"
	case m.Source != fleet.SourceRead:
		return word.OrUnknown(string(m.Source))
	case k.Asking:
		return "read from files; Nix is being asked"
	case k.Unconfirmed != nil:
		return "read from files; Nix cannot confirm it"
	}
	return "read from files"
}

// modules counts what the machine imports by how well that is known. It is
// always read: nobody asks Nix for it.
func (v *View) modules(w int) *outline.Item {
	c := v.composition()
	if c.Value.Machine == "" {
		return nil
	}
	var aspects, files, foreign, maybe, unknown int
	for _, sc := range scopes(&c.Value) {
		aspects, files = aspects+len(sc.Aspects), files+len(sc.Files)
		for i := range sc.Aspects {
			maybe += one(sc.Aspects[i].Condition != "")
		}
		for i := range sc.Files {
			maybe += one(sc.Files[i].Condition != "")
		}
		for i := range sc.Foreign {
			f := &sc.Foreign[i]
			unknown += one(f.Why != "")
			foreign += one(f.Why == "")
			maybe += one(f.Why == "" && f.Condition != "")
		}
	}
	parts := []string{word.Count(aspects, "aspect")}
	if files > 0 {
		parts = append(parts, word.Count(files, "file"))
	}
	if foreign > 0 {
		parts = append(parts, word.Count(foreign, "module")+" from elsewhere")
	}
	text := "read from files: " + strings.Join(parts, ", ")
	var doubts []string
	if maybe > 0 {
		doubts = append(doubts, word.Count(maybe, "import")+" with a condition")
	}
	if unknown > 0 {
		doubts = append(doubts, word.Count(unknown, "import")+" unknown")
	}
	if len(doubts) > 0 {
		text += "; " + strings.Join(doubts, ", ")
	}
	it := row("modules", w, widget.P(text))
	it.Link = view.Link{Place: view.Machine, Name: v.link.Name, Sub: "imports"}
	return it
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// condition is what follows something that applies under a condition only.
func condition(line widget.Line, text string) widget.Line {
	if text == "" {
		return line
	}
	return append(line, widget.R(style.Warn, "  if "+text))
}

// files holds the files of the tree that are modules by themselves.
func (v *View) files(sc *compose.Scope) *outline.Item {
	self := outline.Sub(sc.User, "files", 0)
	top := &outline.Item{Node: widget.Node{
		ID: self, Open: true,
		Line: widget.Line{widget.P(word.Count(len(sc.Files), "file")), widget.R(style.Muted, "  imported as it is")},
	}}
	if len(sc.Files) > 1 {
		top.Line[1].Text = "  imported as they are"
	}
	for i, f := range sc.Files {
		top.Add(&outline.Item{
			Node: widget.Node{
				ID:    outline.Sub(self, "", i),
				Line:  condition(widget.Line{widget.R(style.Link, f.Path), widget.R(style.Muted, "  by "+v.from(sc, f.From))}, f.Condition),
				Right: outline.Near(f.At),
			},
			Link: view.Link{Place: view.File, Name: f.Path, Line: 1}, At: f.At, Copy: f.Path, What: "the path",
			Words: []string{f.Path, f.From, f.Condition, f.At.String()},
		})
	}
	return top
}
