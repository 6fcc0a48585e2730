package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"assay/fleet/engine"
	"assay/overlay/care"
)

// forgetful is a Nix that says where packages come from, and not what needs
// them.
type forgetful struct {
	engine.Engine
	failed  string // a machine that cannot be evaluated
	needing error
}

func (f forgetful) Evaluate(_ context.Context, machines []string, _ func(engine.Step), done func(string, engine.System, error)) {
	for _, m := range machines {
		if m == f.failed {
			done(m, engine.System{}, errors.New("it throws"))
			continue
		}
		done(m, engine.System{Machine: m, Derivation: "/nix/store/" + m + ".drv"}, nil)
	}
}

func (f forgetful) Supplies(_ context.Context, questions []engine.SupplyQuestion, _ func(engine.Step)) ([]engine.Supply, error) {
	var out []engine.Supply
	for _, q := range questions {
		for _, pkg := range q.Packages {
			out = append(out, engine.Supply{Machine: q.Machine, Package: pkg, Is: engine.Supplied{Derivation: "/nix/store/" + pkg + ".drv"}})
		}
	}
	return out, nil
}

// FormerSupplies is one answer, which is of a time when the default channel had
// another name.
func (f forgetful) FormerSupplies(context.Context) ([]engine.FormerSupply, error) {
	return []engine.FormerSupply{{Asked: true, Supply: engine.Supply{Machine: "one", Package: "ncdu", Is: engine.Supplied{Derivation: "/nix/store/ncdu.drv"},
		Channels: map[string]engine.Supplied{"former": {Derivation: "/nix/store/ncdu.drv"}}}}}, nil
}

func (f forgetful) Needing(_ context.Context, systems []engine.System, derivations []string) (map[string]int, error) {
	counts := map[string]int{}
	for _, d := range derivations {
		counts[d] = len(systems)
	}
	return counts, f.needing
}

// TestRebuilds: what cannot be counted is not known, and spoils nothing else.
func TestRebuilds(t *testing.T) {
	for name, c := range map[string]struct {
		nix  forgetful
		want int // -1 is not known
	}{
		"counted":          {want: 2},
		"a broken machine": {nix: forgetful{failed: "two"}, want: -1},
		"no derivations":   {nix: forgetful{needing: errors.New("gone")}, want: -1},
	} {
		s := channelled(t, "", nil)
		s.reach = &Reach{Engine: c.nix}
		hs, err := s.Hotfixes(t.Context(), HotfixQuestion{Evaluate: true})
		if err != nil || len(hs) != 2 {
			t.Errorf("%s: %v, %v", name, hs, err)
			continue
		}
		for _, h := range hs {
			if n := rebuilt(h); n != c.want {
				t.Errorf("%s: %s rebuilds %d, want %d", name, h.Package, n, c.want)
			}
		}
	}
}

func rebuilt(h care.Hotfix) int {
	if h.Rebuilds == nil {
		return -1
	}
	return *h.Rebuilds
}

// TestRememberedOfFormerDefault: a channel that was not asked about says so.
func TestRememberedOfFormerDefault(t *testing.T) {
	s := channelled(t, "", nil)
	s.reach = &Reach{Engine: forgetful{}}
	kept, err := s.Remembered(t.Context())
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	for _, c := range kept[0].Channels {
		if c.Derivation == "" && c.Unknown == "" {
			t.Errorf("nothing is said of %s: %+v", c.Channel, kept[0])
		}
	}
}

// TestRecalledOfHotfixes: without asking, what Nix said before counts, as the
// old answer that it is.
func TestRecalledOfHotfixes(t *testing.T) {
	for name, c := range map[string]struct {
		current, locked bool
		want            care.Verdict
		text            string
	}{
		"of now":    {true, true, care.CanGo, "Nix makes the same derivation of it in unstable"},
		"of before": {false, true, care.Unknown, "Nix made the same derivation of it in unstable 3 days ago, of other files"},
		"of a lock": {false, false, care.Unknown, "Nix made the same derivation of it in unstable 3 days ago, of another flake.lock"},
	} {
		s := channelled(t, "", nil)
		nix := &recalling{current: c.current, locked: c.locked, at: s.opts.Clock().AddDate(0, 0, -3)}
		s.reach = &Reach{Engine: nix}
		for _, m := range s.Fleet().Machines {
			nix.machines = append(nix.machines, m.Name)
		}
		hs, err := s.Hotfixes(t.Context(), HotfixQuestion{})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, h := range hs {
			for _, f := range h.Findings {
				found = found || f.By == care.ByNix && f.Verdict == c.want && f.Text == c.text
			}
		}
		if !found {
			t.Errorf("%s: %+v", name, hs)
		}
	}
}

// recalling remembers the same derivation of everything in every channel.
type recalling struct {
	forgetful
	machines        []string
	current, locked bool
	at              time.Time
}

func (r *recalling) FormerSupplies(context.Context) ([]engine.FormerSupply, error) {
	var out []engine.FormerSupply
	same := engine.Supplied{Derivation: "/nix/store/same.drv"}
	for _, m := range r.machines {
		for _, pkg := range []string{"ncdu", "ripgrep", "jq", "htop"} {
			out = append(out, engine.FormerSupply{At: r.at, Current: r.current, Locked: r.locked, Supply: engine.Supply{Machine: m, Package: pkg, Is: same,
				Channels: map[string]engine.Supplied{"unstable": same, "stable": same, "linux-stable": same, "darwin-stable": same}}})
		}
	}
	return out, nil
}
