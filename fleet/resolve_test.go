package fleet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	f := example(t)
	web1 := f.Machine("web1")
	if got := web1.AllTags(); !slices.Equal(got, []string{"cloud", "peer", "edge", "all", "nixos"}) {
		t.Errorf("tags of web1: %v", got)
	}
	peer := f.Services[0].Roles[1]
	if peer.Name != "peer" || len(peer.Members) != 2 || peer.Members[0].Machine != "web1" || peer.Members[0].Via != "tag peer" {
		t.Errorf("peer: %+v", peer)
	}
	if got := f.RolesOf("web1"); !slices.Equal(got, []string{"zerotier/controller", "zerotier/peer"}) {
		t.Errorf("roles of web1: %v", got)
	}
	if ps := f.Resolve(); len(ps) > 0 || !slices.Equal(web1.AllTags(), []string{"cloud", "peer", "edge", "all", "nixos"}) {
		t.Errorf("resolved twice: %v, %v", ps, web1.AllTags())
	}
}

func TestResolveTagsOfTags(t *testing.T) {
	f := example(t)
	f.Tags = []TagRule{{Name: "a", Selector: "@b or mac"}, {Name: "b", Selector: "@c"}, {Name: "c", Selector: "@gcp"},
		{Name: "rest", Selector: "@nixos -@[a-c]"}}
	if ps := f.Resolve(); len(ps) > 0 {
		t.Fatal(ps)
	}
	for m, want := range map[string]string{"web02": "cloud gcp a b c all nixos", "mac": "a all darwin", "web12": "peer rest all nixos"} {
		if got := strings.Join(f.Machine(m).AllTags(), " "); got != want {
			t.Errorf("%s: %s, want %s", m, got, want)
		}
	}
}

func TestResolveProblems(t *testing.T) {
	for _, c := range []struct {
		name string
		tags []TagRule
		role Role
		want string
	}{
		{"syntax", []TagRule{{Name: "x", Selector: "@cloud and"}}, Role{}, `tag "x": column 11 of its selector "@cloud and": expected a machine name`},
		{"live", []TagRule{{Name: "x", Selector: "state:offline"}}, Role{}, `asks state:offline, which only the live host knows`},
		{"run", []TagRule{{Name: "x", Selector: "-failed"}}, Role{}, "which only the last run knows"},
		{"aspect", []TagRule{{Name: "x", Selector: "aspect:nginx"}}, Role{}, "which only the composition knows"},
		{"itself", []TagRule{{Name: "x", Selector: "@x"}}, Role{}, "tags depend on each other in a circle: x -> x"},
		{"circle", []TagRule{{Name: "x", Selector: "@y"}, {Name: "y", Selector: "@z"}, {Name: "z", Selector: "@y or mac"}}, Role{}, "in a circle: y -> z -> y"},
		{"no tag", []TagRule{{Name: "x", Selector: "@clod"}}, Role{}, `tag "x": no machine has the tag "clod"; hint: did you mean "cloud"?`},
		{"no machine", []TagRule{{Name: "x", Selector: "mac1"}}, Role{}, `no machine is called "mac1"; hint: did you mean "mac"?`},
		{"role machine", nil, Role{Machines: []Named{{Name: "web2", At: Pos{"fleet.toml", 3, 4}}}}, `fleet.toml:3:4: role s/r: no machine is called "web2"; hint: did you mean "web02"?`},
		{"role tag", nil, Role{Tags: []Named{{Name: "pear"}}}, `role s/r: no machine has the tag "pear"; hint: did you mean "peer"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := example(t)
			f.Tags = c.tags
			c.role.Name = "r"
			f.Services = []Service{{Name: "s", Roles: []Role{c.role}}}
			ps := f.Resolve()
			if len(ps) != 1 || !strings.Contains(ps[0].Error(), c.want) {
				t.Errorf("%v\nwant %s", ps, c.want)
			}
			if f.Machine("mac").Computed == nil {
				t.Error("the rest is not resolved")
			}
		})
	}
}

func TestMachine(t *testing.T) {
	f := &Fleet{Machines: []Machine{{Name: "c"}, {Name: "a"}, {Name: "b"}}}
	for range 2 { // in any order, and sorted
		for _, name := range []string{"a", "b", "c"} {
			if m := f.Machine(name); m == nil || m.Name != name {
				t.Errorf("%s is %v", name, m)
			}
		}
		if m := f.Machine("d"); m != nil {
			t.Errorf("d is %v", m)
		}
		f.Resolve()
	}
}

func BenchmarkResolve(b *testing.B) {
	f := &Fleet{Tags: []TagRule{{Name: "edge", Selector: "@cloud and not m[1-9]*"}, {Name: "core", Selector: "not @edge"}},
		Services: []Service{{Name: "s", Roles: []Role{{Name: "peer", Tags: []Named{{Name: "edge"}, {Name: "core"}}}}}}}
	for i := range 5000 {
		f.Machines = append(f.Machines, Machine{Name: fmt.Sprintf("m%04d", i), Class: NixOS, Tags: []string{"cloud"}})
	}
	for b.Loop() {
		if ps := f.Resolve(); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
}
