package session

import (
	"context"
	"errors"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/secrets/preflight"
)

// nothingHere is an engine whose store lacks every file.
type nothingHere struct{}

func (nothingHere) File(string, int64) ([]byte, error) { return nil, errors.New("not here") }

// says is a host that answers every command with a text.
type says string

func (s says) Run(_ context.Context, c host.Command) error {
	_, err := c.Stdout.Write([]byte(s))
	return err
}

func (says) Close() error { return nil }

// TestManifestsThere: the manifest of a system that its host has built is read
// on the host, and only then.
func TestManifestsThere(t *testing.T) {
	const path = "/nix/store/00000000000000000000000000000000-manifest.json"
	c := engine.Closure{Objects: []engine.Object{{Path: "/nix/store/00000000000000000000000000000000-etc"}, {Path: path}}, There: true}
	text := says(`{"secrets": [{"name": "a", "sopsFile": "/nix/store/x"}]}`)
	got := manifests(t.Context(), text, nothingHere{}, c)
	if len(got) != 1 || len(got[0].Secrets) != 1 || got[0].Secrets[0].Name != "a" {
		t.Errorf("%+v", got)
	}
	for _, bad := range []says{"no JSON", says(strings.Repeat(" ", preflight.MaxManifest+1))} {
		if got := manifests(t.Context(), bad, nothingHere{}, c); len(got) > 0 {
			t.Errorf("%.20q: %+v", bad, got)
		}
	}
	c.There = false
	if got := manifests(t.Context(), text, nothingHere{}, c); len(got) > 0 {
		t.Errorf("asked for what it has not built: %+v", got)
	}
}
