package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"assay/fleet/host"
)

// passwordTries is how often a person is asked for the password of one machine.
const passwordTries = 3

// mostNamed is how many machines one question names beside its own, which are
// seen on any screen; the next question names others.
const mostNamed = 60

// passwords keeps what persons gave, by the name of the user.
type passwords struct {
	mu       sync.Mutex
	groups   map[string]*group
	together []host.Target
}

// Together says which machines are worked on at the same time from now on, by
// somebody who has chosen them. A password that is asked for on one of them is
// for all of them on which the user has the same name and wants sudo, and the
// question names them. No machine gets a password that was given without naming
// it.
func (c *Connector) Together(targets []host.Target) {
	c.passwords.mu.Lock()
	defer c.passwords.mu.Unlock()
	c.passwords.together = targets
}

// others are the machines together with this one that may want the user's
// password, in the order in which they were chosen.
func (p *passwords) others(machine, user string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	chosen, names := false, []string(nil)
	for _, t := range p.together {
		if t.Machine == machine {
			chosen = true
		} else if t.Become == host.BecomeSudo && reachedAs(t, user) {
			names = append(names, t.Machine)
		}
	}
	if !chosen {
		return nil
	}
	return names
}

// reachedAs reports whether one of the addresses is for the user, or for whom
// the SSH configuration says.
func reachedAs(t host.Target, user string) bool {
	return slices.ContainsFunc(t.Addresses, func(text string) bool {
		a, err := parseAddress(text)
		return err == nil && (a.user == "" || a.user == user)
	})
}

// group are the machines on which a user has the same name. Whoever holds
// its turn asks and finds out whether the answer is right, so that a wrong
// password is tried on one machine and not on all.
type group struct {
	turn *slots

	mu       sync.Mutex
	given    map[string][]byte // by machine, the one that was given last and names it
	right    map[string][]byte // by machine, the one that was right there last
	refusals int               // how often a person gave none
	refusal  error
}

func (p *passwords) group(user string) *group {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.groups == nil {
		p.groups = map[string]*group{}
	}
	if p.groups[user] == nil {
		p.groups[user] = &group{turn: newSlots(1)}
	}
	return p.groups[user]
}

// state is what is known: the password that was right on the machine, or else
// the one that was given last with its name in the question.
func (g *group) state(machine string) (password []byte, refusals int, refusal error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if right, ok := g.right[machine]; ok {
		return right, g.refusals, g.refusal
	}
	return g.given[machine], g.refusals, g.refusal
}

// open are those of the machines on which no password was right yet.
func (g *group) open(machines []string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(machines, func(name string) bool { return g.right[name] != nil })
}

// refuse notes that a person gave no password.
func (g *group) refuse(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refusals, g.refusal = g.refusals+1, err
}

// accept notes that a password was right on a machine, and that it was given for
// others too. It is the first to be tried there again: some hosts lock out who
// often gives a wrong one.
func (g *group) accept(machine string, password []byte, others ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.right == nil {
		g.right, g.given = map[string][]byte{}, map[string][]byte{}
	}
	g.right[machine] = password
	for _, name := range others {
		g.given[name] = password
	}
}

// forget notes that a password is not right any more on a machine.
func (g *group) forget(machine string, password []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if bytes.Equal(g.right[machine], password) {
		delete(g.right, machine)
	}
}

// withPassword completes way with the password of the user's group: the one
// that was given for this machine if it accepts it, else one that a person gives.
func (c *conn) withPassword(ctx context.Context, way *rootWay) (*rootWay, error) {
	ask := c.owner.options.Password
	if ask == nil {
		return nil, c.noRoot("sudo wants the password of %s, and there is nobody to ask; hint: permit it without one (NOPASSWD)", c.user)
	}
	g := c.owner.passwords.group(c.user)
	tried, before, _ := g.state(c.machine)
	if tried != nil {
		if found, err := c.try(ctx, way, tried); !errors.Is(err, errWrongPassword) {
			if err == nil {
				g.accept(c.machine, tried)
			}
			return found, err
		}
		g.forget(c.machine, tried)
	}
	if err := g.turn.acquire(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", c.machine, err)
	}
	defer g.turn.release()
	known, refusals, refusal := g.state(c.machine)
	if refusals > before { // said while we waited
		return nil, c.noRoot("sudo wants the password of %s, and none was given: %w", c.user, refusal)
	}
	if known != nil && !bytes.Equal(known, tried) {
		if found, err := c.try(ctx, way, known); !errors.Is(err, errWrongPassword) {
			if err == nil {
				g.accept(c.machine, known)
			}
			return found, err
		}
	}
	return c.askPassword(ctx, way, g, ask)
}

// askPassword asks a person until the machine accepts the answer.
func (c *conn) askPassword(ctx context.Context, way *rootWay, g *group, ask func(ctx context.Context, machine, prompt string) ([]byte, error)) (*rootWay, error) {
	others := g.open(c.owner.passwords.others(c.machine, c.user))
	others = others[:min(len(others), mostNamed)]
	prompt := passwordPrompt(c.user, c.machine, others)
	for again := range passwordTries {
		if again == 1 {
			prompt = "wrong password; " + prompt
		}
		password, err := ask(ctx, c.machine, prompt)
		if err != nil {
			g.refuse(err)
			return nil, c.noRoot("sudo wants the password of %s, and none was given: %w", c.user, err)
		}
		if bytes.ContainsAny(password, "\n\x00") {
			return nil, c.noRoot("a password cannot hold a newline or a NUL")
		}
		password = bytes.Clone(password)
		found, err := c.try(ctx, way, password)
		if !errors.Is(err, errWrongPassword) {
			if err == nil {
				g.accept(c.machine, password, others...)
			}
			return found, err
		}
		clear(password)
	}
	return nil, c.noRoot("sudo accepted none of %d passwords; hint: find out which one %s has there", passwordTries, c.user)
}

// passwordPrompt names every machine that may get the answer.
func passwordPrompt(user, machine string, others []string) string {
	prompt := fmt.Sprintf("sudo password of %s on %s", user, machine)
	if len(others) > 0 {
		prompt += ", and on those that want the same one of: " + strings.Join(others, ", ")
	}
	return prompt
}

// try returns way with the password if sudo accepts it, or errWrongPassword.
func (c *conn) try(ctx context.Context, way *rootWay, password []byte) (*rootWay, error) {
	with := &rootWay{program: way.program, password: password}
	limited, cancel := context.WithTimeout(ctx, rootLimit)
	defer cancel()
	err := c.through(limited, with, host.Command{Script: ":"})
	if _, lost := errors.AsType[*host.LostError](err); lost && ctx.Err() == nil && limited.Err() != nil {
		return nil, c.noRoot("sudo takes too long; hint: it may ask for more than a password")
	}
	if err != nil {
		return nil, err
	}
	return with, nil
}
