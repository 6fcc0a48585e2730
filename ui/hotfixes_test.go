package ui

import (
	"context"
	"errors"
	"testing"
	"time"

	"assay/fleet/session"
	"assay/overlay/care"
)

// caring is a session whose hotfixes are asked about, changed and written as a
// test tells it to.
type caring struct {
	Session
	held    chan struct{}
	patch   bool
	err     error
	written []session.Edit
}

func (c *caring) Hotfixes(ctx context.Context, q session.HotfixQuestion) ([]care.Hotfix, error) {
	found, err := c.Session.Hotfixes(ctx, session.HotfixQuestion{})
	if !q.Hydra && !q.Evaluate {
		return found, err
	}
	if q.Hydra {
		q.Asked(3)
	}
	select {
	case <-c.held:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	found[1].Verdict = care.CanGo
	if n := 4711; q.Evaluate {
		found[1].Rebuilds = &n
	}
	return found, errors.Join(err, c.err)
}

func (c *caring) NoEvaluation() string { return "" }

func (c *caring) RemoveHotfix(string, string) (session.Edit, error) {
	return session.Edit{File: "fleet.toml", After: []byte("-package = gone\n"), Patch: c.patch}, c.err
}

func (c *caring) WriteEdit(e session.Edit) error {
	c.written = append(c.written, e)
	return nil
}

// tend opens the hotfixes' view.
func tend(t *testing.T, f func(c *console, s *caring), change ...func(*Options)) {
	t.Helper()
	s := &caring{}
	operate(t, func(c *console) {
		s.held = make(chan struct{})
		c.press("3", "H")
		c.see("layers → hotfixes", "duckdb")
		f(c, s)
	}, append(change, func(o *Options) {
		s.Session = o.Session
		o.Session = s
	})...)
}

func TestCheckOfHotfixes(t *testing.T) {
	tend(t, func(c *console, s *caring) {
		c.press("c")
		c.pass(fastTick)
		c.see("asking Hydra: 1 of 3 jobs", "c stops")
		s.held <- struct{}{}
		c.settle()
		c.see("asked Hydra and git", "can go", "hotfixes are checked")
		c.press("c")
		c.pass(fastTick)
		c.see("c stops")
		c.press("c")
		c.missing("c stops")
		c.see("stopped")
	})
}

// TestNixOfHotfixes: Nix is asked by a key, is stopped by it and by esc, and
// what it alone has counted stays when Hydra is asked.
func TestNixOfHotfixes(t *testing.T) {
	tend(t, func(c *console, s *caring) {
		c.see("n asks whether packages are the same")
		for _, key := range []string{"n", "esc"} {
			c.press("n")
			c.pass(time.Minute)
			c.see("asking Nix, 1m0", "n stops", "duckdb")
			c.press(key)
			c.see("Nix was stopped", "n asks whether", "duckdb")
			c.missing("n stops")
		}
		c.press("n")
		s.held <- struct{}{}
		c.settle()
		c.see("asked Nix 0s ago; n asks again", "can go")
		c.press("/", "c", "a", "n", "enter")
		c.see("4711 derivations")
		c.press("c")
		s.held <- struct{}{}
		c.settle()
		c.see("asked Hydra and git", "asked Nix", "4711 derivations")
		s.err = errors.New("out of luck")
		c.press("n")
		c.see("4711 derivations", "asking Nix")
		s.held <- struct{}{}
		c.settle()
		c.see("4711 derivations", "Nix cannot say: out of luck", "asked Hydra and git")
		c.press("c", "n") // it goes on with Nix
		c.see("asking Nix, ", "n stops", "c asks again")
	})
}

func TestRemoveHotfix(t *testing.T) {
	tend(t, func(c *console, s *caring) {
		c.press("x")
		c.see("Take the hotfix of", "-package = gone", "Write fleet.toml")
		c.press("enter") // Cancel has the focus
		if len(s.written) != 0 {
			t.Error("cancel writes")
		}
		c.press("x", "tab", "enter")
		c.see("fleet.toml is written")
		if len(s.written) != 1 {
			t.Errorf("%d edits are written", len(s.written))
		}
		s.err = errors.New("ncdu has several")
		c.press("x")
		c.see("cannot be taken out here", "ncdu has several")
	})
}

func TestPatchOfHotfix(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"Nix files are yours":           func(*Options) {},
		"Nothing is written: read-only": func(o *Options) { o.ReadOnly = "read-only: a test" },
		"Nothing is written: a demo's":  func(o *Options) { o.KeepsFiles = "a demo's" },
	} {
		t.Run(name, func(t *testing.T) {
			tend(t, func(c *console, s *caring) {
				s.patch = name == "Nix files are yours"
				c.press("x")
				c.see(name, "-package = gone", "Copy the patch")
				c.press("tab", "enter")
				c.see("Nothing was copied: this terminal has no clipboard") // as in every test
				if len(s.written) != 0 {
					t.Error("something is written")
				}
			}, change)
		})
	}
}
