package cli

import (
	"fmt"

	"assay/fleet"
	"assay/fleet/host"
	"assay/modules/compose"
	"assay/ui/word"
)

// differenceJSON is one thing that two machines do not share.
type differenceJSON struct {
	Name    string `json:"name"`
	Left    string `json:"left"` // "" where the first machine has nothing
	Right   string `json:"right"`
	LeftAt  string `json:"left_at,omitempty"`
	RightAt string `json:"right_at,omitempty"`
}

// scopeDiffJSON is one entry of "differences" in `compose --diff --json`.
type scopeDiffJSON struct {
	User     string           `json:"user"` // "" for the machine
	Aspects  []differenceJSON `json:"aspects"`
	Foreign  []differenceJSON `json:"foreign"`
	Options  []differenceJSON `json:"options"`
	Packages []differenceJSON `json:"packages"`
}

// showDiff prints how two machines differ.
func (a *app) showDiff(left, right compose.Composition) error {
	scopes := compose.Diff(left, right)
	if a.flags.json {
		out := make([]scopeDiffJSON, len(scopes))
		for i, d := range scopes {
			out[i] = scopeDiffJSON{d.User, differencesToJSON(d.Aspects), differencesToJSON(d.Foreign), differencesToJSON(d.Options), differencesToJSON(d.Packages)}
		}
		return a.text().json(map[string]any{"left": left.Machine, "right": right.Machine, "differences": out})
	}
	p := a.text()
	if len(scopes) == 0 {
		p.clean("%s and %s are made of the same, as far as the tree says", left.Machine, right.Machine)
		return nil
	}
	p.clean("- %s   + %s", left.Machine, right.Machine)
	for _, d := range scopes {
		if d.User != "" {
			p.line("%s  %s", p.paint(strong, host.Sanitize(d.User)), p.paint(faint, "home-manager"))
		}
		p.presence("aspects", d.Aspects)
		p.presence("foreign modules", d.Foreign)
		p.values(d.Options)
		p.presence("packages", d.Packages)
	}
	return nil
}

func differencesToJSON(list []compose.Difference) []differenceJSON {
	out := make([]differenceJSON, len(list))
	for i, d := range list {
		out[i] = differenceJSON{d.Name, d.Left, d.Right, d.LeftAt.String(), d.RightAt.String()}
	}
	return out
}

// presence lists what only one of the two has.
func (p *printer) presence(title string, list []compose.Difference) {
	if !p.section(title, len(list)) {
		return
	}
	for _, d := range list {
		mark, r, at := "-", bad, d.LeftAt
		if d.Left == "" {
			mark, r, at = "+", good, d.RightAt
		}
		p.line("    %s %s  %s", p.paint(r, mark), host.Sanitize(d.Name), p.paint(faint, host.Sanitize(at.String())))
	}
}

// values lists options with the value on either side.
func (p *printer) values(list []compose.Difference) {
	if !p.section("options", len(list)) {
		return
	}
	side := func(mark string, r role, text string, at fleet.Pos) {
		if text == "" {
			return
		}
		where := host.Sanitize(at.String())
		text = host.Sanitize(word.Short(text, p.room(len("      - ")+2+len(where)), word.Ellipsis))
		p.line("      %s %s  %s", p.paint(r, mark), text, p.paint(faint, where))
	}
	for _, d := range list {
		p.line("    %s", host.Sanitize(d.Name))
		side("-", bad, d.Left, d.LeftAt)
		side("+", good, d.Right, d.RightAt)
	}
}

// showWhy prints the way to an aspect in every scope that has it.
func (a *app) showWhy(comp compose.Composition, aspect string) error {
	type whyJSON struct {
		User   string     `json:"user"`
		Class  string     `json:"class"`
		Aspect string     `json:"aspect"`
		Way    []stepJSON `json:"way"`
		Files  []string   `json:"files"`
	}
	found := []whyJSON{}
	var names []string
	p := a.text()
	for _, sc := range append([]compose.Scope{comp.Scope}, comp.Homes...) {
		for _, r := range sc.Aspects {
			names = append(names, r.Name)
			if r.Name != aspect && string(r.Class)+"."+r.Name != aspect && string(r.Class)+"/"+r.Name != aspect {
				continue
			}
			found = append(found, whyJSON{sc.User, string(r.Class), r.Name, stepsToJSON(r.Way), placesToText(r.Files)})
			if !a.flags.json {
				p.whyReached(comp, sc, r)
			}
		}
	}
	if a.flags.json {
		err := p.json(map[string]any{"machine": comp.Machine, "aspect": aspect, "reached": found})
		if err == nil && len(found) == 0 {
			return failed(exitNothing)
		}
		return err
	}
	if len(found) > 0 {
		return nil
	}
	text := fmt.Sprintf("%s has no aspect %s", comp.Machine, aspect)
	if near := fleet.Nearest(aspect, names); near != "" {
		text += fmt.Sprintf("; hint: did you mean %q?", near)
	} else {
		text += "; hint: assay aspects " + aspect + " says who has it"
	}
	return withCode(exitNothing, fmt.Errorf("%s", text))
}

// whyReached prints the way to an aspect, a step a line.
func (p *printer) whyReached(comp compose.Composition, sc compose.Scope, r compose.Reached) {
	scope := comp.Machine
	if sc.User != "" {
		scope = sc.User + " on " + comp.Machine
	}
	p.line("%s  %s", p.paint(strong, host.Sanitize(string(r.Class)+"."+r.Name)), p.paint(faint, host.Sanitize(scope)))
	for i, step := range r.Way {
		p.line("  %*s%s %s  %s", 2*i, "", step.Kind, host.Sanitize(step.Name), p.paint(faint, host.Sanitize(step.At.String())))
	}
	p.clean("  defined at %s", places(r.Files))
}

func placesToText(list []fleet.Pos) []string {
	out := make([]string, len(list))
	for i, at := range list {
		out[i] = at.String()
	}
	return out
}
