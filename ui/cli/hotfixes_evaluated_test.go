package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHotfixesEvaluated checks the hotfixes of the example fleet with a Nix
// that evaluates it and a Hydra that answers: one is needed since its job
// fails, others since unstable has an older version than they wait for; of one
// unstable has the same derivation by now.
func TestHotfixesEvaluated(t *testing.T) {
	farm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		fmt.Fprintf(w, `[{"id":7,"project":%q,"jobset":%q,"job":%q,"finished":1,"timestamp":1787300000,"buildstatus":1}]`, q.Get("project"), q.Get("jobset"), q.Get("job"))
	}))
	defer farm.Close()
	s := newShell(t)
	s.dir = locked(t, "merge")
	file := filepath.Join(s.dir, "fleet.toml")
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(written), "https://hydra.nixos.org/job/nixpkgs/trunk/goaccess", farm.URL+"/job/nixpkgs/trunk/goaccess")
	text = strings.ReplaceAll(text, "hydra   = \"https://hydra.nixos.org/", "# \"") // nobody is asked about the others
	text = strings.Replace(text, "[[overlay.hotfix]]\npackage = \"duckdb\"", `[[overlay.hotfix]]
package = "htop"
channel = "stable"
reason  = "it did not build in June"
added   = "2026-06-01"

[[overlay.hotfix]]
package = "duckdb"`, 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "git", "-C", s.dir, "add", "--all").CombinedOutput(); err != nil {
		t.Fatalf("git add: %v\n%s", err, out)
	}
	s.here("hotfixes").want(t, exitDone, "unknown  htop") // nobody has asked Nix
	s.here("hotfixes", "--check", "--evaluate").want(t, exitFailed,
		"can go   htop", "Nix makes the same derivation of it in unstable",
		"needed   goaccess", "is failing: failed", "needed   micromamba", "unstable has 2.3.2, and it can go when unstable >= 2.3.3", "dead     ncdu")
	hs := s.here("hotfixes", "--evaluate", "--json").want(t, exitDone).hotfixes(t)
	for name, want := range map[string]string{"htop": "can go", "goaccess": "needed", "micromamba": "needed", "duckdb": "needed", "ncdu": "dead"} {
		if hs[name].Verdict != want {
			t.Errorf("%s is %q, want %q: %+v", name, hs[name].Verdict, want, hs[name])
		}
		// What is installed on some machine takes that machine's system along, unless
		// it is the same package, or dead.
		n, rebuilds := hs[name].Rebuilds, want == "needed" && len(hs[name].UsedBy) > 0
		if n == nil || rebuilds != (*n > 0) {
			t.Errorf("%s, used by %q, rebuilds %v", name, hs[name].UsedBy, n)
		} else {
			t.Logf("%s, used by %q, rebuilds %d", name, hs[name].UsedBy, *n)
		}
	}
}
