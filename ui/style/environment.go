package style

import (
	"strconv"
	"strings"
)

// When says when there are colours.
type When string

// When there are colours.
const (
	Auto   When = "auto" // unless the environment says otherwise
	Always When = "always"
	Never  When = "never"
)

// Whens returns the possible values, the default first.
func Whens() []When { return []When{Auto, Always, Never} }

// Colour reports whether to use colours: with Auto, not if NO_COLOR is set to
// anything, and not on a terminal that calls itself dumb or nothing at all.
func Colour(w When, getenv func(string) string) bool {
	switch w {
	case Always:
		return true
	case Never:
		return false
	}
	term := getenv("TERM")
	return getenv("NO_COLOR") == "" && term != "dumb" && term != ""
}

// Attributes reports whether text may be bold, underlined and reversed: on any
// terminal but one that calls itself dumb or nothing at all. NO_COLOR is about
// colours only.
func Attributes(getenv func(string) string) bool {
	term := getenv("TERM")
	return term != "dumb" && term != ""
}

// BackgroundOf tells the background from COLORFGBG, which some terminals set:
// two or three fields between semicolons, the last is the background's colour
// among the sixteen.
//
// The terminal is not asked (OSC 11), on purpose. Its answer comes on the
// input, between the keys that the operator has typed ahead; on a slow line it
// comes after whatever timeout there is, and is then taken for keys. The
// default theme can be read on any background, and the operator can name one.
func BackgroundOf(getenv func(string) string) Background {
	s := getenv("COLORFGBG")
	i := strings.LastIndexByte(s, ';')
	if i < 0 {
		return AnyBackground
	}
	switch n, err := strconv.Atoi(s[i+1:]); {
	case err != nil || n < 0 || n > 15:
		return AnyBackground
	case n == 7 || n >= 9: // white, and the bright colours without bright black
		return LightBackground
	}
	return DarkBackground
}
