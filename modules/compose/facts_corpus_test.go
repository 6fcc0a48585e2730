package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/modules"
)

// TestFactsCorpus reads the facts of real machines. What reading the flake
// says of a machine is what its composition says, or nothing.
func TestFactsCorpus(t *testing.T) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory of checkouts")
	}
	flakes, err := filepath.Glob(filepath.Join(corpus, "*", modules.FlakeFile))
	if err != nil || len(flakes) == 0 {
		t.Fatalf("no flakes below %s: %v", corpus, err)
	}
	for _, name := range flakes {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			tree, err := modules.ReadFlake(os.DirFS(dir), nil)
			if err != nil {
				t.Fatal(err)
			}
			var sum factsCount
			var lines []string
			for _, h := range tree.Hosts {
				if h.Class == fleet.HomeManager {
					continue
				}
				c := Compose(tree, Request{Machine: &fleet.Machine{Name: h.Name, Class: h.Class, System: h.System, At: h.At}})
				f := FactsOf(c)
				sum.add(h, &f)
				if h.Address.Target != "" {
					lines = append(lines, fmt.Sprintf("%s %s %v %d", h.Name, h.Address.Target, h.User.Name, len(f.KnownHosts)))
					if len(f.Targets) == 0 || f.Targets[0].Target != h.Address.Target || f.Targets[0].At != h.Address.At || f.Targets[0].Why != "" {
						t.Errorf("%s: read as %+v, composed as %+v", h.Name, h.Address, f.Targets)
					}
				}
				if h.User.Name != "" && f.User.Value != h.User.Name {
					t.Errorf("%s: the user is read as %+v, composed as %+v", h.Name, h.User, f.User)
				}
			}
			t.Logf("%+v", sum)
			if want := vanixietsFacts; filepath.Base(dir) == "cameronraysmith+vanixiets" && !slices.Equal(lines, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// vanixietsFacts are machine, target, primary user and number of known hosts as
// they stand in the files, by hand.
var vanixietsFacts = []string{
	"argentum cameron@argentum.zt cameron 12", "blackphos crs58@blackphos.zt crs58 12",
	"rosegold cameron@rosegold.zt cameron 12", "stibnite crs58@stibnite.zt crs58 12",
	"cinnabar root@cinnabar.zt  11", "electrum root@electrum.zt  11", "galena root@galena.zt  11",
	"magnetite root@magnetite.zt  11", "pyrite root@pyrite.zt  11", "scheelite root@scheelite.zt  11",
}

// factsCount counts what is sure, and what stands somewhere.
type factsCount struct {
	Machines, Targets, TargetsUnsure, Users, Logins, Systems, HostNames, StateVersions, BootLoaders, KnownHosts, Keys, Disks, Files int
}

func (s *factsCount) add(h *modules.Host, f *SourceFacts) {
	one := func(n *int, sure bool) {
		if sure {
			*n++
		}
	}
	s.Machines++
	one(&s.Targets, h.Address.Target != "")
	one(&s.TargetsUnsure, h.Address.Why != "")
	one(&s.Users, h.User.Name != "")
	one(&s.Systems, f.System.Sure())
	one(&s.HostNames, f.HostName.Sure())
	one(&s.StateVersions, f.StateVersion.Sure())
	one(&s.BootLoaders, f.BootLoader.Sure())
	s.Logins, s.KnownHosts = s.Logins+len(f.Users), s.KnownHosts+len(f.KnownHosts)
	for _, k := range f.KnownHosts {
		one(&s.Keys, k.PublicKey != "")
	}
	s.Disks, s.Files = s.Disks+len(f.Disks), s.Files+len(f.Files)
}
