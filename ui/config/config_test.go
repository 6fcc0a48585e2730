package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/ui/action"
	"assay/ui/style"
)

func parse(t *testing.T, text string) Config {
	t.Helper()
	c, err := Parse("config.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEverySettingIsRead(t *testing.T) {
	got := parse(t, `
refresh = "5m"
read_only = true
plugins = ["yubikey", "fido2-hmac"]
[ui]
theme = "colour-blind"
colour = "never"
glyphs = "ascii"
motion = false
mouse = false
[keys]
quit = "Q"
"move.down" = ["n", "down"]
suspend = []
`)
	want := Config{
		Theme: style.ColourBlind, Colour: style.Never, ASCII: true, Refresh: 5 * time.Minute, ReadOnly: true,
		Plugins: []string{"yubikey", "fido2-hmac"},
		Keys:    map[string][]string{"quit": {"Q"}, "move.down": {"n", "down"}, "suspend": {}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	// The test must say more than the defaults for every field.
	a, b := reflect.ValueOf(got), reflect.ValueOf(Defaults())
	for i := range a.NumField() {
		if reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			t.Errorf("%s is at its default: this test does not see whether it is read", a.Type().Field(i).Name)
		}
	}
}

func TestWhatIsNotThereHasTheDefault(t *testing.T) {
	for _, text := range []string{"", "\n# nothing\n", "[ui]\n[keys]\n", "\ufeff"} {
		if got := parse(t, text); !reflect.DeepEqual(got, Defaults()) {
			t.Errorf("%q: %+v", text, got)
		}
	}
	want := Defaults()
	want.Mouse = false
	for _, text := range []string{"[ui]\nmouse = false", "ui.mouse = false", "ui = {mouse = false}"} {
		if got := parse(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestRefresh(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "0s": 0, "1s": time.Second, "1h30m": 90 * time.Minute} {
		if got := parse(t, `refresh = "`+text+`"`).Refresh; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// uncommented is the default file with all settings in force.
func uncommented(t *testing.T) string {
	var b strings.Builder
	for line := range strings.Lines(Default()) {
		if setting, ok := strings.CutPrefix(line, "# "); ok && strings.Contains(setting, " = ") {
			line = setting
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestDefaultFileIsTheDefaults(t *testing.T) {
	if got := parse(t, Default()); !reflect.DeepEqual(got, Defaults()) {
		t.Errorf("as it is: %+v", got)
	}
	text := uncommented(t)
	got := parse(t, text)
	if len(got.Keys) == 0 {
		t.Error("the example has no keys")
	}
	got.Keys = map[string][]string{}
	if !reflect.DeepEqual(got, Defaults()) {
		t.Errorf("with every setting in force: %+v\nwant %+v", got, Defaults())
	}
	for _, s := range settings {
		_, key, _ := cutLast(s.name)
		if !strings.Contains(text, "\n"+key+" = ") {
			t.Errorf("the default file does not have %s", s.name)
		}
	}
}

func TestDefaultFilesKeysAreKeys(t *testing.T) {
	if _, err := action.NewKeys(parse(t, uncommented(t)).Keys); err != nil {
		t.Error(err)
	}
}

func TestDefaultFileFitsATerminal(t *testing.T) {
	for line := range strings.Lines(Default()) {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	for text, want := range map[string]string{
		"\n\nrefresh = 60":                 `c.toml:3: refresh is a number; hint: a time such as "60s" or "5m", in quotes, or "0" for never`,
		`refresh = "sixty"`:                `c.toml:1: refresh is "sixty"; hint: a time such as "60s" or "5m", in quotes, or "0" for never`,
		`refresh = "-5s"`:                  `c.toml:1: refresh is "-5s", which is less than nothing; hint: a time such as "60s" or "5m", in quotes, or "0" for never`,
		`refresh = "10ms"`:                 `c.toml:1: refresh is "10ms"; hint: "1s" is the least, or "0" for never`,
		`read_only = "yes"`:                `c.toml:1: read_only is a text; hint: true or false, without quotes`,
		"read-only = true":                 `c.toml:1: there is no setting read-only; hint: did you mean read_only?`,
		"[ui]\ntheem = \"dark\"":           `c.toml:2: there is no setting ui.theem; hint: did you mean ui.theme?`,
		"[ui]\n\ncolor = \"never\"":        `c.toml:3: there is no setting ui.color; hint: did you mean ui.colour?`,
		`theme = "dark"`:                   `c.toml:1: there is no setting theme; hint: did you mean ui.theme?`,
		"[ui]\nrefresh = \"5s\"":           `c.toml:2: there is no setting ui.refresh; hint: did you mean refresh?`,
		"[ui]\ntheme = \"colour_blind\"":   `c.toml:2: ui.theme is "colour_blind"; hint: did you mean "colour-blind"?`,
		"[ui]\ntheme = \"solarized\"":      `c.toml:2: ui.theme is "solarized"; hint: one of "default", "dark", "light", "colour-blind"`,
		"[ui]\nglyphs = true":              `c.toml:2: ui.glyphs is true or false; hint: one of "unicode", "ascii"`,
		"[ui]\nmotion = 1979-05-27":        `c.toml:2: ui.motion is a date or a time; hint: true or false, without quotes`,
		"\n\nplugins = \"yubikey\"":        `c.toml:3: plugins is a text; hint: a list of names such as ["yubikey"], for age-plugin-yubikey`,
		"plugins = [\n\"a\",\n3]":          `c.toml:1: plugins has a number in its list; hint: a list of names such as ["yubikey"], for age-plugin-yubikey`,
		`plugins = ["age-plugin-tpm"]`:     `c.toml:1: plugins has "age-plugin-tpm" in its list; hint: without age-plugin-: "tpm"`,
		`plugins = ["../../evil"]`:         `c.toml:1: plugins has "../../evil" in its list, which is no name of a plugin; hint: a list of names such as ["yubikey"], for age-plugin-yubikey`,
		"plugin = []":                      `c.toml:1: there is no setting plugin; hint: did you mean plugins?`,
		"ui = 3":                           `c.toml:1: ui is a number; hint: it is a table: [ui]`,
		"[[ui]]\nmouse = true":             `c.toml:1: ui is a list; hint: it is a table: [ui]`,
		"keys = []":                        `c.toml:1: keys is a list; hint: it is a table: [keys]`,
		"[kyes]\nquit = \"q\"":             `c.toml:1: there is no setting kyes; hint: did you mean keys?`,
		"[network]\nx = 1":                 `c.toml:1: there is no setting network; hint: the settings are refresh, read_only, plugins, ui.theme, ui.colour, ui.glyphs, ui.motion, ui.mouse and the table [keys]`,
		"[ui.colours]\nok = 1":             `c.toml:1: there is no setting ui.colours; hint: did you mean ui.colour?`,
		"\"a\\u001b[31m\" = 1":             `c.toml:1: there is no setting "a\x1b[31m"; hint: the settings are refresh, read_only, plugins, ui.theme, ui.colour, ui.glyphs, ui.motion, ui.mouse and the table [keys]`,
		"[keys]\nmove.down = \"n\"":        `c.toml:2: keys.move is a table; hint: an ID with dots goes in quotes: "move.down" = "x"`,
		"\n\nui.a.b = 1\nui.a.c = 2":       `c.toml:3: there is no setting ui.a; hint: the settings are refresh, read_only, plugins, ui.theme, ui.colour, ui.glyphs, ui.motion, ui.mouse and the table [keys]`,
		"[keys]\n\"quit\" = 5":             `c.toml:2: keys."quit" is a number; hint: a key in quotes, or a list of them: [] for none`,
		"[keys]\n\nquit = [\n\"q\",\n5\n]": `c.toml:3: keys."quit" has a number in its list; hint: keys go in quotes`,
		"[ui]\nmouse = true\nmouse = true": `c.toml:3: not TOML: Key 'ui.mouse' has already been defined`,
		"[ui]\ntheme = dark":               `c.toml:2: not TOML: expected value but found "dark" instead`,
	} {
		c, err := Parse("c.toml", text)
		if err == nil {
			t.Errorf("%q: no error", text)
			continue
		}
		if err.Error() != want {
			t.Errorf("%q:\n got %s\nwant %s", text, err, want)
		}
		if !reflect.DeepEqual(c, Defaults()) {
			t.Errorf("%q: with its error comes %+v", text, c)
		}
	}
}

func TestAllMistakesAreReportedInOrder(t *testing.T) {
	_, err := Parse("c.toml", "refresh = 1\nfoo = 2\n[ui]\nmouse = 3\n[keys]\nquit = 4\n")
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{"c.toml:1: refresh ", "c.toml:2: there is no setting foo;", "c.toml:4: ui.mouse ", `c.toml:6: keys."quit" `} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Fatalf("line %d should begin with %q:\n%v", i, want, err)
		}
	}
	if len(lines) != 4 {
		t.Errorf("%d lines:\n%v", len(lines), err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	missing, err := Load(filepath.Join(dir, "config.toml"))
	if err != nil || !reflect.DeepEqual(missing, Defaults()) {
		t.Errorf("a missing file: %+v, %v", missing, err)
	}
	path := filepath.Join(dir, "own.toml")
	write(t, path, "read_only = true")
	if c, err := Load(path); err != nil || !c.ReadOnly {
		t.Errorf("a file: %+v, %v", c, err)
	}
	write(t, path, "read_only = 1")
	if _, err := Load(path); err == nil || !strings.HasPrefix(err.Error(), path+":1: read_only ") {
		t.Errorf("a wrong file: %v", err)
	}
	write(t, path, strings.Repeat("#", longest+1))
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "longer than 256 KiB") {
		t.Errorf("a long file: %v", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a directory: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestPath(t *testing.T) {
	for _, c := range []struct {
		vars map[string]string
		want string
	}{
		{map[string]string{"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, "/x/assay/config.toml"},
		{map[string]string{"HOME": "/h"}, "/h/.config/assay/config.toml"},
		{map[string]string{"XDG_CONFIG_HOME": "relative", "HOME": "/h"}, "/h/.config/assay/config.toml"},
		{map[string]string{"XDG_CONFIG_HOME": "/x"}, "/x/assay/config.toml"},
	} {
		if got, err := Path(env(c.vars)); err != nil || got != c.want {
			t.Errorf("%v: %q, %v; want %q", c.vars, got, err, c.want)
		}
	}
	if got, err := Path(env(nil)); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("with nothing set: %q, %v", got, err)
	}
}

func TestStyleTakesTheEnvironment(t *testing.T) {
	c := parse(t, "[ui]\ntheme = \"light\"\nglyphs = \"ascii\"\nmotion = false")
	got := c.Style(env(map[string]string{"TERM": "xterm", "COLORFGBG": "15;0"}))
	want := style.Options{Colour: true, Attributes: true, Theme: style.Light, Background: style.DarkBackground, ASCII: true}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if c.Style(env(map[string]string{"TERM": "xterm", "NO_COLOR": "1"})).Colour {
		t.Error("NO_COLOR does not take colours away")
	}
}

// FuzzParse: any text is a configuration or an error that says where, and
// the same one again.
func FuzzParse(f *testing.F) {
	f.Add(Default())
	for _, s := range []string{
		"refresh = \"5m\"\nread_only = true\n[ui]\ntheme = \"dark\"\n[keys]\n\"a.b\" = [\"x\"]\n",
		"[ui]\ntheem = 1\n", "[[ui]]\n[[ui]]\n", "ui.mouse.x = 1", "[keys]\na.b.c = 1\n\"\" = 2\n", "keys = {a = [[1], {b = 2}]}",
		"a = \"\"\"\n\n\"\"\"\nb = 1", "[\"\"]\n", "\x00", "x = 1979-05-27T07:32:00Z", "refresh = \"9999999999h\"",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("c.toml", text)
		again, err2 := Parse("c.toml", text)
		if !reflect.DeepEqual(c, again) || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("read twice: %+v, %v; %+v, %v", c, err, again, err2)
		}
		if err != nil {
			if !reflect.DeepEqual(c, Defaults()) {
				t.Fatalf("%v, but %+v", err, c)
			}
			if !strings.HasPrefix(err.Error(), "c.toml:") {
				t.Fatalf("the error does not say where: %v", err)
			}
			return
		}
		if !slices.Contains(style.Themes(), c.Theme) || !slices.Contains(style.Whens(), c.Colour) || c.Refresh < 0 || c.Refresh > 0 && c.Refresh < shortest {
			t.Fatalf("%+v", c)
		}
	})
}
