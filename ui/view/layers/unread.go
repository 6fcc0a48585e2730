package layers

import (
	"strings"
	"unicode"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
)

// unread is what is shown of a flake whose overlay files are not read: what is
// missing here, why, and where to look instead. It is nil where they are read.
func unread(env view.Env, w int) []widget.Line {
	why := env.Known.Unread
	if why == "" {
		return nil
	}
	var lines []widget.Line
	add := func(role style.Role, text string) {
		for _, part := range view.Fold(text, max(w-2, 8)) {
			lines = append(lines, widget.Line{widget.R(role, part)})
		}
	}
	add(style.Strong, "No layers are known, and not which channel supplies a package.")
	lines = append(lines, widget.Line{})
	add(style.Plain, sentence(why))
	add(style.Muted, env.Key(action.ToMachines)+" shows the machines and what their hosts say. "+env.Key(action.PlanUpdate)+
		" there plans an update: the plan shows which packages, units and files would change.")
	return lines
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	first := []rune(text)
	text = string(unicode.ToUpper(first[0])) + string(first[1:])
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
