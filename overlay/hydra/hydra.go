// Package hydra asks a Hydra, the build farm of nixpkgs and others, how the
// last build of a job ended.
//
// The answers are those of Hydra's own JSON interface (NixOS/hydra,
// hydra-api.yaml and Hydra::Controller::API). A job is asked for with
// /api/latestbuilds and not with /job/…/latest, which always leads to the last
// build that succeeded, however many have failed since. A build leads to its
// job. A jobset that was renamed is followed to its new name.
//
// Asking never fails: what cannot be known is an Answer that says why, with
// what was known before, if anything. Answers are kept in a directory and are
// fresh for an hour.
//
// A Client is polite: it sends a server one request a second at most, has few
// under way at once, and leaves a server alone that did not answer. It may be
// used by several goroutines at once.
package hydra

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// State is what a job's last build says.
type State string

// The states.
const (
	Green   State = "green"   // the last build succeeded
	Failing State = "failing" // it did not
	Unknown State = "unknown" // Answer.Why says why
)

// Answer is what is known of a job.
type Answer struct {
	Job    Target    `json:"-"`
	State  State     `json:"state"`
	Build  int64     `json:"build,omitempty"`  // the number of the build that tells it
	Status Status    `json:"status,omitempty"` // how that ended
	Built  time.Time `json:"built,omitzero"`   // when it was added to Hydra's queue
	Asked  time.Time `json:"asked,omitzero"`   // when Hydra said so; zero: it never did
	Why    string    `json:"why,omitempty"`    // why the state is not known
	// Offline is why Hydra could not be asked now; "" where it could, or need
	// not be. The answer is then the one of Asked.
	Offline string `json:"offline,omitempty"`
}

// Limits of a Client.
const (
	fresh     = time.Hour        // how long an answer counts as new
	every     = time.Second      // the least time between two requests to a server
	atOnce    = 3                // requests under way
	patience  = 10 * time.Second // for one request with all its redirects
	redirects = 3                // for one request
)

// Client asks Hydras.
type Client struct {
	http  *http.Client
	cache string // directory; "" is none
	slots chan struct{}
	every time.Duration // see the constant

	mu      sync.Mutex
	servers map[string]*server
}

// server is what a Client knows of one Hydra.
type server struct {
	next time.Time // when the next request may start
	down string    // why it is left alone
}

// New returns a client that keeps answers in a directory, which it makes when
// there is one to keep; "" keeps none. The transport may be nil for the usual
// one, which asks through the proxy of the environment.
func New(cache string, transport http.RoundTripper) *Client {
	c := &Client{cache: cache, slots: make(chan struct{}, atOnce), every: every, servers: map[string]*server{}}
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.DisableKeepAlives = true // nothing is left behind
		transport = own
	}
	c.http = &http.Client{Transport: transport, CheckRedirect: sameServer}
	return c
}

// sameServer lets a redirect lead to the same host only, and not away from
// https, and few of them.
func sameServer(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1].URL
	if len(before) > redirects || next.URL.Hostname() != last.Hostname() || last.Scheme == "https" && next.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	return nil
}

// Known returns what was answered before, however old, without asking.
func (c *Client) Known(t Target) (Answer, bool) { return c.load(t) }

// Ask returns what the job's last build says. An answer that is not older than
// an hour is not asked for again.
func (c *Client) Ask(ctx context.Context, t Target) Answer {
	known, ok := c.load(t)
	if age := time.Since(known.Asked); ok && age >= 0 && age < fresh {
		return known
	}
	a, err := c.ask(ctx, t)
	if err == nil {
		a.Asked = time.Now().UTC().Truncate(time.Second)
		c.save(t, a)
		return a
	}
	if ok {
		known.Offline = err.Error()
		return known
	}
	return Answer{Job: t, State: Unknown, Why: "it was never asked", Offline: err.Error()}
}

// ask finds the job of a build, and what its last build says. The error is
// that of a server that cannot be asked.
func (c *Client) ask(ctx context.Context, t Target) (Answer, error) {
	if t.Build > 0 {
		text, _, err := c.get(ctx, t, t.build())
		if err != nil {
			return missing(t, err, "it has no such build")
		}
		b, err := readBuild(text)
		if err != nil {
			return Answer{}, err
		}
		if b.Project == "" || b.Jobset == "" || b.Job == "" {
			return Answer{Job: t, State: Unknown, Why: "it does not say of which job the build is"}, nil
		}
		t = Target{Server: t.Server, Project: b.Project, Jobset: b.Jobset, Name: b.Job}
	}
	a, err := c.last(ctx, t)
	if err != nil || a.State != Unknown {
		return a, err
	}
	_, final, err := c.get(ctx, t, t.shield())
	if err != nil {
		return missing(t, err, "it has no finished build of that job")
	}
	if moved, err := Parse(final); err == nil && moved.Project == t.Project && moved.Name == t.Name && moved.Jobset != t.Jobset {
		t.Jobset = moved.Jobset
		return c.last(ctx, t)
	}
	return a, nil
}

// last is what the last builds of a job say.
func (c *Client) last(ctx context.Context, t Target) (Answer, error) {
	text, _, err := c.get(ctx, t, t.latest())
	if err != nil {
		return missing(t, err, "it has no list of last builds")
	}
	bs, err := readBuilds(text)
	if err != nil {
		return Answer{}, err
	}
	return verdict(bs, t), nil
}
