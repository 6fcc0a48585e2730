package clan

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// textOf reads an option that is a string, or null.
func (r *reader) textOf(set attributes, name, what string) Text {
	defs := set.by[name]
	if len(defs) == 0 {
		if len(set.open) > 0 {
			return Text{Why: r.more(set.open[0], "it may be set")}
		}
		return Text{}
	}
	t := r.text(defs, what)
	if t.Why == "" && len(set.open) > 0 {
		t.Condition = both(t.Condition, "nothing else sets it")
	}
	return t
}

// text merges definitions of a string: they must be equal.
func (r *reader) text(defs []def, what string) Text {
	var out Text
	for i, d := range defs {
		t := Text{At: d.pos(), Condition: d.cond}
		switch v := d.v.(type) {
		case *symbolic.String:
			s, ok := v.Text()
			if !ok {
				t.Why = "a part of it is not known: " + partWhy(v)
			}
			t.Text = s
		case symbolic.Null:
		default:
			if t.Why = symbolic.Why(v); t.Why == "" || isFunction(v) {
				t.Why = "it is not a string"
				r.problem(fleet.Error, t.At, "", "%s is not a string", what)
			}
		}
		switch {
		case i == 0:
			out = t
		case out.Why != "" || t.Why != "":
			out = Text{At: out.At, Why: orElse(out.Why, t.Why)}
		case out.Text == t.Text:
			if t.Condition == "" {
				out.Condition = ""
			}
		case out.Condition == "" && t.Condition == "":
			r.problem(fleet.Error, t.At, "keep one of them, or give one with lib.mkForce", "%s is %q here and %q at %s", what, t.Text, out.Text, out.At)
			out = Text{At: out.At, Why: "two definitions of it differ"}
		default:
			out = Text{At: out.At, Why: "it depends on " + orElse(out.Condition, t.Condition)}
		}
	}
	return out
}

func isFunction(v symbolic.Value) bool {
	switch v.(type) {
	case *symbolic.Func, *symbolic.Prim:
		return true
	}
	return false
}

func partWhy(s *symbolic.String) string {
	for _, p := range s.Parts {
		if p.X != nil {
			return orElse(symbolic.Why(p.X), "only Nix knows it")
		}
	}
	return ""
}

// names reads definitions of a list of strings. why says why there may be more.
func (r *reader) names(defs []def, what string) (names []named, why string) {
	for _, d := range defs {
		l, ok := d.v.(*symbolic.List)
		if !ok {
			if symbolic.Why(d.v) == "" || isFunction(d.v) {
				r.problem(fleet.Error, d.pos(), "", "%s are not a list", what)
			}
			why = orElse(why, r.more(d, what+" are not all known"))
			continue
		}
		for _, item := range l.Items {
			e := item.V.Force()
			s, ok := e.(*symbolic.String)
			text := ""
			if ok && !item.Rest {
				text, ok = s.Text()
			}
			if !ok || item.Rest {
				why = orElse(why, e.Where().Pos().String()+": "+what+" are not all known: "+orElse(symbolic.Why(e), "one is not a string that is known"))
				continue
			}
			at := item.At
			if at.File == nil {
				at = e.Where()
			}
			if at.File == nil {
				at = d.at
			}
			names = append(names, named{fleet.Named{Name: text, At: at.Pos()}, d.cond})
		}
	}
	return names, why
}

// named is a name that is there if a condition holds.
type named struct {
	fleet.Named
	cond string
}
