package overlay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// nixIsRight is the hint of every disagreement.
const nixIsRight = "Nix is right; what the files say was read wrongly, or only Nix can know it"

// Compare says where an answer that was read disagrees with what Nix says of
// the same package on the same system. What one of them does not know is no
// disagreement.
func Compare(read Answer, e Evaluated) []fleet.Problem {
	c := comparison{read: read, e: e}
	if e.LayersUnknown == "" || len(e.Layers) > 0 {
		c.layers()
	}
	c.shadowed()
	c.channel()
	c.version()
	return c.problems
}

type comparison struct {
	read     Answer
	e        Evaluated
	problems []fleet.Problem
}

func (c *comparison) differ(nix fleet.Pos, format string, args ...any) {
	at := c.read.At
	if at.IsZero() {
		at = nix
	}
	text := fmt.Sprintf("%s on %s: ", c.read.Package, c.read.System) + fmt.Sprintf(format, args...)
	if !nix.IsZero() && nix != at {
		text += fmt.Sprintf(" (Nix: %s)", nix)
	}
	c.problems = append(c.problems, fleet.Problem{At: at, Severity: fleet.Warning, Text: text, Hint: nixIsRight})
}

// definer is the last layer that defines the package for Nix, nil without one.
func (c *comparison) definer() *EvaluatedLayer {
	for i := range slices.Backward(c.e.Layers) {
		if c.e.Layers[i].Defines {
			return &c.e.Layers[i]
		}
	}
	return nil
}

// layers: the winner is the same layer.
func (c *comparison) layers() {
	if c.e.Derivation == "" && c.e.LayersUnknown != "" && len(c.e.Layers) == 0 {
		return
	}
	last := c.definer()
	switch {
	case last == nil && c.read.Layer != "" && !strings.Contains(c.read.Reason, "only if "):
		c.differ(fleet.Pos{}, "the layer %s was read as what supplies it, and for Nix no layer defines it", c.read.Layer)
	case last != nil && c.read.Layer == "" && last.Layer != "":
		c.differ(last.At, "no layer was read to define it, and for Nix the layer %s does", last.Layer)
	case last != nil && c.read.Layer == "" && !last.At.IsZero():
		c.differ(last.At, "no layer was read to define it, and for Nix an overlay does")
	case last != nil && c.read.Layer != "" && last.Layer != "" && last.Layer != c.read.Layer:
		c.differ(last.At, "the layer %s was read as what supplies it, and for Nix it is %s", c.read.Layer, last.Layer)
	}
}

// shadowed: what was read as dead has no effect.
func (c *comparison) shadowed() {
	for _, entry := range c.read.Shadowed {
		for _, l := range c.e.Layers {
			if l.Defines && l.Layer == entry.Layer && entry.Dead == fleet.True && l.Matters == fleet.True {
				c.differ(cmp.Or(l.At, entry.At), "the entry of the layer %s was read as dead, and for Nix the package is another one without it", l.Layer)
			}
		}
	}
}

// channel: what comes from a channel unchanged is that channel's package. That
// of the default channel is not where layers change what it needs.
func (c *comparison) channel() {
	whole := c.read.Layer == "" || c.read.Kind == LayerHotfixes && c.read.Set == "" && !c.otherName()
	if !whole || c.e.Changed != fleet.False || c.e.Derivation == "" {
		return
	}
	for _, ch := range c.e.Channels {
		if ch.Channel == c.read.Channel && ch.Derivation != "" && ch.Derivation != c.e.Derivation {
			c.differ(fleet.Pos{}, "it was read as the package of the channel %s, and for Nix it is another one", ch.Channel)
		}
	}
}

// otherName reports whether a hotfix takes a package of another name.
func (c *comparison) otherName() bool { return c.read.Of != "" && c.read.Of != c.read.Package }

// version: where both are known.
func (c *comparison) version() {
	if c.read.Version != "" && c.e.Version != "" && c.read.Version != c.e.Version {
		c.differ(fleet.Pos{}, "version %s was read, and for Nix it is %s", c.read.Version, c.e.Version)
	}
}
