package embedded

import (
	"os"
	"path/filepath"
	"testing"

	"assay/fleet/engine"
	"assay/modules/compose"
)

// odd holds every character that means something to a shell, to find or to
// printf, but for newlines.
const odd = "a b'c\"d\\e*f[g]?h$(i)`j`;k&l|m<n>o#p~q!r{s,t}%s-"

// Roots, the places of files and what lies beside them may have any name.
func TestOddNames(t *testing.T) {
	places := []string{odd, "-rf", "-d/" + odd, " ", "d/ x "}
	files := map[string]any{}
	for _, p := range places {
		files[p] = map[string]any{"text": "this is " + p}
	}
	theirs := []string{"etc/" + odd + "2", "home/cameron/" + odd + "\n", "home/cameron/-x\n.bashrc"}
	for name, words := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, first, second, _ := twoSystems(t, func(c *compose.Composition) {
				c.Scope.Options[0] = known("environment.etc", files, "{ }")
			})
			conn := newHost(t)
			conn.shell = words
			conn.root = filepath.Join(conn.root, odd)
			for _, p := range append(theirs, ".assay-sim-host") {
				conn.write(t, p, "mine")
			}
			if err := os.Symlink("nowhere", conn.path("etc/-f")); err != nil {
				t.Fatal(err)
			}
			for _, s := range []engine.System{first, second} {
				if err := e.Copy(t.Context(), conn, closureOf(t, e, s), nil); err != nil {
					t.Fatal(err)
				}
				activate(t, e, conn, switchTo(s))
				checkHost(t, conn)
				checkPlaces(t, conn)
			}
			for _, p := range places {
				if got := conn.read(t, "etc/"+p); got != "this is "+p {
					t.Errorf("%q holds %q", p, got)
				}
			}
			activate(t, e, conn, switchTo(first))
			for _, p := range places {
				if conn.exists("etc/" + p) {
					t.Errorf("%q is still there", p)
				}
			}
			for _, p := range append(theirs, "etc/-f") {
				if !conn.exists(p) {
					t.Errorf("%q is gone", p)
				}
			}
		})
	}
}
