package ui

import (
	"context"
	"errors"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/session"
	"assay/overlay"
)

// evaluating is a session whose Nix says of a package what a test has it say.
type evaluating struct {
	Session
	held  chan struct{}
	err   error
	kept  []session.Remembered
	asked []session.PackageQuestion
}

func (e *evaluating) NoEvaluation() string { return "" }

func (e *evaluating) Remembered(context.Context) ([]session.Remembered, error) { return e.kept, nil }

func (e *evaluating) EvaluatePackages(ctx context.Context, q session.PackageQuestion, watch func(engine.Step)) ([]overlay.Evaluated, error) {
	e.asked = append(e.asked, q)
	watch(engine.Step{Kind: engine.StepEvaluate, What: q.Packages[0]})
	select {
	case <-e.held:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	return []overlay.Evaluated{supplied(q.Packages[0], q.Systems[0], "9.9")}, e.err
}

func supplied(pkg, system, version string) overlay.Evaluated {
	return overlay.Evaluated{Package: pkg, System: system, Machine: "stibnite", Version: version, Derivation: "/nix/store/00000000000000000000000000000000-" + pkg + ".drv",
		Changed: fleet.False, Source: fleet.SourceEvaluated}
}

// evaluate opens the answer about a package of the example fleet.
func evaluate(t *testing.T, f func(c *console, s *evaluating), kept ...session.Remembered) {
	t.Helper()
	s := &evaluating{kept: kept}
	operate(t, func(c *console) {
		s.held = make(chan struct{})
		c.press("3", "/", "r", "i", "p", "g", "r", "e", "p", "enter")
		c.see("ripgrep on aarch64-darwin")
		if len(s.asked) > 0 {
			t.Error("Nix is asked though nobody wants it")
		}
		f(c, s)
	}, func(o *Options) {
		s.Session = o.Session
		o.Session = s
	})
}

func TestEvaluate(t *testing.T) {
	evaluate(t, func(c *console, s *evaluating) {
		c.see("read from fleet.toml; n asks Nix")
		c.press("n")
		c.see("asking Nix, ", "esc stops")
		c.pass(time.Minute)
		c.see("asking Nix, 1m0")
		s.held <- struct{}{}
		c.settle()
		c.see("evaluated by Nix", "9.9", "they agree")
		c.missing("esc stops")
		if q := s.asked[0]; len(s.asked) != 1 || q.Systems[0] != "aarch64-darwin" || !q.Layers || q.Machine != "" {
			t.Errorf("%+v", s.asked)
		}
	})
}

func TestEvaluationStops(t *testing.T) {
	for name, key := range map[string]string{"back": "esc", "once more": "n", "ctrl+c": "ctrl+c"} {
		t.Run(name, func(t *testing.T) {
			evaluate(t, func(c *console, s *evaluating) {
				c.press("n", key)
				c.see("Nix was stopped", "ripgrep on aarch64-darwin", "n asks Nix")
				c.missing("esc stops", "evaluated by Nix")
				if c.press("ctrl+c"); key == "ctrl+c" && c.quit { // it comes a moment too late
					t.Error("the console was left")
				}
			})
		})
	}
}

// TestEvaluationOfAnother goes on with what was asked for last.
func TestEvaluationOfAnother(t *testing.T) {
	evaluate(t, func(c *console, s *evaluating) {
		c.press("n", "esc", "n", "/", "j", "q", "enter", "n")
		c.see("jq on aarch64-darwin", "asking Nix, ")
		s.held <- struct{}{}
		c.settle()
		c.see("9.9")
		if len(s.asked) != 3 || s.asked[2].Packages[0] != "jq" {
			t.Errorf("%+v", s.asked)
		}
	})
}

// TestFormerEvaluation shows at once what Nix said before, as the old answer
// that it is, also while a new one is made.
func TestFormerEvaluation(t *testing.T) {
	kept := session.Remembered{At: time.Date(1999, 12, 28, 0, 0, 0, 0, time.UTC), Evaluated: supplied("ripgrep", "aarch64-darwin", "8.8")}
	evaluate(t, func(c *console, s *evaluating) {
		c.see("8.8", "evaluated 4d ago", "old, of another flake.lock", "n asks anew")
		c.press("n")
		c.see("8.8", "old, of another flake.lock", "asking Nix, ")
		s.err = errors.New("out of luck")
		s.held <- struct{}{}
		c.settle()
		c.see("8.8", "Nix cannot say: out of luck")
		s.err = nil
		c.press("n")
		s.held <- struct{}{}
		c.settle()
		c.see("9.9", "they agree")
		c.missing("8.8", "another one", "out of luck")
	}, kept)
}
