package embedded

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/modules/compose"
)

func TestEvaluate(t *testing.T) {
	e := testEngine(t, sampleFleet())
	s, err := e.System(t.Context(), "cinnabar")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(e.store.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Evaluate wrote to the store: %v", err)
	}
	r := s.Record
	if want := []string{"common", "server", "~cameron/shell"}; !slices.Equal(r.Aspects, want) {
		t.Errorf("aspects %q", r.Aspects)
	}
	var files []string
	for _, f := range r.Files {
		files = append(files, f.Path+" "+f.Mode)
	}
	wantFiles := []string{"/etc/motd 0444", "/etc/script 0555", "/etc/ssh/banner 0444", "/etc/table 0444",
		"~cameron/.bashrc 0444", "~cameron/.config/git/config 0444"}
	if !slices.Equal(files, wantFiles) {
		t.Errorf("files %q", files)
	}
	// As nix-hash --type sha256 --base32 prints it.
	const nixHash = "sha256:128zaq88m1ddx8jmhky8iwmp2x69k85q6w1g5yi3gnfpwmgawwq6"
	if f := r.Files[0]; f.Text != "welcome\n" || f.Size != 8 || f.Hash != nixHash {
		t.Errorf("motd: %+v", f)
	}
	if f := r.Files[3]; !f.Binary || f.Text != "" || f.Size != 4 {
		t.Errorf("table: %+v", f)
	}
	wantLeft := []engine.LeftOut{
		{What: "boot.kernelParams", Why: "value not known: cfg is not known"},
		{What: "environment.etc.built.source", Why: "value not known: a build"},
		{What: "imports inputs.sops-nix.nixosModules.sops", Why: "a module from outside of the tree; only Nix can build this"},
		{What: "services.openssh.enable", Why: "only Nix can build this"},
	}
	if !reflect.DeepEqual(r.LeftOut, wantLeft) {
		t.Errorf("left out %+v", r.LeftOut)
	}
	wantPackages := []engine.Package{{Name: "vim"}, {Scope: "cameron", Name: "fish", Layer: "hotfixes", Channel: "stable"}}
	if !reflect.DeepEqual(r.Packages, wantPackages) {
		t.Errorf("packages %+v", r.Packages)
	}
	i := slices.IndexFunc(r.Options, func(o engine.Option) bool { return o.Path == "boot.kernelParams" })
	if o := r.Options[i]; o.Known || o.Value != "mkDefault cfg.params" {
		t.Errorf("unknown option: %+v", o)
	}
}

// Positions do not count; everything else does.
func TestPathIsOfTheContent(t *testing.T) {
	all := sampleFleet()
	e := testEngine(t, all)
	first, _ := built(t, e, "cinnabar")

	moved := sample("cinnabar")
	for i := range moved.Scope.Options {
		o := &moved.Scope.Options[i]
		o.Definitions[0].At.Line += 10
		o.Definitions[0].Value.At.Line += 10
		o.Merged.Reason = strings.ReplaceAll(o.Merged.Reason, ":4:2", ":14:2")
	}
	all["cinnabar"] = moved
	if s, _ := built(t, e, "cinnabar"); s.Path != first.Path {
		t.Error("moved lines make another system")
	}
	moved.Scope.Options = append(moved.Scope.Options, known("networking.firewall.enable", true, "true"))
	all["cinnabar"] = moved
	if s, _ := built(t, e, "cinnabar"); s.Path == first.Path {
		t.Error("another option makes no other system")
	}
}

func TestBuildAgain(t *testing.T) {
	all := sampleFleet()
	e := testEngine(t, all)
	s, c := built(t, e, "cinnabar")
	if last := c.Objects[len(c.Objects)-1].Path; c.System != s.Path || last != s.Path {
		t.Errorf("closure of %s ends with %s", s.Path, last)
	}
	delete(all, "cinnabar")
	again, err := e.Realise(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, c) {
		t.Errorf("the closure from the store is %+v, from the tree %+v", again, c)
	}
	other := sample("cinnabar")
	other.Scope.Options = other.Scope.Options[1:]
	all["cinnabar"] = other
	gone := s
	gone.Path = strings.Replace(s.Path, s.Path[11:13], "00", 1)
	if _, err := e.Realise(t.Context(), gone); err == nil || !strings.Contains(err.Error(), "plan again") {
		t.Errorf("building what the tree does not say any more: %v", err)
	}
}

// Many machines at once share what is the same, and nothing half-written is
// left.
func TestConcurrentBuilds(t *testing.T) {
	all := make(map[string]compose.Composition)
	var names []string
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		name := "host-" + string(c)
		names = append(names, name)
		all[name] = sample(name)
	}
	e := testEngine(t, all)
	var wg sync.WaitGroup
	for _, name := range append(names, names...) {
		wg.Go(func() {
			s, err := e.System(t.Context(), name)
			if err == nil {
				_, err = e.Realise(t.Context(), s)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	entries, err := os.ReadDir(e.store.dir)
	if err != nil {
		t.Fatal(err)
	}
	// Six files, two manifests and the script are shared; each machine has
	// its own system.
	if want := 9 + len(names); len(entries) != want {
		t.Errorf("%d entries in the store, want %d", len(entries), want)
	}
}

func TestFilesThatCannotBe(t *testing.T) {
	pkg := compose.PackageRef{Name: "zsh"}
	for name, test := range map[string]struct {
		options []compose.Option
		why     string
	}{
		"climbs":       {[]compose.Option{text(`environment.etc."../shadow".text`, "x")}, "is no path that can be put below"},
		"dots":         {[]compose.Option{text(`environment.etc."..x".text`, "x")}, "is no path that can be put below"},
		"absolute":     {[]compose.Option{text(`environment.etc."/shadow".text`, "x")}, "is no path that can be put below"},
		"odd":          {[]compose.Option{text(`environment.etc."a//b".text`, "x")}, "is no path that can be put below"},
		"control":      {[]compose.Option{text("environment.etc.\"a\tb\".text", "x")}, "is no path that can be put below"},
		"built":        {[]compose.Option{known("environment.etc.a.source", pkg, "pkgs.zsh")}, onlyNix},
		"absent":       {[]compose.Option{known("environment.etc.a.source", compose.PathRef{Path: "no"}, "./no")}, "no does not exist"},
		"nothing":      {[]compose.Option{known("environment.etc.a.enable", true, "true")}, "neither text nor source"},
		"other option": {[]compose.Option{text("environment.etc.a.user", "root")}, "neither text nor source"},
		"not a string": {[]compose.Option{known("environment.etc.a.text", int64(3), "3")}, "not a string"},
		"half known": {[]compose.Option{text("environment.etc.a.text", "x"), open("environment.etc.a.mode", "m", "m")},
			"its mode is not known"},
		"both": {[]compose.Option{text("environment.etc.a.text", "x"),
			known("environment.etc.a.source", compose.PathRef{Path: "files/table"}, "./t")}, "both its text and its source"},
	} {
		t.Run(name, func(t *testing.T) {
			c := compose.Composition{System: "x86_64-linux", Class: fleet.NixOS, Scope: compose.Scope{Options: test.options}}
			e := testEngine(t, map[string]compose.Composition{"m": c})
			s, err := e.System(t.Context(), "m")
			if err != nil {
				t.Fatal(err)
			}
			says := slices.ContainsFunc(s.Record.LeftOut, func(l engine.LeftOut) bool { return strings.Contains(l.Why, test.why) })
			if len(s.Record.Files) != 0 || len(s.Record.LeftOut) != len(test.options) || !says {
				t.Errorf("files %v, left out %+v", s.Record.Files, s.Record.LeftOut)
			}
		})
	}
}

// Sets of files, attributes that only Nix understands, a mode that a link does
// not have, and two files for one place.
func TestFileForms(t *testing.T) {
	c := compose.Composition{System: "aarch64-darwin", Class: fleet.Darwin, Scope: compose.Scope{Options: []compose.Option{
		known("environment.etc", map[string]any{"one": map[string]any{"text": "1"}}, "{ ... }"),
		known("environment.etc.two", map[string]any{"text": "2", "mode": "0600"}, "{ ... }"),
		text("environment.etc.two/part.text", "in the way"),
	}}, Homes: []compose.Scope{{User: "raquel", Options: []compose.Option{
		text("home.file.x.text", "x"), text("home.file.x.target", ".x"), text("home.file.x.onChange", "reload"),
	}}}}
	e := testEngine(t, map[string]compose.Composition{"m": c})
	g, err := e.generation(t.Context(), "m")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range g.record.Files {
		files = append(files, f.Path+"="+f.Text)
	}
	if want := []string{"/etc/one=1", "/etc/two=2", "~raquel/.x=x"}; !slices.Equal(files, want) {
		t.Errorf("files %q", files)
	}
	var left []string
	for _, l := range g.record.LeftOut {
		left = append(left, l.What)
	}
	if want := []string{"/etc/two/part", "environment.etc.two.mode", "home.file.x.onChange"}; !slices.Equal(left, want) {
		t.Errorf("left out %q", left)
	}
	i := slices.IndexFunc(g.tree, func(n node) bool { return n.path == "/links" })
	if !bytes.Contains(g.tree[i].content, []byte("\t../../run/current-system/home/raquel/.x\tUsers/raquel/.x\n")) {
		t.Errorf("links:\n%s", g.tree[i].content)
	}
}

func TestSplitPath(t *testing.T) {
	for p, want := range map[string][]string{
		"a.b":                          {"a", "b"},
		`environment.etc."a.b/c".text`: {"environment", "etc", "a.b/c", "text"},
		`home.file."say \"hi\"".text`:  {"home", "file", `say "hi"`, "text"},
		"a..b":                         nil, "": nil, `"a`: nil, `"a"b`: nil, `a.`: nil, `"a\`: nil,
	} {
		if got, ok := splitPath(p); !slices.Equal(got, want) || ok != (want != nil) {
			t.Errorf("splitPath(%q) = %q, %t", p, got, ok)
		}
	}
}

func TestWithoutPositions(t *testing.T) {
	for reason, want := range map[string]string{
		"cfg is not known at modules/x.nix:4:2":                         "cfg is not known",
		"modules/x.nix:4: it depends on config":                         "it depends on config",
		"modules/x.nix:4 may set it too: f x":                           "may set it too: f x",
		"a at m/x.nix:1 and b at m/y.nix:22:3, both with priority 100":  "a and b, both with priority 100",
		"the value (modules/x.nix:4) is a function":                     "the value is a function",
		"nothing to take away: a.nix is a file, and 4:3 is not a place": "nothing to take away: a.nix is a file, and 4:3 is not a place",
	} {
		if got := withoutPositions(reason); got != want {
			t.Errorf("%q becomes %q, want %q", reason, got, want)
		}
	}
}

// A damaged object of the local store is noticed before it is sent.
func TestDamagedStore(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	_, c := built(t, e, "cinnabar")
	name := e.store.file(c.Objects[0].Path)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("other"), 0o444); err != nil {
		t.Fatal(err)
	}
	err := e.Copy(t.Context(), conn, c.Objects, nil)
	if err == nil || !strings.Contains(err.Error(), path.Base(c.Objects[0].Path)+" is damaged in the local store") {
		t.Errorf("%v", err)
	}
	if entries, _ := filepath.Glob(conn.path("nix/store/*")); len(entries) > 0 {
		t.Errorf("the host has %v", entries)
	}
}
