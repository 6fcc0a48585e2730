package view

import (
	"strings"
	"unicode"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/widget"
)

// Unread is what a view shows of a flake whose files are not read: what is
// missing here, why, and where to look instead. It is nil where they are read.
// what is a sentence: "No aspects are known."
func Unread(env Env, what string, w int) []widget.Line {
	why := env.Known.Unread
	if why == "" {
		return nil
	}
	var lines []widget.Line
	add := func(role style.Role, text string) {
		for _, part := range Fold(text, max(w-2, 8)) {
			lines = append(lines, widget.Line{widget.R(role, part)})
		}
	}
	add(style.Strong, what)
	lines = append(lines, widget.Line{})
	add(style.Plain, Sentence(why))
	add(style.Muted, env.Key(action.ToMachines)+" shows the machines and what their hosts say. "+env.Key(action.PlanUpdate)+
		" there plans an update: the plan shows which packages, units and files would change.")
	return lines
}

// Sentence makes a sentence of an error's text.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	first := []rune(text)
	text = string(unicode.ToUpper(first[0])) + string(first[1:])
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
