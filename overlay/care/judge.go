package care

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet"
	"assay/overlay"
)

// Judge gives the hotfixes their verdicts, ages and numbers of rebuilds, and
// sorts them: what has no effect or can go first, then by package.
func Judge(stack *overlay.Stack, hotfixes []Hotfix, facts Facts) {
	for i := range hotfixes {
		h := &hotfixes[i]
		j := judge{stack, h, facts}
		h.Findings = []Finding{}
		for _, f := range []Finding{j.layers(), j.nix(), j.condition(), j.hydra()} {
			if f.Text != "" {
				h.Findings = append(h.Findings, f)
			}
		}
		h.Verdict, h.Evidence = decide(h.Findings)
		h.Rebuilds = j.rebuilds()
		if day, err := time.Parse(time.DateOnly, h.Since.Day); err == nil {
			h.Since.Days = max(0, int(facts.Now.Sub(day).Hours()/24))
		}
	}
	slices.SortStableFunc(hotfixes, func(a, b Hotfix) int { return cmp.Compare(rank(a.Verdict), rank(b.Verdict)) })
}

// decide takes the verdict of the first finding that has one, and says what
// the others have against it. Without any it says why nothing is known.
func decide(findings []Finding) (Verdict, string) {
	i := slices.IndexFunc(findings, func(f Finding) bool { return f.Verdict != Unknown })
	if i < 0 {
		var texts []string
		for _, f := range findings {
			texts = append(texts, f.Text)
		}
		if len(texts) == 0 {
			return Unknown, "neither a link to a Hydra nor a condition of removal is written beside it"
		}
		return Unknown, strings.Join(texts, "; ")
	}
	text := findings[i].Text
	for _, f := range findings[i+1:] {
		if f.Verdict != Unknown && f.Verdict != findings[i].Verdict {
			text += "; but " + f.Text
		}
	}
	return findings[i].Verdict, text
}

// judge is one hotfix that is judged.
type judge struct {
	stack *overlay.Stack
	h     *Hotfix
	facts Facts
}

// layers is what the declaration itself tells.
func (j *judge) layers() Finding {
	if len(j.h.Systems) == 0 {
		return Finding{ByLayers, CanGo, "no machine of the fleet has a system that it is for"}
	}
	var dead, nowhere, other []string
	why, bare := "", "" // of those that are dead; a channel of those that change nothing
	for _, system := range j.h.Systems {
		e := j.h.entries[system]
		switch {
		case e.Shadowed && e.Dead == fleet.True:
			dead, why = append(dead, system), e.Why
		case e.Kind == overlay.LayerHotfixes && e.Channel == "":
			nowhere = append(nowhere, system)
		case e.Kind == overlay.LayerHotfixes && j.stack.Bare(e.Channel):
			bare = e.Channel
		default:
			other = append(other, system)
		}
	}
	switch {
	case len(dead) == len(j.h.Systems):
		return Finding{ByLayers, Dead, why}
	case len(nowhere) > 0:
		return Finding{ByLayers, Unknown, "its channel is not known on " + strings.Join(nowhere, ", ")}
	case len(other) == 0 && bare != "" && bare == j.stack.Default():
		return Finding{ByLayers, CanGo, bare + ", which it takes it from, is the default channel"}
	case len(other) == 0 && bare != "":
		return Finding{ByLayers, CanGo, bare + ", which it takes it from, is the default channel without a patch"}
	case len(dead) > 0:
		return Finding{ByLayers, Unknown, "it is dead on " + strings.Join(dead, ", ") + ": " + why}
	}
	return Finding{}
}

// old says when Nix said what it did, and of what, where that is not the fleet
// any more.
func (j *judge) old(system string) string {
	if j.facts.Old == nil {
		return ""
	}
	at, of := j.facts.Old(j.h.Package, system)
	if of == "" {
		return ""
	}
	return ago(j.facts.Now.Sub(at)) + ", " + of
}

// nix compares the derivations of the hotfix's channel and of the default one.
// What the channel has under another name was not asked for.
func (j *judge) nix() Finding {
	if j.facts.Evaluated == nil || j.h.Kind != overlay.LayerHotfixes {
		return Finding{}
	}
	var same, other, unknown []string
	old := ""
	for _, system := range j.h.Systems {
		from, def := "", ""
		e := j.h.entries[system]
		if told := j.facts.Evaluated(j.h.Package, system); told != nil && cmp.Or(e.Of, e.Package) == e.Package {
			for _, c := range told.Channels {
				switch c.Channel {
				case e.Channel:
					from = c.Derivation
				case j.stack.Default():
					def = c.Derivation
				}
			}
			old = cmp.Or(old, j.old(system))
		}
		switch {
		case from == "" || def == "":
			unknown = append(unknown, system)
		case from == def:
			same = append(same, system)
		default:
			other = append(other, system)
		}
	}
	def := cmp.Or(j.stack.Default(), "nixpkgs")
	switch {
	case old != "" && len(same) > 0 && len(other)+len(unknown) == 0:
		return Finding{ByNix, Unknown, "Nix made the same derivation of it in " + def + " " + old}
	case old != "" && len(same)+len(other) > 0:
		return Finding{ByNix, Unknown, "Nix made another derivation of it in " + def + " " + old}
	case len(same) > 0 && len(other)+len(unknown) == 0:
		return Finding{ByNix, CanGo, "Nix makes the same derivation of it in " + def}
	case len(same) > 0:
		return Finding{ByNix, Unknown, fmt.Sprintf("Nix makes the same derivation of it in %s on %s, which is not known or not so on %s", def,
			strings.Join(same, ", "), strings.Join(append(other, unknown...), ", "))}
	case len(other) > 0:
		return Finding{ByNix, Unknown, "Nix makes another derivation of it in " + def}
	}
	return Finding{}
}

// rebuilds adds up what is rebuilt on all of its systems, nothing where it is
// dead; nil where that is not known of one.
func (j *judge) rebuilds() *int {
	if j.facts.Rebuilds == nil || len(j.h.Systems) == 0 {
		return nil
	}
	sum := 0
	for _, system := range j.h.Systems {
		if e := j.h.entries[system]; e.Shadowed && e.Dead == fleet.True {
			continue
		}
		n, ok := j.facts.Rebuilds(j.h.Package, system)
		if !ok {
			return nil
		}
		sum += n
	}
	return &sum
}
