package session

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/renameio/v2"

	"assay/fleet"
	"assay/fleet/fleetfile"
	"assay/overlay"
	"assay/overlay/care"
)

// Edit is what a change of a hotfix does to one file.
type Edit struct {
	File          string // relative to the fleet's directory, with slashes
	Before, After []byte
	// Patch says that the file is the repository's own and is not written: the
	// change is for the operator to apply.
	Patch bool
}

// AddHotfix works out how a hotfix comes into the fleet: into fleet.toml or,
// where overlays are written in Nix, as a patch of the file that has hotfixes
// from the channel on the same systems. Nothing is written. The hotfix's day is
// today's where it has none.
func (s *Session) AddHotfix(h fleet.Hotfix) (Edit, error) {
	if err := s.checkHotfix(&h); err != nil {
		return Edit{}, err
	}
	if h.Added == "" {
		h.Added = s.opts.Clock().UTC().Format(time.DateOnly)
	}
	if !s.Repo.Adopted {
		return s.edit(fleetfile.Name, func(src []byte) ([]byte, error) { return fleetfile.AddHotfix(fleetfile.Name, src, h) })
	}
	systems := s.on(h.Systems)
	for _, other := range care.Collect(s.Repo.Stack(), s.Fleet()) {
		if other.Kind == overlay.LayerHotfixes && slices.Equal(other.Systems, systems) && s.takes(other, h.Channel) {
			e, err := s.edit(other.At.File, func(src []byte) ([]byte, error) { return care.PutIn(src, other.Package, other.At, h) })
			e.Patch = true
			return e, err
		}
	}
	return Edit{}, fmt.Errorf("%w: no overlay takes a package from %s on just %s, behind which it could stand; hint: write into one: inherit (final.%s) %s;",
		care.ErrByHand, h.Channel, strings.Join(systems, ", "), s.aliasOn(h.Channel, systems[0]), h.Package)
}

// takes reports whether a hotfix takes its package from a channel, by its name
// or alias.
func (s *Session) takes(h care.Hotfix, channel string) bool {
	for _, c := range s.Repo.Stack().Channels() {
		if (c.Name == channel || c.As == channel) && slices.Contains(h.Channels, c.Name) {
			return true
		}
	}
	return false
}

// aliasOn is a channel's name below pkgs on a system.
func (s *Session) aliasOn(channel, system string) string {
	for _, c := range s.Repo.Stack().ChannelsOn(system) {
		if c.Name == channel {
			return attributeOf(c)
		}
	}
	return channel
}

// RemoveHotfix works out how a package's hotfix goes; with a system the one
// that applies there. Nothing is written.
func (s *Session) RemoveHotfix(pkg, system string) (Edit, error) {
	var is []care.Hotfix
	var names []string
	for _, h := range care.Collect(s.Repo.Stack(), s.Fleet()) {
		names = append(names, h.Package)
		if h.Package == pkg && (system == "" || slices.Contains(h.Systems, system)) {
			is = append(is, h)
		}
	}
	switch {
	case len(is) == 0:
		hint := "assay hotfixes lists them"
		if near := fleet.Nearest(pkg, names); near != "" && near != pkg {
			hint = fmt.Sprintf("did you mean %q?", near)
		} else if near == pkg {
			hint = "it has one on other systems"
		}
		return Edit{}, fmt.Errorf("no hotfix of %s; hint: %s", pkg, hint)
	case len(is) > 1:
		var places []string
		for _, h := range is {
			places = append(places, fmt.Sprintf("%s for %s", h.At, strings.Join(h.Systems, ", ")))
		}
		return Edit{}, fmt.Errorf("%s has several: %s; hint: say which with --system", pkg, strings.Join(places, "; "))
	}
	h := is[0]
	if h.At.File != fleetfile.Name {
		e, err := s.edit(h.At.File, func(src []byte) ([]byte, error) { return care.TakeOut(src, pkg, h.At) })
		e.Patch = true
		return e, err
	}
	if h.Kind != overlay.LayerHotfixes {
		return Edit{}, fmt.Errorf("%s at %s is no hotfix but says when it can go, and has a file that would stay; hint: remove both by hand", pkg, h.At)
	}
	return s.edit(fleetfile.Name, func(src []byte) ([]byte, error) {
		return fleetfile.RemoveHotfix(fleetfile.Name, src, fleet.Hotfix{Package: pkg, At: h.At})
	})
}

func (s *Session) edit(file string, change func([]byte) ([]byte, error)) (Edit, error) {
	before, err := s.Repo.ReadFile(file)
	if err != nil {
		return Edit{}, err
	}
	after, err := change(before)
	return Edit{File: file, Before: before, After: after}, err
}

// WriteEdit writes an edit that is no patch, as a whole or not at all. A file that
// has changed since is not touched, and neither is one behind a symbolic link.
func (s *Session) WriteEdit(e Edit) error {
	if e.Patch {
		return errors.New("a patch is for the operator to apply")
	}
	path := filepath.Join(s.Repo.Dir, filepath.FromSlash(e.File))
	st, err := os.Lstat(path)
	if err != nil {
		return err
	}
	now, err := s.Repo.ReadFile(e.File)
	switch {
	case err != nil:
		return err
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s is a symbolic link; hint: edit what it leads to", path)
	case !bytes.Equal(now, e.Before):
		return fmt.Errorf("%s has changed meanwhile; hint: try again", path)
	}
	return renameio.WriteFile(path, e.After, st.Mode().Perm(), renameio.IgnoreUmask())
}

// checkHotfix refuses a hotfix that could not work, as far as that is known.
func (s *Session) checkHotfix(h *fleet.Hotfix) error {
	for _, text := range []string{h.Package, h.Reason, h.Hydra, h.RemoveWhen} {
		if strings.ContainsFunc(text, unicode.IsControl) {
			return fmt.Errorf("%q: expected one line of text", text)
		}
	}
	if set, name, dotted := strings.Cut(h.Package, "."); dotted {
		return fmt.Errorf("%s: a layer replaces whole attributes of pkgs, so a hotfix of it would replace all of %s; hint: override %s in %s by an override", h.Package, set, name, set)
	}
	systems := s.on(h.Systems)
	if len(systems) == 0 {
		return fmt.Errorf("no machine has a system like %s; hint: the fleet has %s", strings.Join(h.Systems, ", "), strings.Join(s.Repo.Stack().Systems(), ", "))
	}
	if err := s.checkChannel(h, systems); err != nil {
		return err
	}
	return s.checkTaken(h, systems)
}

// on are the fleet's systems that globs mean; none means all.
func (s *Session) on(globs []string) []string {
	return slices.DeleteFunc(s.Repo.Stack().Systems(), func(system string) bool { return !fleet.MatchAny(globs, system) })
}

// listAgain is what to do where only the list is wrong: one that nix-env wrote
// has of several names of a package the first.
const listAgain = "; hint: assay channels --index CHANNEL lists all names of packages"

// checkChannel: the channel must exist on all the systems, and should have the
// package.
func (s *Session) checkChannel(h *fleet.Hotfix, systems []string) error {
	stack := s.Stack()
	var names, without, lacking []string
	for _, c := range stack.Channels() {
		names = append(names, c.Name, attributeOf(c))
	}
	if !slices.Contains(names, h.Channel) {
		hint := "assay channels lists them"
		if near := fleet.Nearest(h.Channel, names); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return fmt.Errorf("no channel is called %q; hint: %s", h.Channel, hint)
	}
	nowhere := true
	for _, system := range systems {
		channels := stack.ChannelsOn(system)
		i := slices.IndexFunc(channels, func(c fleet.Channel) bool { return attributeOf(c) == h.Channel })
		if i < 0 {
			i = slices.IndexFunc(channels, func(c fleet.Channel) bool { return c.Name == h.Channel })
		}
		if i < 0 {
			without = append(without, system)
			continue
		}
		if stack.Bare(channels[i].Name) {
			return fmt.Errorf("%s has the packages that machines have anyway: a hotfix from it would change nothing", h.Channel)
		}
		for _, v := range stack.Which(h.Package, system).Versions {
			nowhere = nowhere && v.Lacks()
			if v.Channel == channels[i].Name && v.Lacks() {
				lacking = append(lacking, system)
			}
		}
	}
	switch {
	case len(without) > 0:
		return fmt.Errorf("there is no channel %s on %s; hint: narrow the hotfix with --system", h.Channel, strings.Join(without, ", "))
	case len(lacking) > 0 && nowhere:
		return fmt.Errorf("no channel's list has a package %s on %s%s", h.Package, strings.Join(lacking, ", "), listAgain)
	case len(lacking) > 0:
		return fmt.Errorf("the list of the channel %s does not have %s on %s%s", h.Channel, h.Package, strings.Join(lacking, ", "), listAgain)
	}
	return nil
}

// Doubts are what speaks against a hotfix that could work: channels of which is
// not known whether they have the package, since nobody has listed them, and
// layers that would shadow it.
func (s *Session) Doubts(h fleet.Hotfix) []string {
	stack := s.Stack()
	var out []string
	for _, system := range s.on(h.Systems) {
		for _, c := range stack.ChannelsOn(system) {
			if (attributeOf(c) == h.Channel || c.Name == h.Channel) && !stack.Indexed(c.Name, system) {
				out = append(out, fmt.Sprintf("whether %s has %s is unknown: no index", c.Name, h.Package))
			}
		}
		behind := false
		for _, layer := range stack.Layers(system) {
			for _, e := range layer.Entries {
				if behind && e.Package == h.Package {
					out = append(out, fmt.Sprintf("the layer %s, which comes later, defines %s too, at %s", layer.Name, h.Package, e.At))
				}
			}
			behind = behind || layer.Name == overlay.LayerHotfixes
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// checkTaken: the package must have no hotfix there already.
func (s *Session) checkTaken(h *fleet.Hotfix, systems []string) error {
	stack := s.Repo.Stack()
	for _, system := range systems {
		for _, layer := range stack.Layers(system) {
			for _, e := range layer.Entries {
				if e.Package == h.Package && e.Kind == overlay.LayerHotfixes {
					return fmt.Errorf("%s has a hotfix on %s already, at %s; hint: assay hotfixes remove %s", h.Package, system, e.At, h.Package)
				}
			}
		}
	}
	return nil
}
