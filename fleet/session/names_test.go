package session

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	s := channelled(t, twoChannels, &listed{text: `{"ncdu": {"version": "2.9"}, "git": {"version": "2.51"}}`})
	has := func(want ...string) {
		t.Helper()
		names, err := s.Names(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names.Find("", 100), " "); got != strings.Join(want, " ") {
			t.Errorf("names %s", got)
		}
	}
	has("ncdu", "nonesuch", "patched", "stable", "unstable")
	if _, err := s.MakeIndex(t.Context(), "unstable", "x86_64-linux", nil); err != nil {
		t.Fatal(err)
	}
	has("git", "ncdu", "nonesuch", "patched", "stable", "unstable")
}

func TestUses(t *testing.T) {
	s := indexed(t)
	uses, err := s.Uses(t.Context(), "jq")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range uses {
		got = append(got, u.Machine+" "+u.User+" "+u.Option+" "+u.At.String())
	}
	if want := "one  environment.systemPackages m/a.nix:1, two  environment.systemPackages m/a.nix:1, two sam home.packages m/h.nix:1"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
	if uses, err := s.Uses(t.Context(), "none"); err != nil || len(uses) != 0 {
		t.Errorf("%v, %v", uses, err)
	}
}
