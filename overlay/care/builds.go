package care

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/overlay"
	"assay/overlay/hydra"
)

// Targets are the jobs that tell whether the package builds again: those of
// the hotfix's links, each for every system that the hotfix applies to where
// its name says a system.
func (h *Hotfix) Targets() []hydra.Target {
	var out []hydra.Target
	for _, link := range h.links(overlay.LinkHydra) {
		t, err := hydra.Parse(link.URL)
		if err != nil {
			continue
		}
		on := []hydra.Target{t}
		if t.System() != "" && len(h.Systems) > 0 {
			on = on[:0]
			for _, system := range h.Systems {
				on = append(on, t.On(system))
			}
		}
		for _, t := range on {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// links are the note's links of a kind; those that fleet.toml has under hydra
// may be of any server.
func (h *Hotfix) links(kinds ...overlay.LinkKind) []overlay.Link {
	if h.Note == nil {
		return nil
	}
	var out []overlay.Link
	for _, l := range h.Note.Links {
		_, err := hydra.Parse(l.URL)
		if slices.Contains(kinds, l.Kind) || l.Kind == overlay.LinkOther && err == nil && slices.Contains(kinds, overlay.LinkHydra) {
			out = append(out, l)
		}
	}
	return out
}

// hydra is what the last builds tell: it can go when all are green, and is
// needed when one of them fails.
func (j *judge) hydra() Finding {
	targets := j.h.Targets()
	if len(targets) == 0 {
		return Finding{}
	}
	if j.facts.Hydra == nil {
		return Finding{ByHydra, Unknown, "Hydra was not asked"}
	}
	said := map[hydra.State][]string{}
	asked := false
	for _, t := range targets {
		a, ok := j.facts.Hydra(t)
		if !ok {
			a = hydra.Answer{Job: t, State: hydra.Unknown, Why: "it was not asked"}
		}
		asked = asked || ok
		said[a.State] = append(said[a.State], sentence(t, a, j.facts.Now))
	}
	if !asked {
		return Finding{ByHydra, Unknown, "Hydra was not asked"}
	}
	f := Finding{ByHydra, Unknown, ""}
	var texts []string
	for _, state := range []hydra.State{hydra.Failing, hydra.Unknown, hydra.Green} {
		texts = append(texts, said[state]...)
	}
	switch {
	case len(said[hydra.Failing]) > 0:
		f.Verdict = Needed
	case len(said[hydra.Unknown]) == 0:
		f.Verdict = CanGo
	}
	f.Text = "Hydra: " + strings.Join(texts, ", ")
	return f
}

// sentence is "nixpkgs/trunk/duckdb.aarch64-darwin failed (build 12 of
// 2026-08-20; offline: asked 3 days ago)".
func sentence(t hydra.Target, a hydra.Answer, now time.Time) string {
	job := t.String()
	if t.Build > 0 && a.Job.Name != "" {
		job = a.Job.String()
	}
	var about []string
	what := "is unknown: " + a.Why
	if a.State != hydra.Unknown {
		what = "is green"
		if a.State == hydra.Failing {
			what = "is failing: " + a.Status.String()
		}
		of := ""
		if !a.Built.IsZero() {
			of = " of " + a.Built.Format(time.DateOnly)
		}
		about = append(about, fmt.Sprintf("build %d%s", a.Build, of))
	}
	asked := ago(now.Sub(a.Asked))
	switch {
	case a.Offline != "" && a.Asked.IsZero():
		about = append(about, "offline: "+a.Offline)
	case a.Offline != "":
		about = append(about, "offline: asked "+asked+", "+a.Offline)
	case !a.Asked.IsZero() && now.Sub(a.Asked) > time.Hour:
		about = append(about, "asked "+asked)
	}
	if len(about) == 0 {
		return job + " " + what
	}
	return job + " " + what + " (" + strings.Join(about, "; ") + ")"
}

// ago is how long something is past, in words.
func ago(d time.Duration) string {
	count := func(n int, unit string) string {
		if n != 1 {
			unit += "s"
		}
		return fmt.Sprintf("%d %s ago", n, unit)
	}
	switch hours := int(d.Hours()); {
	case hours < 1:
		return "just now"
	case hours < 48:
		return count(hours, "hour")
	default:
		return count(hours/24, "day")
	}
}
