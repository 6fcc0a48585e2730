package care

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/overlay"
	"assay/overlay/hydra"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// world is a fleet of a Linux machine and a Mac with one hotfix of ripgrep.
func world(t *testing.T, h fleet.Hotfix, versions string, overrides ...fleet.Override) (*overlay.Stack, *fleet.Fleet) {
	t.Helper()
	h.Package, h.At = "ripgrep", fleet.Pos{File: "fleet.toml", Line: 7}
	if h.Channel == "" {
		h.Channel = "stable"
	}
	f := &fleet.Fleet{
		Machines: []fleet.Machine{{Name: "mac", System: "aarch64-darwin"}, {Name: "web", System: "x86_64-linux"}},
		Channels: []fleet.Channel{{Name: "unstable", Input: "nixpkgs", Default: true}, {Name: "stable", Input: "nixpkgs-stable"}, {Name: "patched", Patched: "unstable"}},
		Overlay: fleet.Overlay{Order: []string{"inputs", "hotfixes", "packages", "overrides", "flake-inputs"}, Composition: "merge",
			Hotfixes: []fleet.Hotfix{h}, Overrides: overrides},
	}
	in := overlay.Input{Fleet: f, Starts: map[overlay.OverrideFile]overlay.Start{{Package: "ripgrep", File: "o.nix"}: {Prev: true}}}
	if versions != "" {
		x, err := overlay.ReadIndex(strings.NewReader(`{"ripgrep":{"pname":"ripgrep","version":"` + versions + `"}}`))
		if err != nil {
			t.Fatal(err)
		}
		in.Indexes = map[overlay.IndexKey]*overlay.Index{{Channel: "unstable"}: x}
	}
	stack, _ := overlay.Resolve(in)
	return stack, f
}

const job = "https://hydra.nixos.org/job/nixpkgs/trunk/ripgrep.x86_64-linux"

// told is a Hydra that says of systems what it is given.
func told(states map[string]hydra.Answer) func(hydra.Target) (hydra.Answer, bool) {
	return func(t hydra.Target) (hydra.Answer, bool) {
		a, ok := states[t.System()]
		a.Job = t
		return a, ok
	}
}

func TestJudge(t *testing.T) {
	green := hydra.Answer{State: hydra.Green, Build: 12, Built: noon.AddDate(0, 0, -2), Asked: noon}
	red := hydra.Answer{State: hydra.Failing, Build: 13, Status: 2, Built: noon.AddDate(0, 0, -1), Asked: noon}
	old := red
	old.Asked, old.Offline = noon.AddDate(0, 0, -3), "no connection"
	drv := func(from, def string) func(string, string) *overlay.Evaluated {
		return func(pkg, system string) *overlay.Evaluated {
			return &overlay.Evaluated{Package: pkg, System: system, Channels: []overlay.EvaluatedChannel{{Channel: "unstable", Derivation: def}, {Channel: "stable", Derivation: from}}}
		}
	}
	versions := func(def string) func(string, string) *overlay.Evaluated {
		return func(pkg, system string) *overlay.Evaluated {
			return &overlay.Evaluated{Package: pkg, System: system, Channels: []overlay.EvaluatedChannel{{Channel: "unstable", Version: def}}}
		}
	}
	once := func(string, string) (time.Time, string) { return noon.AddDate(0, 0, -3), "of another flake.lock" }
	for name, c := range map[string]struct {
		h         fleet.Hotfix
		index     string
		overrides []fleet.Override
		facts     Facts
		want      Verdict
		evidence  string
	}{
		"nothing is written":      {want: Unknown, evidence: "neither a link to a Hydra nor a condition of removal is written beside it"},
		"no machine":              {h: fleet.Hotfix{Systems: []string{"aarch64-linux"}}, want: CanGo, evidence: "no machine of the fleet has a system that it is for"},
		"dead":                    {overrides: []fleet.Override{{Package: "ripgrep", File: "o.nix"}}, want: Dead, evidence: "with composition merge the layer overrides sees the bare channel unstable, not the layer hotfixes"},
		"dead on one system":      {h: fleet.Hotfix{Hydra: job}, overrides: []fleet.Override{{Package: "ripgrep", File: "o.nix", Systems: []string{"*-linux"}}}, want: Unknown, evidence: "it is dead on x86_64-linux: with composition"},
		"from the default":        {h: fleet.Hotfix{Channel: "unstable"}, want: CanGo, evidence: "unstable, which it takes it from, is the default channel"},
		"from one like it":        {h: fleet.Hotfix{Channel: "patched"}, want: CanGo, evidence: "patched, which it takes it from, is the default channel without a patch"},
		"same derivation":         {facts: Facts{Evaluated: drv("/nix/store/a.drv", "/nix/store/a.drv")}, want: CanGo, evidence: "Nix makes the same derivation of it in unstable"},
		"another derivation":      {facts: Facts{Evaluated: drv("/nix/store/b.drv", "/nix/store/a.drv")}, want: Unknown, evidence: "Nix makes another derivation of it in unstable"},
		"same derivation once":    {facts: Facts{Evaluated: drv("/nix/store/a.drv", "/nix/store/a.drv"), Old: once}, want: Unknown, evidence: "Nix made the same derivation of it in unstable 3 days ago, of another flake.lock"},
		"another derivation once": {facts: Facts{Evaluated: drv("/nix/store/b.drv", "/nix/store/a.drv"), Old: once}, want: Unknown, evidence: "Nix made another derivation of it in unstable 3 days ago, of another flake.lock"},
		"version of Nix once":     {h: fleet.Hotfix{RemoveWhen: "unstable >= 15.1"}, index: "14", facts: Facts{Evaluated: versions("15.1"), Old: once}, want: Needed, evidence: "unstable has 14"},
		"no derivation":           {facts: Facts{Evaluated: drv("", "")}, want: Unknown, evidence: "neither"},
		"version reached":         {h: fleet.Hotfix{RemoveWhen: "unstable >= 15.1"}, index: "15.1", want: CanGo, evidence: "unstable has 15.1, and it can go when unstable >= 15.1"},
		"version not reached":     {h: fleet.Hotfix{RemoveWhen: "nixpkgs has ripgrep >= 15.1"}, index: "15.0.9", want: Needed, evidence: "unstable has 15.0.9, and it can go when unstable >= 15.1"},
		"later version":           {h: fleet.Hotfix{RemoveWhen: "ripgrep > 15.1 reaches nixos-unstable."}, index: "15.1", want: Needed, evidence: "unstable has 15.1, and it can go when unstable > 15.1"},
		"no index":                {h: fleet.Hotfix{RemoveWhen: "unstable >= 15.1"}, want: Unknown, evidence: "it can go when unstable >= 15.1; unknown: no index for unstable"},
		"version of Nix":          {h: fleet.Hotfix{RemoveWhen: "unstable >= 15.1"}, index: "14", facts: Facts{Evaluated: versions("15.1")}, want: CanGo, evidence: "unstable has 15.1, and it can go when unstable >= 15.1"},
		"version not of Nix":      {h: fleet.Hotfix{RemoveWhen: "unstable >= 15.1"}, index: "15.1", facts: Facts{Evaluated: versions("")}, want: CanGo, evidence: "unstable has 15.1"},
		"more than a version":     {h: fleet.Hotfix{RemoveWhen: "ripgrep >= 15.1 with the pcre fix"}, index: "16", want: Unknown, evidence: `it can go when "ripgrep >= 15.1 with the pcre fix", which only people can tell`},
		"another package":         {h: fleet.Hotfix{RemoveWhen: "fd >= 9"}, index: "16", want: Unknown, evidence: `"fd >= 9"`},
		"a version or later":      {h: fleet.Hotfix{RemoveWhen: "nixpkgs has ripgrep 15.1 or later"}, index: "15.2", want: CanGo, evidence: "unstable has 15.2, and it can go when unstable >= 15.1"},
		"equal or later":          {h: fleet.Hotfix{RemoveWhen: "unstable = 15.1 or newer"}, index: "15.2", want: CanGo, evidence: "unstable has 15.2, and it can go when unstable >= 15.1"},
		"date passed":             {h: fleet.Hotfix{RemoveWhen: "after 2026-03-01"}, want: CanGo, evidence: "2026-03-01, until when it was to stay, has passed"},
		"date to come":            {h: fleet.Hotfix{RemoveWhen: "2026-03-05"}, want: Needed, evidence: "it is to stay until 2026-03-05"},
		"a pull request":          {h: fleet.Hotfix{RemoveWhen: "merged", Comment: "https://github.com/NixOS/nixpkgs/pull/7"}, want: Unknown, evidence: `it can go when "merged", see https://github.com/NixOS/nixpkgs/pull/7`},
		"green without a job":     {h: fleet.Hotfix{RemoveWhen: "the job is green"}, want: Unknown, evidence: `it can go when "the job is green", and no job of a Hydra is linked`},
		"Hydra not asked":         {h: fleet.Hotfix{Hydra: job}, want: Unknown, evidence: "Hydra was not asked"},
		"green":                   {h: fleet.Hotfix{Hydra: job, Systems: []string{"*-linux"}, RemoveWhen: "the linked job is green"}, facts: Facts{Hydra: told(map[string]hydra.Answer{"x86_64-linux": green})}, want: CanGo, evidence: "Hydra: nixpkgs/trunk/ripgrep.x86_64-linux is green (build 12 of 2026-03-02)"},
		"green on one of two":     {h: fleet.Hotfix{Hydra: job}, facts: Facts{Hydra: told(map[string]hydra.Answer{"x86_64-linux": green})}, want: Unknown, evidence: "Hydra: nixpkgs/trunk/ripgrep.aarch64-darwin is unknown: it was not asked, nixpkgs/trunk/ripgrep.x86_64-linux is green"},
		"failing on one of two":   {h: fleet.Hotfix{Hydra: job}, facts: Facts{Hydra: told(map[string]hydra.Answer{"x86_64-linux": green, "aarch64-darwin": red})}, want: Needed, evidence: "Hydra: nixpkgs/trunk/ripgrep.aarch64-darwin is failing: a dependency failed (build 13 of 2026-03-03), nixpkgs/trunk/ripgrep.x86_64-linux is green"},
		"offline":                 {h: fleet.Hotfix{Hydra: job, Systems: []string{"*-linux"}}, facts: Facts{Hydra: told(map[string]hydra.Answer{"x86_64-linux": old})}, want: Needed, evidence: "is failing: a dependency failed (build 13 of 2026-03-03; offline: asked 3 days ago, no connection)"},
		"the condition decides":   {h: fleet.Hotfix{Hydra: job, Systems: []string{"*-linux"}, RemoveWhen: "unstable >= 15.1"}, index: "15.0", facts: Facts{Hydra: told(map[string]hydra.Answer{"x86_64-linux": green})}, want: Needed, evidence: "unstable has 15.0, and it can go when unstable >= 15.1; but Hydra: nixpkgs/trunk/ripgrep.x86_64-linux is green"},
		"Nix decides before all":  {h: fleet.Hotfix{RemoveWhen: "unstable >= 15.1"}, index: "15.0", facts: Facts{Evaluated: drv("a", "a")}, want: CanGo, evidence: "Nix makes the same derivation of it in unstable; but unstable has 15.0"},
	} {
		t.Run(name, func(t *testing.T) {
			stack, f := world(t, c.h, c.index, c.overrides...)
			hs := Collect(stack, f)
			c.facts.Now = noon
			Judge(stack, hs, c.facts)
			if len(hs) != 1 || hs[0].Verdict != c.want || !strings.HasPrefix(hs[0].Evidence, c.evidence) && !strings.Contains(hs[0].Evidence, c.evidence) {
				t.Errorf("%+v\nwant %s: %s", hs, c.want, c.evidence)
			}
		})
	}
}

// TestCollect: one hotfix is one, on however many systems, with its age, its
// machines and what is rebuilt.
func TestCollect(t *testing.T) {
	stack, f := world(t, fleet.Hotfix{Reason: "r", Added: "2026-03-01"}, "")
	hs := Collect(stack, f)
	rebuilt := map[string]int{"x86_64-linux": 3, "aarch64-darwin": 4}
	Judge(stack, hs, Facts{Now: noon, Rebuilds: func(_, system string) (int, bool) { n, ok := rebuilt[system]; return n, ok }})
	h := hs[0]
	if len(hs) != 1 || fmt.Sprint(h.Systems, h.Channels, h.Machines) != "[aarch64-darwin x86_64-linux] [stable] [mac web]" ||
		h.Since != (Since{Day: "2026-03-01", Days: 3, By: SinceNote}) || h.Reason != "r" || h.Rebuilds == nil || *h.Rebuilds != 7 || h.UsedBy != nil {
		t.Errorf("%+v", hs)
	}
	e := h.entries["x86_64-linux"]
	e.Shadowed, e.Dead = true, fleet.True
	hs[0].entries = map[string]overlay.Entry{"aarch64-darwin": h.entries["aarch64-darwin"], "x86_64-linux": e}
	if Judge(stack, hs, Facts{Now: noon, Rebuilds: func(_, system string) (int, bool) { n, ok := rebuilt[system]; return n, ok }}); *hs[0].Rebuilds != 4 {
		t.Errorf("dead on one system it rebuilds %d", *hs[0].Rebuilds)
	}
	hs[0].entries = h.entries
	delete(rebuilt, "x86_64-linux")
	if Judge(stack, hs, Facts{Now: noon, Rebuilds: func(_, system string) (int, bool) { n, ok := rebuilt[system]; return n, ok }}); hs[0].Rebuilds != nil {
		t.Error("a part of what is rebuilt counts for all")
	}
}

// TestOrder: what asks for something comes first.
func TestOrder(t *testing.T) {
	_, f := world(t, fleet.Hotfix{RemoveWhen: "2030-01-01"}, "")
	f.Overlay.Hotfixes = append(f.Overlay.Hotfixes,
		fleet.Hotfix{Package: "zed", Channel: "stable", Systems: []string{"riscv64-linux"}, At: fleet.Pos{File: "fleet.toml", Line: 20}},
		fleet.Hotfix{Package: "fd", Channel: "stable", At: fleet.Pos{File: "fleet.toml", Line: 30}})
	stack, _ := overlay.Resolve(overlay.Input{Fleet: f})
	hs := Collect(stack, f)
	Judge(stack, hs, Facts{Now: noon})
	var got []string
	for _, h := range hs {
		got = append(got, h.Package+": "+string(h.Verdict))
	}
	if fmt.Sprint(got) != "[zed: can go fd: unknown ripgrep: needed]" {
		t.Errorf("%q", got)
	}
}

// TestJudgeOfAnother: a package that the layer takes under another name is not
// compared by its own; what is said of a channel is about that channel.
func TestJudgeOfAnother(t *testing.T) {
	stack, _ := world(t, fleet.Hotfix{}, "")
	same := func(pkg, system string) *overlay.Evaluated {
		return &overlay.Evaluated{Package: pkg, System: system, Channels: []overlay.EvaluatedChannel{{Channel: "unstable", Derivation: "a"}, {Channel: "stable", Derivation: "a"}}}
	}
	e := overlay.Entry{Package: "rg", Of: "ripgrep", Kind: overlay.LayerHotfixes, Channel: "stable"}
	h := Hotfix{Package: "rg", Kind: e.Kind, Systems: []string{"x86_64-linux"}, entries: map[string]overlay.Entry{"x86_64-linux": e}}
	hs := []Hotfix{h}
	if Judge(stack, hs, Facts{Now: noon, Evaluated: same}); hs[0].Verdict != Unknown {
		t.Errorf("rg, which is stable's ripgrep, by what rg is: %+v", hs[0])
	}
	dead := overlay.Entry{Package: "fd", Kind: overlay.LayerHotfixes, Channel: "stable", Shadowed: true, Dead: fleet.True, Why: "shadowed"}
	bare := overlay.Entry{Package: "fd", Kind: overlay.LayerHotfixes, Channel: "unstable"}
	hs = []Hotfix{{Package: "fd", Kind: bare.Kind, Channels: []string{"unstable", "stable"}, Systems: []string{"aarch64-darwin", "x86_64-linux"},
		entries: map[string]overlay.Entry{"aarch64-darwin": bare, "x86_64-linux": dead}}}
	if Judge(stack, hs, Facts{Now: noon}); hs[0].Evidence != "unstable, which it takes it from, is the default channel" {
		t.Errorf("%+v", hs[0])
	}
}
