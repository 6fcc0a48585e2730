package ui

import (
	"context"
	"errors"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
)

// TestConfirm shows what the files say until Nix has answered, and reaches no
// host before.
func TestConfirm(t *testing.T) {
	var answer chan error // belongs to the bubble that the console runs in
	operate(t, func(c *console) {
		c.see("(read from files; asking Nix…)", "Nix is still being asked which machines there are")
		answer <- nil
		c.settle()
		c.missing("Nix is still being asked")
		c.missing("asking Nix")
	}, func(o *Options) {
		s := o.Session
		answer = make(chan error)
		o.Confirm = func(context.Context) (Session, error) { return s, <-answer }
	})
}

func TestConfirmFails(t *testing.T) {
	operate(t, func(c *console) {
		c.see("(read from files; Nix cannot say)", "Nix cannot read the flake", "syntax error")
		c.press("6")
		c.see("flake.nix:3", "✘ error")
	}, func(o *Options) {
		o.Confirm = func(context.Context) (Session, error) { return nil, errors.New("flake.nix:3: syntax error") }
	})
}

// knowing is a session whose Nix knows the names of modules otherwise.
type knowing struct{ Session }

func (knowing) RefineNames(context.Context) (session.Refinement, error) {
	return session.Refinement{Problems: []fleet.Problem{{Severity: fleet.Warning, At: fleet.Pos{File: "modules/odd.nix", Line: 7}, Text: "aspect odd was read from the files, and Nix knows none of that name"}}}, nil
}

func TestDisagreement(t *testing.T) {
	operate(t, func(c *console) {
		c.settle()
		c.press("6")
		c.see("modules/odd.nix:7", "Nix knows none of that name")
	}, func(o *Options) {
		s := o.Session
		o.Confirm = func(context.Context) (Session, error) { return knowing{s}, nil }
	})
}
