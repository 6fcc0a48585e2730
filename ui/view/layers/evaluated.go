package layers

import (
	"cmp"
	"fmt"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// asksNix asks Nix about the package, or says to stop.
func (v *View) asksNix() []view.Ask {
	pkg := v.asking()
	if v.part == inStack && v.place.left == 0 { // what comes of it is to be seen
		v.ask(pkg)
	}
	return []view.Ask{view.Evaluate{Package: pkg, System: v.system}}
}

// noNix says why Nix cannot be asked about the package.
func (v *View) noNix() string {
	k := v.env.Known
	switch {
	case k.Unread != "":
		return k.Unread
	case v.system == "":
		return "no system is known"
	case k.Evaluating.Busy: // it stops, or goes on with another one
		return ""
	case k.Asking:
		return "Nix is still being asked which machines there are"
	case k.Unconfirmed != nil:
		return "Nix cannot read the flake"
	case k.NoNix != "":
		return k.NoNix
	case v.asking() == "":
		return "no package is under the cursor"
	}
	return ""
}

// evaluation is what Nix has said of the package; nil where that is nothing.
func (v *View) evaluation(pkg string) *session.Remembered {
	return v.env.Known.Evaluation(known.PackageOn{Package: pkg, System: v.system})
}

// labels say what the answer about a package was made from, and what Nix is
// doing: a line or two.
func (v *View) labels(pkg string, w int) []widget.Line {
	if pkg == "" || v.resolved() == nil {
		return nil
	}
	k := v.env.Known
	of := known.PackageOn{Package: pkg, System: v.system}
	line := widget.Line{widget.R(style.Muted, "  read "+v.readFrom())}
	told := v.evaluation(pkg)
	if told != nil {
		line = append(line, widget.R(style.Muted, " | "), widget.R(style.Accent, "evaluated"), widget.R(style.Muted, " "+word.Age(k.Now.Sub(told.At))+" ago"))
		line = append(line, v.agreement(told)...)
	}
	e := &k.Evaluating
	switch {
	case e.Busy:
		what := ""
		if e.PackageOn != of {
			what = " about " + e.Package + " on " + e.System
		}
		return []widget.Line{line, v.busy(what)}
	case e.Err != nil && e.PackageOn == of:
		text, _, _ := strings.Cut(e.Err.Error(), "\n")
		lines := []widget.Line{line}
		for i, part := range view.Fold("Nix cannot say: "+text, max(w-4, 8)) {
			mark := "    "
			if i == 0 {
				mark = "  " + v.env.Style.Glyphs.Fail + " "
			}
			if i < mostOfError {
				lines = append(lines, widget.Line{widget.R(style.Fail, mark), widget.P(part)})
			}
		}
		return lines
	case v.noNix() != "" || v.input.Focused():
		return []widget.Line{line}
	case told == nil:
		return v.hint(line, " asks Nix", w)
	case !told.Current:
		return v.hint(line, " asks anew", w)
	}
	return []widget.Line{line}
}

// hint says what the key for Nix does, behind a line or, where that has no
// room, below it.
func (v *View) hint(line widget.Line, does string, w int) []widget.Line {
	key := v.env.Key(action.AskNix)
	hint := widget.Line{widget.R(style.Key, key), widget.R(style.Muted, does)}
	if term.Width(line.Text())+2+term.Width(key+does) <= w {
		return []widget.Line{append(append(line, widget.R(style.Muted, "; ")), hint...)}
	}
	return []widget.Line{line, append(widget.Line{widget.P("  ")}, hint...)}
}

// mostOfError is how many lines of Nix's error are shown.
const mostOfError = 4

// readFrom is what the answer without Nix was read from.
func (v *View) readFrom() string {
	if v.env.Known.Adopted {
		return "from the Nix files"
	}
	return "from fleet.toml"
}

// busy says that Nix is being asked, since when, and how that is stopped.
func (v *View) busy(what string) widget.Line {
	e := &v.env.Known.Evaluating
	return widget.Line{
		widget.R(style.Busy, "  "+view.Spin(v.env)+" asking Nix"+what+", "+word.Elapsed(v.env.Known.Now.Sub(e.Begun))),
		widget.P("; "), widget.R(style.Key, v.env.Key(action.Back)), widget.R(style.Muted, " stops"),
	}
}

// agreement says in a few words whether what was read is what Nix says, or that
// the answer of Nix is an old one.
func (v *View) agreement(told *session.Remembered) widget.Line {
	g := v.env.Style.Glyphs
	switch {
	case !told.Locked:
		return widget.Line{widget.R(style.Warn, ", "+g.Warn+" old, of another flake.lock")}
	case !told.Current:
		return widget.Line{widget.R(style.Warn, ", "+g.Warn+" old, of other files")}
	case len(v.disagreements(told)) > 0:
		return widget.Line{widget.R(style.Warn, ", "+g.Warn+" they disagree")}
	case told.Derivation == "":
		return nil
	}
	return widget.Line{widget.R(style.OK, ", "+g.OK+" they agree")}
}

// disagreements are where what was read is not what Nix says. What it said of
// other files is not compared.
func (v *View) disagreements(told *session.Remembered) []fleet.Problem {
	if !told.Current {
		return nil
	}
	return overlay.Compare(v.resolved().On(told.Machine).Which(told.Package, told.System), told.Evaluated)
}

// evaluated shows what Nix says of the package, and where that is not what was
// read.
func (r *reply) evaluated(told *session.Remembered, problems []fleet.Problem) {
	if told == nil {
		return
	}
	r.title("evaluated by Nix on " + told.Machine)
	for i, p := range problems {
		r.add(&widget.Node{ID: fmt.Sprintf("nix/problem/%d", i), Line: widget.Line{widget.R(style.Warn, r.st.Glyphs.Warn+" Nix says otherwise")},
			Right: widget.Line{widget.R(style.Muted, p.At.String())}}, target{at: p.At, name: p.Text, link: view.At(p.At)})
		r.below("text", style.Plain, p.Text)
	}
	mark := widget.R(style.OK, r.st.Glyphs.OK+" ")
	if told.Derivation == "" {
		mark = widget.R(style.Unknown, r.st.Glyphs.Unknown+" ")
	}
	r.add(&widget.Node{ID: "nix", Line: widget.Line{mark, widget.R(style.Strong, word.Evaluated(&told.Evaluated))},
		Right: widget.Line{widget.R(style.Muted, derivation(told.Derivation))}}, target{name: cmp.Or(told.Derivation, told.Unknown)})
	for i := range told.Layers {
		r.layerPart(i, &told.Layers[i])
	}
	if told.LayersUnknown != "" && told.Derivation != "" {
		r.below("layers", style.Warn, "which layers matter is unknown: "+told.LayersUnknown)
	}
	if told.LayersUnknown == "" && len(told.Layers) == 0 {
		r.below("layers", style.Muted, "no layer has a part in it")
	}
	wide := 0
	for _, c := range told.Channels {
		wide = max(wide, min(len(c.Channel), 30))
	}
	for i, c := range told.Channels {
		id := fmt.Sprintf("nix/channel/%d", i)
		if c.Derivation == "" {
			r.read(id, widget.R(style.Muted, "    "+widget.Pad(c.Channel, wide)+"  unknown: "+c.Unknown))
			continue
		}
		same := ""
		if c.Derivation == told.Derivation {
			same = "  the same"
		}
		r.add(&widget.Node{ID: id, Line: widget.Line{widget.P("  " + widget.Pad(c.Channel, wide) + "  " + cmp.Or(c.Version, "no version")), widget.R(style.Muted, same)},
			Right: widget.Line{widget.R(style.Muted, derivation(c.Derivation))}}, target{name: c.Derivation})
	}
}

// layerPart adds what a layer has to do with the package.
func (r *reply) layerPart(i int, l *overlay.EvaluatedLayer) {
	role := style.Plain
	switch {
	case l.Defines && l.Unknown != "":
		role = style.Unknown
	case l.Defines && l.Matters == fleet.False:
		role = style.Warn
	}
	text := *l
	text.At = fleet.Pos{} // it stands at the right
	for j, part := range view.Fold(word.LayerPart(text), r.to.w-10-len(l.At.String())) {
		if j > 0 {
			r.read(fmt.Sprintf("nix/layer/%d/%d", i, j), widget.R(role, "    "+part))
			continue
		}
		t := target{at: l.At, name: cmp.Or(l.Layer, part)}
		if l.At.File != "" {
			t.link = view.At(l.At)
		}
		r.add(&widget.Node{ID: fmt.Sprintf("nix/layer/%d", i), Line: widget.Line{widget.R(role, "  "+part)},
			Right: widget.Line{widget.R(style.Muted, l.At.String())}}, t)
	}
}

// derivation tells a derivation from others.
func derivation(path string) string {
	if path == "" {
		return ""
	}
	return "drv " + word.Path(path)
}
