package compose

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// refused finds a definition that takes part in the merge in any case and that
// the module system refuses by itself: it cannot be evaluated, or is not of
// the option's type.
func refused(typ string, all []given) (Merged, bool) {
	best, _ := lowest(all)
	for i := range all {
		g := &all[i]
		if !g.certain() || g.priority > best || slices.ContainsFunc(all, func(o given) bool { return o.mayBeat(g) }) {
			continue
		}
		if why, at := g.refusal(typ); why != "" {
			return Merged{State: Invalid, Winner: i, Value: Value{At: at}, Reason: fmt.Sprintf("%s (aspect %s)", why, g.aspect)}, true
		}
	}
	return Merged{}, false
}

// certain reports whether the definition surely applies as it is written.
func (g *given) certain() bool {
	return g.lost == 0 && g.condition == "" && g.unsure == "" && g.broken == ""
}

// mayBeat reports whether g, of which it is not known what it comes to, may
// have a priority that drops the other definition.
func (g *given) mayBeat(other *given) bool {
	switch {
	case g.lost != 0 || g.def == other.def:
		return false
	case g.opaque:
		return g.fault == nil && g.wrong == ""
	}
	return !g.certain() && g.priority < other.priority
}

// refusal says why the module system refuses the definition, "" if it may not.
func (g *given) refusal(typ string) (why string, at fleet.Pos) {
	switch {
	case g.fault != nil:
		at = g.fault.at
		if at.IsZero() {
			at = g.at
		}
		return "it cannot be evaluated: " + g.fault.why, at
	case g.wrong != "":
		return notOf(g.value.Text, g.wrong), g.at
	case g.opaque:
		return "", g.at
	}
	of, list := strings.CutPrefix(bare(typ), "listOf ")
	if list && g.elems != nil {
		for _, e := range g.elems {
			if e.Known && refuses(of, e.Data) {
				return "the element " + notOf(e.Text, of), e.At
			}
		}
		return "", g.at
	}
	if g.value.Known && refuses(typ, g.value.Data) {
		return notOf(g.value.Text, typ), g.at
	}
	return "", g.at
}

func notOf(text, typ string) string { return clip(text) + " is not of type " + typ }

// clip shortens a value's text for a sentence.
func clip(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

func bare(typ string) string { return strings.TrimPrefix(typ, "nullOr ") }

// refuses reports whether data is surely not of the type: of those types only
// whose check looks at nothing but the kind of the value. A package may be a
// value of any kind, and the table calls some options str that take a path.
func refuses(typ string, data any) bool {
	if _, ok := data.(PackageRef); ok {
		return false
	}
	if data == nil && typ != bare(typ) {
		return false
	}
	typ = bare(typ)
	if of, ok := strings.CutPrefix(typ, "listOf "); ok {
		l, ok := data.([]any)
		return !ok || slices.ContainsFunc(l, func(e any) bool { return refuses(of, e) })
	}
	switch typ {
	case "bool":
		_, ok := data.(bool)
		return !ok
	case "int":
		_, ok := data.(int64)
		return !ok
	case "port":
		n, ok := data.(int64)
		return !ok || n < 0 || n > 65535
	case "str", "lines":
		switch data.(type) {
		case string, PathRef:
			return false
		}
		return true
	}
	return false
}

// notSet returns the type attrsOf where the option is one and the value is
// surely no set.
func notSet(v symbolic.Value, e *entry) string {
	if e == nil || e.any == nil || e.option || len(e.below) > 0 {
		return ""
	}
	switch v.(type) {
	case symbolic.Bool, symbolic.Int, symbolic.Float, *symbolic.String, *symbolic.List:
		return "attrsOf " + orElse(e.any.typ, "submodule")
	}
	return ""
}

// refuse reports an option with definitions that the module system refuses. A
// conflict of a type that the table does not tell exactly is a warning: the
// type may have a merge of its own.
func (w *walker) refuse(o *Option) {
	path := orElse(o.Path, "the configuration")
	switch o.Merged.State {
	case Invalid:
		if slices.ContainsFunc(w.files, func(p Problem) bool { return p.At == o.Merged.Value.At }) {
			return // told already
		}
		w.problem(o.Merged.Value.At, "", "%s: %s", path, o.Merged.Reason)
	case Conflict:
		p := Problem{Severity: fleet.Error, At: o.Merged.Value.At, Text: path + " is defined in conflict: " + o.Merged.Reason,
			Hint: "decide with lib.mkForce, or make all but one a default with lib.mkDefault"}
		switch bare(o.Type) {
		case settings, "anything":
			p.Severity = fleet.Warning
		}
		w.faults = append(w.faults, p)
	}
}
