package overlay

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
)

// NixpkgsLock is an input of the flake itself that flake.lock shows to be a
// nixpkgs, and by what.
type NixpkgsLock struct {
	ChannelLock        // whose Channel is the input's name
	How         string // "its repository is called nixpkgs"
}

// Nixpkgs returns the inputs of the flake itself whose trees are nixpkgs as
// far as flake.lock shows that, by name. A fork under another name is not
// found, and one that only calls itself so is.
func Nixpkgs(text []byte) ([]NixpkgsLock, error) {
	f, err := readLock(text)
	if err != nil {
		return nil, err
	}
	out := []NixpkgsLock{}
	for _, input := range slices.Sorted(maps.Keys(f.Nodes[f.Root].Inputs)) {
		f.steps = 0
		name, err := f.follow([]string{input})
		if err != nil {
			continue
		}
		n := f.Nodes[name]
		how := n.Original.nixpkgs()
		if how == "" {
			how = n.Locked.nixpkgs()
		}
		if how == "" {
			continue
		}
		l := NixpkgsLock{ChannelLock{Channel: input, Input: input}, how}
		f.fill(&l.ChannelLock)
		out = append(out, l)
	}
	return out, nil
}

// nixpkgs says by what a reference is seen to lead to a nixpkgs, "" by nothing.
func (r lockRef) nixpkgs() string {
	switch {
	case strings.EqualFold(r.ID, "nixpkgs"):
		return "it is the nixpkgs of the flake registry"
	case strings.EqualFold(r.Repo, "nixpkgs"):
		return "its repository is called nixpkgs"
	}
	u, err := url.Parse(r.URL)
	if err != nil || r.URL == "" {
		return ""
	}
	switch base := path.Base(strings.TrimSuffix(u.Path, "/")); {
	case strings.EqualFold(strings.TrimSuffix(base, ".git"), "nixpkgs"):
		return "its repository is called nixpkgs"
	case strings.HasPrefix(base, "nixexprs.tar."):
		return "its file is called nixexprs, as releases of nixpkgs are"
	}
	return ""
}
