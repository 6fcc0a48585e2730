package style

import "testing"

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestColour(t *testing.T) {
	xterm := []string{"TERM", "xterm"}
	for _, c := range []struct {
		when When
		env  []string
		want bool
	}{
		{Auto, xterm, true},
		{Auto, append(xterm, "NO_COLOR", "1"), false},
		{Auto, append(xterm, "NO_COLOR", "0"), false},
		{Auto, append(xterm, "NO_COLOR", ""), true},
		{Auto, []string{"TERM", "dumb"}, false},
		{Auto, nil, false},
		{Always, append(xterm, "NO_COLOR", "1"), true},
		{Always, []string{"TERM", "dumb"}, true},
		{Never, xterm, false},
		{"", xterm, true},
	} {
		if got := Colour(c.when, env(c.env...)); got != c.want {
			t.Errorf("%q with %q: %v, want %v", c.when, c.env, got, c.want)
		}
	}
}

func TestBackgroundOf(t *testing.T) {
	for value, want := range map[string]Background{
		"": AnyBackground, "15": AnyBackground, "15;default": AnyBackground, "0;": AnyBackground,
		"0;-1": AnyBackground, "0;16": AnyBackground, "0;99999999999999999999": AnyBackground,
		"15;0": DarkBackground, "7;0": DarkBackground, "15;default;0": DarkBackground, "12;8": DarkBackground, "7;4": DarkBackground,
		"0;15": LightBackground, "0;7": LightBackground, "0;default;15": LightBackground, "0;11": LightBackground,
	} {
		if got := BackgroundOf(env("COLORFGBG", value)); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
}
