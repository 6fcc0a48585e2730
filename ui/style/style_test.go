package style

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// every calls f with each style there is.
func every(t *testing.T, f func(t *testing.T, o Options, s *Style)) {
	for _, theme := range Themes() {
		for _, b := range []Background{AnyBackground, DarkBackground, LightBackground} {
			for _, colour := range []bool{false, true} {
				for _, ascii := range []bool{false, true} {
					o := Options{Colour: colour, Theme: theme, Background: b, ASCII: ascii, Motion: ascii}
					f(t, o, New(o))
				}
			}
		}
	}
}

func TestPaintKeepsTextAndWidth(t *testing.T) {
	const text = "cinnabar 世界"
	every(t, func(t *testing.T, o Options, s *Style) {
		for r := range roles {
			got := s.Paint(r, text)
			if ansi.Strip(got) != text {
				t.Errorf("%+v: role %d: %q does not show %q", o, r, got, text)
			}
			if painted := got != text; painted != (o.Colour && r != Plain) {
				t.Errorf("%+v: role %d: painted: %v: %q", o, r, painted, got)
			}
			if s.Paint(r, "") != "" {
				t.Errorf("%+v: role %d: paints nothing into something", o, r)
			}
		}
		if got := s.Paint(roles+3, text); got != text {
			t.Errorf("%+v: a role that does not exist gives %q", o, got)
		}
	})
}

// TestBackgroundIsKept: only reversing may change it, and no bright colour is
// used.
func TestBackgroundIsKept(t *testing.T) {
	every(t, func(t *testing.T, o Options, s *Style) {
		for r := range roles {
			for _, a := range attributes(s, r) {
				if !slices.Contains([]string{"1", "2", "4", "31", "32", "33", "34", "35", "36"}, a) && !(a == "7" && (r == Selected || r == Bar)) && !(a == "9" && r == Struck) {
					t.Errorf("%+v: role %d has the attribute %q", o, r, a)
				}
			}
		}
	})
}

func TestHuesFitTheBackground(t *testing.T) {
	every(t, func(t *testing.T, o Options, s *Style) {
		dark := o.Theme == Dark || o.Background == DarkBackground && o.Theme != Light
		light := o.Theme == Light || o.Background == LightBackground && o.Theme != Dark
		for r := range roles {
			for _, a := range attributes(s, r) {
				if a == "33" && !dark {
					t.Errorf("%+v: role %d is yellow", o, r)
				}
				if a == "34" && !light {
					t.Errorf("%+v: role %d is blue", o, r)
				}
			}
		}
	})
}

func TestRolesThatMustDiffer(t *testing.T) {
	every(t, func(t *testing.T, o Options, s *Style) {
		if !o.Colour {
			return
		}
		for _, set := range [][]Role{{OK, Warn, Fail, Plain, Unknown}, {Added, Removed, Plain}, {Plain, Strong, Muted, Selected}, {Plain, Link}} {
			for i, a := range set {
				for _, b := range set[i+1:] {
					if s.pre[a] == s.pre[b] {
						t.Errorf("%+v: roles %d and %d look the same: %q", o, a, b, s.pre[a])
					}
				}
			}
		}
	})
}

func TestColourBlindHasNoRedAndGreen(t *testing.T) {
	every(t, func(t *testing.T, o Options, s *Style) {
		if o.Theme != ColourBlind {
			return
		}
		for r := range roles {
			if a := attributes(s, r); slices.Contains(a, "31") || slices.Contains(a, "32") {
				t.Errorf("%+v: role %d is %q", o, r, s.pre[r])
			}
		}
	})
}

// attributes returns the SGR attributes of a role.
func attributes(s *Style, r Role) []string {
	if s.pre[r] == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(s.pre[r], "\x1b["), "m"), ";")
}

func TestGlyphsAreOneColumn(t *testing.T) {
	every(t, func(t *testing.T, o Options, s *Style) {
		v := reflect.ValueOf(s.Glyphs)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			frames, moves := v.Field(i).Interface().([]string)
			if !moves {
				frames = []string{v.Field(i).String()}
			}
			if moves && (len(frames) > 1) != o.Motion {
				t.Errorf("%+v: %s has %d frames", o, name, len(frames))
			}
			if len(frames) == 0 {
				t.Errorf("%+v: %s has no frame", o, name)
			}
			for _, f := range frames {
				if ansi.StringWidth(f) != 1 {
					t.Errorf("%+v: %s is %q, %d columns", o, name, f, ansi.StringWidth(f))
				}
				if o.ASCII && (len(f) != 1 || f[0] < ' ' || f[0] > '~') {
					t.Errorf("%+v: %s is %q, not ASCII", o, name, f)
				}
			}
		}
	})
}

// TestStatesHaveTheirOwnGlyphs: what is told apart without colour.
func TestStatesHaveTheirOwnGlyphs(t *testing.T) {
	every(t, func(t *testing.T, o Options, s *Style) {
		g := s.Glyphs
		for _, set := range [][]string{
			{g.OK, g.Warn, g.Fail, g.Busy, g.Unknown, g.Wait, g.Skip},
			{g.Expanded, g.Collapsed, g.Leaf},
			{g.Ascending, g.Descending}, {g.Up, g.Down}, {g.Full, g.Empty},
			{g.Cursor, g.Mark, g.Leaf},
		} {
			if sorted := slices.Sorted(slices.Values(set)); len(slices.Compact(sorted)) != len(set) {
				t.Errorf("%+v: %q has one glyph twice", o, set)
			}
		}
	})
}

func TestPlainStyleIsPlain(t *testing.T) {
	s := PlainStyle()
	for r := range roles {
		if got := s.Paint(r, "x"); got != "x" {
			t.Errorf("role %d: %q", r, got)
		}
	}
}

func BenchmarkPaint(b *testing.B) {
	s := New(Options{Colour: true})
	for b.Loop() {
		s.Paint(OK, "running")
	}
}
