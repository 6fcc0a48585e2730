package fleetfile

import (
	"os"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
)

// exampleFile is the example fleet's registry.
const exampleFile = "../../fleet.toml"

func TestParseExample(t *testing.T) {
	src, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	file, err := Parse("fleet.toml", src)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Unenforced) > 0 || file.Refusal() != nil {
		t.Errorf("unenforced: %v", file.Unenforced)
	}
	f := file.Fleet
	var names []string
	for _, m := range f.Machines {
		names = append(names, m.Name)
	}
	if got, want := strings.Join(names, " "), "argentum blackphos cinnabar electrum galena rosegold scheelite stibnite"; got != want {
		t.Errorf("machines %s, want %s", got, want)
	}
	c := f.Machine("cinnabar")
	if c.Class != fleet.NixOS || c.User != "cameron" || c.Deploy.Targets[0] != "root@cinnabar.zt" || c.Deploy.Guessed {
		t.Errorf("cinnabar: %+v", c)
	}
	if line(src, c.At.Line) != "[machines.cinnabar]" || c.At.Column != len("[machines.")+1 {
		t.Errorf("cinnabar is at %+v: %s", c.At, line(src, c.At.Line))
	}
	if a := c.Aspects[1]; !strings.HasPrefix(line(src, a.At.Line)[a.At.Column-1:], `"`+a.Name+`"`) {
		t.Errorf("aspect %s is not at %+v", a.Name, a.At)
	}
	h := f.Overlay.Hotfixes[0]
	if h.Package != "micromamba" || line(src, h.At.Line) != "[[overlay.hotfix]]" {
		t.Errorf("hotfix %+v at %s", h, line(src, h.At.Line))
	}
	if got := f.RolesOf("cinnabar"); !slices.Contains(got, "zerotier/controller") || slices.Contains(f.RolesOf("galena"), "zerotier/controller") {
		t.Errorf("roles of cinnabar: %v", got)
	}
}

func line(src []byte, n int) string { return strings.Split(string(src), "\n")[n-1] }
