package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/secrets"
	"assay/secrets/audit"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// detail is everything about one secret.
func (v *View) detail(s *audit.Secret, w int) (lines []widget.Line) {
	add := func(label string, role style.Role, text string) {
		for i, part := range view.Fold(text, w-2-len(label)) {
			head := widget.P(strings.Repeat(" ", len(label)+2))
			if i == 0 {
				head = widget.R(role, "  "+label)
			}
			lines = append(lines, widget.Line{head, widget.P(part)})
		}
	}
	lines = append(lines, widget.Line{widget.R(style.Strong, "  "+s.ID)})
	if s.Detail != "" {
		add("", style.Plain, s.Detail)
	}
	if s.Remedy != "" {
		add("hint: ", style.Accent, s.Remedy)
	}
	if text := v.would(s); text != "" {
		lines = append(lines, widget.Line{widget.R(style.Key, "  "+v.env.Key(v.mends(s))+" "), widget.P(text)})
	}
	switch {
	case s.Rule != "":
		add("rule: ", style.Muted, s.At.String()+" "+s.Rule)
	case !s.At.IsZero():
		add("declared: ", style.Muted, s.At.String())
	}
	add("age: ", style.Muted, age(s, v.list.of.NoGit, v.env.Known.Now))
	if r := v.row(); r != nil && r.Secret == s && r.through != "" {
		add("through: ", style.Accent, fmt.Sprintf("%s reads it with the private key of machine %s", v.show.reader, r.through))
	}
	for i := range s.Access {
		lines = append(lines, access(v.env.Style, &s.Access[i]))
	}
	for i := range s.Uses {
		add("", style.Plain, s.Uses[i].String())
	}
	if s.Untracked && s.State != audit.OutOfSight {
		add("", style.Warn, "git does not track it: Nix does not see it")
	}
	for _, f := range s.Age.Former {
		who := audit.Access{Key: f.Key, Holders: f.Holders}
		text := "; the value is still the one that it could read"
		if !f.Certain {
			text = ", and it was encrypted anew then; it may still have the value that it could read"
		}
		add("", style.Warn, who.Who()+" was removed on "+f.Removed.UTC().Format(time.DateOnly)+text)
	}
	return lines
}

// access is one reader, and why.
func access(st *style.Style, a *audit.Access) widget.Line {
	var through []string
	for _, g := range a.Through {
		text := g.What
		if g.At.Line > 0 {
			text += " at " + g.At.String()
		}
		through = append(through, text)
	}
	head := widget.R(style.OK, "  "+st.Glyphs.OK+" can read: ")
	switch {
	case a.Can && !a.Should:
		head = widget.R(style.Fail, "  "+st.Glyphs.Fail+" can read, should not: ")
	case !a.Can:
		head = widget.R(style.Fail, "  "+st.Glyphs.Fail+" should read, cannot: ")
	}
	return widget.Line{head, widget.P(a.Who()), widget.R(style.Muted, "  "+strings.Join(through, "; "))}
}

// mends is the action that mends a secret.
func (v *View) mends(s *audit.Secret) action.ID {
	if s.State == secrets.Drifted {
		return action.FixSecrets
	}
	return action.MakeVars
}

// would says what making or fixing it would do; "" if neither would.
func (v *View) would(s *audit.Secret) string {
	switch {
	case s.Var == nil:
		return ""
	case s.State == secrets.Drifted:
		return "would write it anew, under a fresh key, for " + shouldRead(s)
	case slices.Contains([]secrets.State{secrets.Missing, secrets.Half, secrets.Outdated}, s.State):
		return fmt.Sprintf("would run the generator %s of %s, with what it depends on", s.Generator, strings.Join(s.Declared, ", "))
	}
	return ""
}

func shouldRead(s *audit.Secret) string {
	var names []string
	for i := range s.Access {
		if s.Access[i].Should {
			names = append(names, s.Access[i].Who())
		}
	}
	if s.Var != nil && s.Var.Deploy {
		for _, m := range s.Declared {
			if !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(strings.Split(n, " = "), "machine "+m) }) {
				names = append(names, "machine "+m)
			}
		}
	}
	return strings.Join(names, ", ")
}

// age says when a secret was written, by what is known.
func age(s *audit.Secret, noGit string, now time.Time) string {
	a := &s.Age
	ago := func(t time.Time) string { return t.UTC().Format(time.DateOnly) + " (" + word.Age(now.Sub(t)) + ")" }
	switch {
	case !a.Encrypted && s.Public:
		return "a public value; only those of secrets are looked at"
	case !a.Encrypted:
		return "nothing is there"
	case a.Written.IsZero() && a.Claimed.IsZero():
		return "not known"
	case a.Written.IsZero():
		return "by what the file says, " + ago(a.Claimed) + "; " + cmp.Or(a.Unsaid(noGit), "it is not committed")
	case a.First.IsZero():
		return "written " + ago(a.Written) + "; when it was made is not known: " + noGit
	case a.Writes == 1:
		return "made " + ago(a.First) + ", never written again; its readers are of " + a.Regranted.UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf("written %s, %s in all; its readers are of %s", ago(a.Written), word.Count(a.Writes, "time"), a.Regranted.UTC().Format(time.DateOnly))
}

// empty says why there are no rows.
func (v *View) empty(w int) []widget.Line {
	key := v.env.Key
	back := widget.Line{widget.R(style.Key, key(action.Back)), widget.R(style.Muted, " takes the filter away")}
	switch {
	case !v.list.loaded():
		return view.Loading(&v.env.Known.Secrets, "secrets")
	case len(v.list.all) == 0:
		return view.Folded(nothing(v.env.Known), w)
	case v.input.Value() != "":
		return []widget.Line{{widget.P("no secret matches "), widget.R(style.Strong, v.input.Value())}, back}
	case v.show.reader != "":
		return []widget.Line{{widget.P(v.show.reader + " can read nothing here")}}
	}
	return []widget.Line{{widget.R(style.OK, v.env.Style.Glyphs.OK+" nothing is to mend")}}
}

// nothing says why a fleet has no secrets.
func nothing(k *known.Known) []widget.Line {
	lines := []widget.Line{
		{widget.P("no vars and no .sops.yaml here, and no file that is encrypted with sops")},
		{widget.P("vars are what generators make, declared under clan.core.vars.generators in a module;")},
		{widget.P("files that people edit are those that a rule of .sops.yaml decides for")},
	}
	if k.Adopted {
		lines = append(lines, widget.Line{widget.P("secrets in another store, such as agenix or pass, are not looked at")})
	}
	return lines
}
