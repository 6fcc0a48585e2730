package machines

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func TestCompletion(t *testing.T) {
	_, k := example(t, "")
	for _, test := range []struct{ typed, want string }{
		{"cin", "cinnabar"},
		{"cl", "class:"},
		{"class:d", "class:darwin"},
		{"not class:n", "not class:nixos"},
		{"-@gc", "-@gcp"},
		{"@laptop,(@gp", "@laptop,(@gpu"},
		{"system:", "system:"},
		{"system:x", "system:x86_64-linux"},
		{"user:cr", "user:crs58"},
		{"role:zerotier/c", "role:zerotier/controller"},
		{"aspect:cadd", "aspect:caddy"},
		{"drift:u", "drift:unknown"},
		{"@fa", "@failed"},
		{"apto", "@laptop"},
		{"nosuch", "nosuch"},
		{"nosuch:x", "nosuch:x"},
		{"s", "s"}, // system, state, scheelite, stibnite
	} {
		v := New(viewtest.Env(k), view.Link{})
		viewtest.Do(v, "filter")
		viewtest.Type(v, test.typed)
		if viewtest.Do(v, "typing.complete"); v.input.Value() != test.want {
			t.Errorf("%q becomes %q, want %q", test.typed, v.input.Value(), test.want)
		}
	}
}

func TestCompletionGoesRound(t *testing.T) {
	v, _ := example(t, "")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "@gcp s")
	var got []string
	for range 6 {
		viewtest.Do(v, "typing.complete")
		got = append(got, strings.TrimPrefix(v.input.Value(), "@gcp "))
	}
	if want := "s system: state: scheelite stibnite system:"; strings.Join(got, " ") != want {
		t.Errorf("tab gives %v, want %s", got, want)
	}
	if screen := v.Render(80, 20); !strings.Contains(screen, "system:  state:  scheelite  stibnite") {
		t.Errorf("the candidates are not shown:\n%s", screen)
	}
	viewtest.Type(v, "@gcp sc")
	if viewtest.Do(v, "typing.complete"); v.input.Value() != "@gcp scheelite" {
		t.Errorf("after typing on, tab gives %q", v.input.Value())
	}
}

// TestValuesAreOfTheGrammar: everything that is offered can be parsed.
func TestValuesAreOfTheGrammar(t *testing.T) {
	_, k := example(t, "")
	words := allTags(k)
	for _, key := range keys {
		values := valuesOf(k, key.name)
		if len(values) == 0 {
			t.Errorf("%s: has no values", key.name)
		}
		words = append(words, values...)
	}
	for _, word := range words {
		if _, err := fleet.ParseSelector(word); err != nil {
			t.Error(err)
		}
	}
	_, err := fleet.ParseSelector("nosuch:x")
	for _, key := range keys {
		if !strings.Contains(err.Error(), key.name+":") {
			t.Errorf("%s is no key of the grammar: %v", key.name, err)
		}
	}
	if n := strings.Count(err.Error(), ":, ") + 1; n != len(keys) {
		t.Errorf("the grammar has %d keys, %d are offered: %v", n, len(keys), err)
	}
}
