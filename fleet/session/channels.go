package session

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"assay/fleet"
	"assay/overlay"
	"assay/overlay/indexes"
)

// Channel is one package set that the fleet takes packages from.
type Channel struct {
	Name    string
	Default bool // what machines' packages come from where no layer says otherwise
	How     string
	Names   []ChannelName       // below pkgs
	Lock    overlay.ChannelLock // whose Input is the flake's
	Base    string              // of a patched one: the channel that the patches apply to
	Patches []fleet.Patch
	Indexes []ChannelIndex // for each system of the fleet that has the channel
	Uses    []ChannelUse   // entries of layers that take a package from it
	At      fleet.Pos      // nowhere for what only flake.lock tells
}

// ChannelName is what a channel is called below pkgs.
type ChannelName struct {
	Name    string
	Systems []string // globs; none means all
	At      fleet.Pos
}

// ChannelIndex says whether it is known what a channel holds on a system.
type ChannelIndex struct {
	System   string
	Packages int    // 0 without an index
	Of       string // the channel whose index it is, where that is another one
	Note     string // why there is none: "unknown: no index", or what is wrong with the file
}

// ChannelUse is an entry of a layer that takes a package from a channel.
type ChannelUse struct {
	Package, Layer, Kind string
	Systems              []string // of the fleet
	At                   fleet.Pos
}

// NoLock is the Note of a channel's lock where there is no flake.lock.
const NoLock = "unknown: there is no flake.lock"

// Channels returns the channels of fleet.toml, the default first; of a flake that defines its
// machines itself the package sets that its overlays were seen to use, then
// the other inputs that flake.lock shows to be a nixpkgs. A flake.lock that
// cannot be read is an error; one that is not there is a note of each channel.
func (s *Session) Channels() ([]Channel, error) {
	stack := s.Stack()
	var out []Channel
	for _, c := range stack.Channels() {
		i := slices.IndexFunc(out, func(o Channel) bool { return o.Name == c.Name })
		if i < 0 {
			i = len(out)
			out = append(out, Channel{Name: c.Name, Base: c.Patched, How: "fleet.toml", Patches: c.Patches, At: c.At, Default: c.Default, Lock: overlay.ChannelLock{Input: c.Input}})
			if s.Adopted() {
				out[i].How = "a layer puts it below pkgs"
			}
			if s.Adopted() && c.As == "" {
				out[i].How = "machines' packages come from the input of this name by custom; that they do is not read"
			}
		}
		out[i].name(c, s.Adopted())
	}
	slices.SortStableFunc(out, func(a, b Channel) int {
		if a.Default != b.Default {
			return map[bool]int{true: -1, false: 1}[a.Default]
		}
		return 0
	})
	text, err := s.Repo.ReadFile(lockName)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, err
	}
	if s.Adopted() && !missing {
		if out, err = withNixpkgs(out, text); err != nil {
			return nil, err
		}
	}
	if err := fillLocks(out, text, missing); err != nil {
		return nil, err
	}
	for i := range out {
		s.indexesOf(&out[i], stack)
		out[i].Uses = usesOf(stack, out[i].Name)
	}
	return out, nil
}

// name adds what the channel is called below pkgs.
func (c *Channel) name(from fleet.Channel, adopted bool) {
	as := cmp.Or(from.As, from.Name)
	if adopted {
		as = from.As // what machines' packages come from need not have a name
	}
	if as == "" {
		return
	}
	if c.At.IsZero() {
		c.At = from.At
	}
	for i := range c.Names {
		if c.Names[i].Name == as && c.Names[i].At == from.At {
			c.Names[i].Systems = append(c.Names[i].Systems, from.Systems...)
			return
		}
	}
	c.Names = append(c.Names, ChannelName{Name: as, Systems: slices.Clone(from.Systems), At: from.At})
}

// withNixpkgs adds the inputs that flake.lock shows to be a nixpkgs.
func withNixpkgs(channels []Channel, text []byte) ([]Channel, error) {
	found, err := overlay.Nixpkgs(text)
	if err != nil {
		return nil, err
	}
	for _, l := range found {
		if !slices.ContainsFunc(channels, func(c Channel) bool { return c.Name == l.Channel }) {
			channels = append(channels, Channel{Name: l.Channel, How: "flake.lock: " + l.How, Lock: l.ChannelLock})
		}
	}
	return channels, nil
}

// fillLocks says at which revision flake.lock holds each channel.
func fillLocks(channels []Channel, text []byte, missing bool) error {
	of := make([]fleet.Channel, len(channels))
	for i, c := range channels {
		of[i] = fleet.Channel{Name: c.Name, Input: cmp.Or(c.Lock.Input, c.Base), Patched: c.Base, Patches: c.Patches, At: c.At}
	}
	if missing {
		for i := range channels {
			input := of[i].Input
			if j := slices.IndexFunc(of, func(o fleet.Channel) bool { return o.Name == of[i].Patched }); j >= 0 {
				input = of[j].Input
			}
			channels[i].Lock = overlay.ChannelLock{Channel: of[i].Name, Input: input, Note: NoLock}
		}
		return nil
	}
	locks, err := overlay.Locks(text, of)
	for i := range locks {
		channels[i].Lock = locks[i]
	}
	return err
}

// indexesOf says on which systems it is known what the channel holds.
func (s *Session) indexesOf(c *Channel, stack *overlay.Stack) {
	for _, system := range stack.Systems() {
		if len(c.Names) > 0 && !slices.ContainsFunc(c.Names, func(n ChannelName) bool { return fleet.MatchAny(n.Systems, system) }) {
			continue
		}
		is := ChannelIndex{System: system, Note: "unknown: no index"}
		lock := c.Lock
		if c.Base != "" {
			is.Of = c.Base
		}
		if s.opts.CacheDir != "" && lock.Tree() != "" {
			s.indexed.mu.Lock()
			loaded := s.load(indexes.Key{Tree: lock.Tree(), System: system})
			if loaded.index == nil && loaded.err == nil {
				loaded = s.load(indexes.Key{Tree: lock.Tree()})
			}
			s.indexed.mu.Unlock()
			switch {
			case loaded.err != nil:
				is.Note = "unknown: " + loaded.err.Error()
			case loaded.index != nil:
				is.Packages, is.Note = loaded.index.Len(), ""
			}
		}
		c.Indexes = append(c.Indexes, is)
	}
}

// usesOf are the entries of layers that take a package from a channel.
func usesOf(stack *overlay.Stack, channel string) []ChannelUse {
	var out []ChannelUse
	for _, system := range stack.Systems() {
		for _, layer := range stack.Layers(system) {
			for _, e := range layer.Entries {
				if e.Channel != channel || e.Kind == overlay.LayerInputs {
					continue
				}
				use := ChannelUse{Package: e.Package, Layer: e.Layer, Kind: e.Kind, Systems: []string{system}, At: e.At}
				i := slices.IndexFunc(out, func(o ChannelUse) bool { return o.Package == use.Package && o.Layer == use.Layer && o.At == use.At })
				if i < 0 {
					out = append(out, use)
				} else if !slices.Contains(out[i].Systems, system) {
					out[i].Systems = append(out[i].Systems, system)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ChannelUse) int { return strings.Compare(a.Package, b.Package) })
	return out
}
