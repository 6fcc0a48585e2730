package aspects

import (
	"strings"
	"testing"

	"assay/fleet/session"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// TestRegistries: what no class is known of stands below its registry, by what
// that leaves open of its name, and is not said to be unused.
func TestRegistries(t *testing.T) {
	v := of(
		session.Aspect{Name: "users.kim.identity", Registry: "users"},
		session.Aspect{Name: "users.sam.identity", Registry: "users"},
		session.Aspect{Class: "nixos", Name: "base", Registry: "flake.nixosModules"},
	)
	got := v.Render(80, 20)
	for _, want := range []string{"users    ", "2 aspects, of no class that is known", "kim.identity    ", "base  ! unused"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Index(got, "nixos") > strings.Index(got, "users") {
		t.Error("registries come after the classes")
	}
	viewtest.Do(v, "tree.expand-all")
	if got := v.Render(80, 20); !strings.Contains(got, "registry  flake.nixosModules") {
		t.Errorf("no registry in\n%s", got)
	}
	v.out.Reveal("aspect /users.sam.identity")
	v.Render(80, 20)
	if got := v.Link().Name; got != "/users.sam.identity" {
		t.Errorf("the link is %q", got)
	}
	if asked := viewtest.Do(v, "enter"); len(asked) != 1 || asked[0] != (view.Go{Link: view.ToAspect("", "users.sam.identity")}) {
		t.Errorf("enter asks %v", asked)
	}
}
