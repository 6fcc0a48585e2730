package native_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"assay/modules/compose"
)

// agreement says whether what Nix has is what is known here.
type agreement func(known, nix any) bool

// exact: nothing but the tree defines the option. Where a type makes a list of
// one value, that is the same.
func exact(known, nix any) bool {
	if l, ok := nix.([]any); ok && len(l) == 1 && reflect.DeepEqual(known, l[0]) {
		return true
	}
	return reflect.DeepEqual(known, nix)
}

// within: others define it as well. Lists have at least what is known, in that
// order, texts at least those lines, sets at least those attributes.
func within(known, nix any) bool {
	switch k := known.(type) {
	case []any:
		l, ok := nix.([]any)
		if !ok {
			return false
		}
		i := 0
		for _, x := range l {
			if i < len(k) && within(k[i], x) {
				i++
			}
		}
		return i == len(k)
	case map[string]any:
		m, ok := nix.(map[string]any)
		if !ok {
			return false
		}
		for name, v := range k {
			if !within(v, m[name]) {
				return false
			}
		}
		return true
	case string:
		s, ok := nix.(string)
		if ok && strings.Contains(k, "\n") {
			return strings.Contains(s, k)
		}
	}
	return exact(known, nix)
}

func compareOptions(t *testing.T, title string, options []compose.Option, results []result, derivations map[string]string, agree agreement) int {
	t.Helper()
	if len(results) != len(options) {
		t.Errorf("%s: %d answers to %d questions", title, len(results), len(options))
		return 0
	}
	known := 0
	for i, o := range options {
		want := asData(t, withDerivations(t, o.Merged.Value.Data, derivations))
		switch got := results[i]; {
		case !got.Ok:
			t.Errorf("%s: %s is %s here, and an error in Nix", title, o.Path, o.Merged.Value.Text)
		case !agree(want, without(got.Value)):
			t.Errorf("%s: %s is %v here, and %v in Nix", title, o.Path, want, got.Value)
		default:
			known++
		}
	}
	return known
}

// without drops what a submodule's options add to an element: attributes that
// are null or empty. homebrew's casks are { name = …; } of their names.
func without(nix any) any {
	l, ok := nix.([]any)
	if !ok {
		return nix
	}
	out := make([]any, len(l))
	for i, x := range l {
		out[i] = x
		if m, ok := x.(map[string]any); ok && len(m) == 1 && m["name"] != nil {
			out[i] = m["name"]
		}
	}
	return out
}

// withDerivations puts derivations in the place of packages.
func withDerivations(t *testing.T, data any, derivations map[string]string) any {
	t.Helper()
	switch d := data.(type) {
	case compose.PackageRef:
		if derivations[d.Name] == "" {
			t.Errorf("Nix has no package %s", d.Name)
		}
		return map[string]any{"derivation": derivations[d.Name]}
	case []any:
		out := make([]any, len(d))
		for i := range d {
			out[i] = withDerivations(t, d[i], derivations)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name := range d {
			out[name] = withDerivations(t, d[name], derivations)
		}
		return out
	}
	return data
}

// asData brings data into the form in which JSON is read.
func asData(t *testing.T, data any) any {
	t.Helper()
	b, err := json.Marshal(data)
	check(t, err)
	var out any
	check(t, json.Unmarshal(b, &out))
	return out
}

func compareAspects(t *testing.T, title string, reached []compose.Reached, nix []string) {
	t.Helper()
	var names []string
	for _, a := range reached {
		names = append(names, a.Name)
	}
	if strings.Join(names, " ") != strings.Join(nix, " ") {
		t.Errorf("%s: the aspects are\n  %s here, and in Nix\n  %s", title, strings.Join(names, " "), strings.Join(nix, " "))
	}
}

// comparePackages holds the layer and the channel against what the package
// comes to: what a channel supplies is that channel's derivation, an override
// is another one of the channel's version, and what a layer brings along no
// channel has.
func comparePackages(t *testing.T, title string, a *asked, got answer) {
	t.Helper()
	for name, supply := range a.supply {
		layer, channel := supply[0], supply[1]
		p := got.Packages[name]
		nested := strings.Contains(name, ".") // the tree's own overlay changes python's
		switch {
		case p.Used == nil:
			t.Errorf("%s: Nix has no package %s", title, name)
		case channel == "" && p.Default != nil:
			t.Errorf("%s: %s comes from layer %s alone here, and the default channel has it", title, name, layer)
		case channel == "":
		case p.Channel == nil:
			t.Errorf("%s: %s comes from channel %s here, which does not have it", title, name, channel)
		case p.Used.Version != p.Channel.Version:
			t.Errorf("%s: %s has version %s, and %s in its channel %s", title, name, p.Used.Version, p.Channel.Version, channel)
		case !nested && (layer == "overrides") == (p.Used.Derivation == p.Channel.Derivation):
			t.Errorf("%s: %s comes from layer %q and channel %s here: %s, and %s in that channel", title, name, layer, channel, p.Used.Derivation, p.Channel.Derivation)
		}
	}
}
