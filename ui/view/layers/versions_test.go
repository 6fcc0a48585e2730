package layers_test

import (
	"fmt"
	"strings"
	"testing"

	"assay/overlay"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/layers"
	"assay/ui/view/viewtest"
)

// listed is the example fleet with what two of its channels hold on Linux.
func listed(t testing.TB) *known.Known {
	t.Helper()
	k := viewtest.Known(t)
	read := func(text string) *overlay.Index {
		x, err := overlay.ReadIndex(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	k.Stack.Value = k.Stack.Value.With(map[overlay.IndexKey]*overlay.Index{
		{Channel: "unstable"}:      read(`{"ripgrep": {"version": "15.1.0"}, "ncdu": {"version": "2.9.1"}, "ripgrep-all": {"version": "0.10"}, "ugrep": {"version": "7.5"}, "python3Packages.grep": {"version": "1"}}`),
		{Channel: "darwin-stable"}: read(`{"ncdu": {"version": "2.8.2"}}`),
	})
	var names []string
	for _, p := range k.Packages.Value {
		names = append(names, p.Name)
	}
	k.Names.Value = overlay.NewNames(append(names, k.Stack.Value.Names()...))
	return k
}

func TestVersions(t *testing.T) {
	k := listed(t)
	viewtest.Golden(t, "versions", open(t, k, view.Link{Name: "ripgrep"}))
	viewtest.Golden(t, "versions-dead", open(t, k, view.Link{Name: "ncdu"}))
	for _, c := range []struct{ pkg, system, want string }{
		{"ripgrep", "aarch64-darwin", "✔ unstable  15.1.0"},
		{"ripgrep", "aarch64-darwin", "darwin-stable  not in its index"},
		{"ripgrep", "x86_64-linux", "unknown: no index for linux-stable"},
		{"ncdu", "aarch64-darwin", "darwin-stable  2.8.2"},
		{"stable.ncdu", "aarch64-darwin", "darwin-stable as stable, by layer 1 inputs  2.8.2"},
		{"ripgrpe", "x86_64-linux", "did you mean ripgrep"},
		{"ripgrpe", "x86_64-linux", "whose index does not have it"},
		{"ripgrep", "x86_64-linux", "assay channels --index"},
	} {
		screen := open(t, k, view.Link{Name: c.pkg, Sub: c.system}).Render(160, 44)
		if !strings.Contains(screen, c.want) {
			t.Errorf("%s on %s: no %q in\n%s", c.pkg, c.system, c.want, screen)
		}
	}
}

// TestFinder: what a channel holds is found while one types, and a slip is
// mended by tab or enter.
func TestFinder(t *testing.T) {
	v := open(t, listed(t), view.Link{})
	viewtest.Do(v, "filter")
	viewtest.Type(v, "grep")
	viewtest.Golden(t, "finding", v)
	viewtest.Type(v, "ripgrpe")
	viewtest.Golden(t, "slip", v)
	viewtest.Do(v, "typing.complete")
	if got := v.Input().Value(); got != "ripgrep" {
		t.Errorf("tab makes it %q", got)
	}
	viewtest.Type(v, "ripgrpe")
	viewtest.Do(v, "typing.accept", "move.top", "move.down", "enter")
	if got := v.Link().Name; got != "ripgrep" {
		t.Errorf("enter on the name that may be meant asks for %q", got)
	}
}

// TestStruckOut: what has no effect is struck out where the terminal can.
func TestStruckOut(t *testing.T) {
	env := viewtest.Env(listed(t))
	env.Style = style.New(style.Options{Colour: true})
	screen := layers.New(env, view.Link{Place: view.Layers, Name: "ncdu", Sub: "aarch64-darwin"}).Render(200, 44)
	struck := env.Style.Paint(style.Struck, "darwin-stable as stable")
	if !strings.Contains(screen, struck) || !strings.Contains(struck, "9m") {
		t.Errorf("no %q in\n%q", struck, screen)
	}
	if strings.Contains(screen, env.Style.Paint(style.Struck, "unstable, changed by ncdu.nix")) {
		t.Error("the winner is struck out")
	}
}

// BenchmarkFind is one more letter of a name, and what is drawn for it, where
// the channels hold 100,000 packages.
func BenchmarkFind(b *testing.B) {
	k := large(b, 5000, 8)
	words := []string{"lib", "python", "go", "rust", "tool", "server", "kit", "view", "grep", "data", "x11", "qt", "gtk", "font"}
	var text strings.Builder
	for i := range 100_000 {
		name := fmt.Sprintf("%s%s-%s%d", words[i%14], words[i/14%14], words[i/196%14], i/7)
		if i%3 == 0 {
			name = words[i/3%14] + "Packages." + name
		}
		fmt.Fprintf(&text, ",%q: {\"version\": \"1.%d\"}", name, i)
	}
	x, err := overlay.ReadIndex(strings.NewReader("{" + text.String()[1:] + "}"))
	if err != nil {
		b.Fatal(err)
	}
	k.Stack.Value = k.Stack.Value.With(map[overlay.IndexKey]*overlay.Index{{Channel: "unstable"}: x, {Channel: "stable"}: x})
	k.Names = known.Loaded[*overlay.Names]{Value: overlay.NewNames(x.Names()), At: viewtest.Now}
	v := layers.New(viewtest.Env(k), view.Link{})
	v.Render(160, 44)
	viewtest.Do(v, "filter")
	for _, typed := range []string{"g", "py", "gogo-grep", "toolkit-go140", "pyhton-lib12"} {
		b.Run(typed, func(b *testing.B) {
			n := 0
			for b.Loop() {
				viewtest.Type(v, typed[:len(typed)-n%2]) // the same letter again asks nothing
				v.Render(160, 44)
				n++
			}
		})
	}
}
