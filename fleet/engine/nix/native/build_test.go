package native_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine/nix/miniature"
)

// TestExampleBuilds builds all machines of the example fleet, those for
// aarch64-darwin too, and reads files of /etc in what was built.
func TestExampleBuilds(t *testing.T) {
	f := prepare(t)
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	f.lock(w.Overrides())
	args := []string{"build", "--no-link", "--json"}
	for name, a := range f.asked {
		if a.question.Class == fleet.Darwin {
			args = append(args, ".#darwinConfigurations."+name+".system")
		} else {
			args = append(args, ".#nixosConfigurations."+name+".config.system.build.toplevel")
		}
	}
	var built []struct{ Outputs map[string]string }
	check(t, json.Unmarshal([]byte(f.run("nix", args...)), &built))
	if len(built) != len(f.asked) {
		t.Fatalf("%d systems were built of %d machines", len(built), len(f.asked))
	}
	files := 0
	for _, b := range built {
		system := b.Outputs["out"]
		name := strings.Fields(f.read(system + "/etc/fleet/machine.txt"))[1] // "name: cinnabar"
		a := f.asked[name]
		if a == nil {
			t.Errorf("%s is of no machine: %q", system, name)
			continue
		}
		for _, o := range a.options {
			path := split(o.Path)
			if len(path) != 4 || path[1] != "etc" || path[3] != "text" {
				continue
			}
			files++
			if got := f.read(system + "/etc/" + path[2]); got != o.Merged.Value.Data {
				t.Errorf("%s: /etc/%s is %q, and %q was built", name, path[2], o.Merged.Value.Data, got)
			}
		}
		delete(f.asked, name)
	}
	if len(f.asked) > 0 || files < 20 {
		t.Errorf("%d files were compared, and %d machines were not built", files, len(f.asked))
	}
}

// read reads a file of the store, through the links of its path, which point
// to where the store would be.
func (f *fixture) read(path string) string {
	f.t.Helper()
	for range 20 {
		done := true
		at := ""
		for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			at += "/" + part
			if to, err := os.Readlink(filepath.Join(f.dir, "nix/store") + at); err == nil {
				if !filepath.IsAbs(to) {
					to = filepath.Join(filepath.Dir(at), to)
				}
				path, done = to+strings.TrimPrefix(path, at), false
				break
			}
		}
		if done {
			break
		}
	}
	b, err := os.ReadFile(filepath.Join(f.dir, "nix/store") + path)
	check(f.t, err)
	return string(b)
}
