// Package care says of every hotfix of a fleet whether it is still needed: of
// the packages that layers take from another channel for a while, and of the
// overrides and packages of the fleet's own that say when they can go.
//
// It judges from what others have found out, each a Finding: the layers
// themselves, what Nix says of the package's derivations, the condition that
// is written beside the hotfix, and what a Hydra says of the package's last
// build. What nobody asked for is not known, and is no verdict.
//
// The functions ask nobody, keep no state and may be called concurrently.
package care

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"assay/fleet"
	"assay/overlay"
	"assay/overlay/hydra"
)

// Verdict says whether a hotfix is still needed.
type Verdict string

// The verdicts.
const (
	Dead    Verdict = "dead"    // something shadows it on all of its systems: it has no effect
	CanGo   Verdict = "can go"  // the package would do without it
	Unknown Verdict = "unknown" // nothing that was asked tells
	Needed  Verdict = "needed"
)

// rank orders verdicts as they are listed: what asks for something first.
func rank(v Verdict) int { return slices.Index([]Verdict{Dead, CanGo, Unknown, Needed}, v) }

// Hotfix is one hotfix with what is known about it.
type Hotfix struct {
	Package  string        `json:"package"`
	Kind     string        `json:"kind"` // of the entry: overlay.LayerHotfixes or another of these
	Layer    string        `json:"layer"`
	Verdict  Verdict       `json:"verdict"`
	Evidence string        `json:"evidence"` // one sentence
	Findings []Finding     `json:"findings"` // all that the verdict is made of
	Channels []string      `json:"channels"` // that it takes the package from, one for each kind of system
	Systems  []string      `json:"systems"`  // of the fleet's machines, where it applies
	Globs    []string      `json:"globs,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Note     *overlay.Note `json:"note,omitempty"`
	Since    Since         `json:"since"`
	Machines []string      `json:"machines"` // whose package set has it
	UsedBy   []string      `json:"used_by"`  // those whose lists of packages name it; nil is not asked
	Rebuilds *int          `json:"rebuilds"` // derivations of the machines' systems that are others because of it; nil is not known
	At       fleet.Pos     `json:"at"`

	entries map[string]overlay.Entry // by system
}

// Since is when a hotfix came to be.
type Since struct {
	Day     string `json:"day,omitempty"` // "2025-10-14"; "" is not known
	Days    int    `json:"days"`          // its age
	By      string `json:"by,omitempty"`  // SinceNote or SinceGit
	Commit  string `json:"commit,omitempty"`
	Subject string `json:"subject,omitempty"` // of the commit
	Why     string `json:"why,omitempty"`     // why the day is not known, or is only the latest that it can be
}

// What a day is known from.
const (
	SinceNote = "note" // what is written beside the hotfix
	SinceGit  = "git"  // the commit that the line is from
)

// Finding is what one source says of a hotfix.
type Finding struct {
	By      Source  `json:"by"`
	Verdict Verdict `json:"verdict"` // what would follow from it alone
	Text    string  `json:"text"`
}

// Source is where a finding is from. A finding of an earlier one decides over
// those of later ones.
type Source string

// The sources.
const (
	ByLayers    Source = "layers"    // the layers as they are declared
	ByNix       Source = "evaluated" // what Nix says of the derivations
	ByCondition Source = "condition" // the condition of removal
	ByHydra     Source = "hydra"     // the last builds of the package
)

// Facts are what others have found out. A nil function means that nobody was
// asked.
type Facts struct {
	Now       time.Time
	Evaluated func(pkg, system string) *overlay.Evaluated // nil of one that was not evaluated
	// Old says when Nix gave an answer of Evaluated, and of what, "of another
	// flake.lock", where that is not the fleet any more; "" of other answers.
	// Nothing follows from an old one.
	Old      func(pkg, system string) (at time.Time, of string)
	Hydra    func(hydra.Target) (hydra.Answer, bool) // ok is false of one that was never asked
	Rebuilds func(pkg, system string) (n int, ok bool)
}

// Collect lists the hotfixes of a fleet by package and place, without
// verdicts. Those of fleet.toml that apply to no machine are among them.
func Collect(stack *overlay.Stack, f *fleet.Fleet) []Hotfix {
	var out []Hotfix
	for _, system := range stack.Systems() {
		for _, layer := range stack.Layers(system) {
			for _, e := range layer.Entries {
				if e.Temporary() {
					out = collect(out, e, system, machinesOf(f, layer, system))
				}
			}
		}
	}
	for _, h := range f.Overlay.Hotfixes {
		if !slices.ContainsFunc(out, func(o Hotfix) bool { return o.At == h.At }) {
			out = append(out, Hotfix{Package: h.Package, Kind: overlay.LayerHotfixes, Layer: overlay.LayerHotfixes, Channels: []string{h.Channel},
				Systems: []string{}, Machines: []string{}, Globs: h.Systems, Reason: h.Reason, Since: Since{Day: h.Added}, At: h.At})
		}
	}
	for i := range out {
		if out[i].Since.Day != "" {
			out[i].Since.By = SinceNote
		}
	}
	slices.SortStableFunc(out, func(a, b Hotfix) int {
		return cmp.Or(strings.Compare(a.Package, b.Package), fleet.ComparePos(a.At, b.At))
	})
	return out
}

// collect adds an entry of one system to the hotfix that it belongs to.
func collect(out []Hotfix, e overlay.Entry, system string, machines []string) []Hotfix {
	i := slices.IndexFunc(out, func(h Hotfix) bool { return h.Package == e.Package && h.At == e.At && h.Layer == e.Layer })
	if i < 0 {
		i = len(out)
		h := Hotfix{Package: e.Package, Kind: e.Kind, Layer: e.Layer, Globs: e.Systems, Reason: e.Reason, Note: e.Note, At: e.At,
			Channels: []string{}, Machines: []string{}, entries: map[string]overlay.Entry{}}
		if e.Note != nil {
			h.Reason, h.Since.Day = cmp.Or(e.Reason, e.Note.Reason), e.Note.Added
		}
		out = append(out, h)
	}
	h := &out[i]
	h.entries[system] = e
	h.Systems = append(h.Systems, system)
	if e.Channel != "" && !slices.Contains(h.Channels, e.Channel) {
		h.Channels = append(h.Channels, e.Channel)
	}
	for _, m := range machines {
		if !slices.Contains(h.Machines, m) {
			h.Machines = append(h.Machines, m)
		}
	}
	slices.Sort(h.Machines)
	return out
}

// machinesOf are those of a system whose package set has the layer.
func machinesOf(f *fleet.Fleet, layer overlay.Layer, system string) []string {
	if layer.Machines != nil {
		return layer.Machines
	}
	var names []string
	for _, m := range f.Machines {
		if m.System == system {
			names = append(names, m.Name)
		}
	}
	return names
}
