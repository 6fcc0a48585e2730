package machines

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

// shown are the names in the table, sorted.
func shown(v *View) []string {
	names := ordered(v)
	slices.Sort(names)
	return names
}

// ordered are the names in the table, from the top.
func ordered(v *View) []string {
	v.sync()
	names := []string{}
	for i := range (list{v}).Len() {
		names = append(names, list{v}.ID(i))
	}
	return names
}

// TestSelectors compares the filter with what the command line selects, where
// no host is asked.
func TestSelectors(t *testing.T) {
	s := viewtest.Session(t)
	k := known.New(s.Fleet(), viewtest.Now)
	subjects, err := s.Subjects(t.Context())
	k.Subjects = known.Loaded[[]fleet.Subject]{Value: subjects, Err: err, At: viewtest.Now}
	v := New(viewtest.Env(k), view.Link{})
	for _, selector := range []string{
		"=cinnabar", "galena, electrum", "*a*", "g*", "@all", "@laptop", "@edge", "@batch", "not @gcp", "-@gcp @cloud",
		"class:darwin", "class:nixos @gpu", "system:*-linux", "system:aarch64-darwin", "user:cameron", "user:c*",
		"aspect:base", "aspect:tmux", "aspect:caddy, aspect:podman", "not aspect:server", "role:zerotier/controller",
		"role:zerotier", "state:unknown", "(@cloud or @laptop) -user:raquel", "[a-c]*", "aspect:base and not (g* or @gpu)",
		// of these nothing matches, or nobody knows
		"state:online", "state:behind", "drift:yes", "reboot:no", "failed", "not failed", "@nobody", "cinabar*", "class:darwin @gcp",
	} {
		viewtest.Type(v, selector)
		want, err := s.Select(t.Context(), strings.TrimPrefix(selector, "="))
		slices.Sort(want.Machines)
		if got := shown(v); !slices.Equal(got, want.Machines) {
			t.Errorf("%s: %v, want %v", selector, got, want.Machines)
		}
		if v.content.found.unknown != len(want.Unknown) {
			t.Errorf("%s: %d unknown, want %d", selector, v.content.found.unknown, len(want.Unknown))
		}
		if got := v.content.found.why; (got == nil) != (err == nil) || err != nil && got.Error() != err.Error() {
			t.Errorf("%s: %v, want %v", selector, got, err)
		}
		if got := v.Link().Sub; got != strings.TrimPrefix(selector, "=") {
			t.Errorf("%s: the link has %q", selector, got)
		}
		again := New(viewtest.Env(k), v.Link())
		if !slices.Equal(shown(again), shown(v)) {
			t.Errorf("%s: the link leads to %v", selector, shown(again))
		}
	}
}

func TestFactsInSelectors(t *testing.T) {
	v, k := example(t, "")
	for selector, want := range map[string]string{
		"drift:no":              "cinnabar",
		"state:offline":         "scheelite",
		"state:error":           "galena",
		"state:staged":          "electrum",
		"state:behind":          "argentum blackphos rosegold stibnite",
		"state:unknown":         "",
		"@laptop -state:behind": "",
		"drift:unknown":         "galena scheelite",
		"@gcp drift:no":         "",
		"not drift:yes":         "cinnabar",
	} {
		viewtest.Type(v, selector)
		if got := strings.Join(shown(v), " "); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	viewtest.Type(v, "state:offline")
	k.Hosts["scheelite"] = &known.Host{}
	k.Revision++
	if got, unknown := shown(v), v.content.found.unknown; len(got) != 0 || unknown != 1 {
		t.Errorf("a host that nobody asked: %v, %d unknown", got, unknown)
	}
	if got := v.Note(); got != "0 of 8, 1 unknown" {
		t.Errorf("note %q", got)
	}
}

func TestPlainWords(t *testing.T) {
	v, _ := example(t, "")
	for word, want := range map[string]string{
		"cin":      "cinnabar",
		"CIN":      "cinnabar",
		"el":       "electrum scheelite",
		"galena":   "galena",
		" ros ":    "rosegold",
		"laptop":   "",
		"behind":   "",
		"not":      "argentum blackphos cinnabar electrum galena rosegold scheelite stibnite", // no selector: the last one stays
		"failed":   "",
		"-galena":  "argentum blackphos cinnabar electrum rosegold scheelite stibnite",
		"galena,":  "galena",
		"cinnabar": "cinnabar",
	} {
		viewtest.Type(v, "")
		viewtest.Type(v, word)
		if word == "galena," { // the comma waits for what follows
			viewtest.Type(v, "galena")
			viewtest.Type(v, "galena,")
		}
		if got := strings.Join(shown(v), " "); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// TestWordThatIsAName: a plain word is a part of names also where it is a
// whole one; a link means the one machine, as the command line does.
func TestWordThatIsAName(t *testing.T) {
	f := &fleet.Fleet{Machines: []fleet.Machine{{Name: "web1"}, {Name: "web10"}, {Name: "web11"}, {Name: "db"}}}
	env := viewtest.Env(known.New(f, viewtest.Now))
	v := New(env, view.Link{Sub: "web1"})
	one, all := []string{"web1"}, []string{"web1", "web10", "web11"}
	if got := shown(v); !slices.Equal(got, one) || v.input.Value() != "=web1" || v.Link().Sub != "web1" {
		t.Errorf("the link to web1 shows %v with %q, and leads to %q", got, v.input.Value(), v.Link().Sub)
	}
	viewtest.Type(v, "web1")
	if got := shown(v); !slices.Equal(got, all) {
		t.Errorf("web1 shows %v", got)
	}
	if got := v.Render(80, 10); !strings.Contains(got, "3 of 4; =web1 is one") {
		t.Errorf("nothing says how to get the one:\n%s", got)
	}
	if viewtest.Do(v, "mark.all"); len(v.chosen("")) != 3 {
		t.Errorf("marks %v", v.chosen(""))
	}
	if got := shown(New(env, v.Link())); !slices.Equal(got, all) {
		t.Errorf("its link shows %v", got)
	}
	viewtest.Type(v, "=we b")
	viewtest.Type(v, "=web1 )")
	if v.filter.err == nil || v.filter.err.Column != 7 {
		t.Errorf("a syntax error: %+v", v.filter.err)
	}
}

func TestWhyNothing(t *testing.T) {
	v, _ := example(t, "")
	for filter, want := range map[string]string{
		"laptop":         "tag: @laptop",
		"cameron":        "user:cameron",
		"x86_64-linux":   "system:x86_64-linux",
		"behind":         "it is a state: state:behind",
		"asking":         "state: s chooses",
		"cinabar":        `did you mean "cinnabar"?`,
		"clas":           "tab completes it to class:",
		"lapt":           "tab completes it to @laptop",
		"@lapto":         `did you mean "laptop"?`,
		"@gcp @laptop":   "no machine matches them together",
		"aspect:sever":   `did you mean "server"?`,
		"user:nobody":    "user:nobody (column 1) matches no machine",
		"qqqqqqqqqqqqqq": `no machine has "qqqqqqqqqqqqqq" in its name`,
	} {
		viewtest.Type(v, filter)
		got := strings.Join(strings.Fields(v.Render(80, 20)), " ")
		if !strings.Contains(strings.ToLower(got), strings.ToLower(want)) || !strings.Contains(got, "esc clears the filter") {
			t.Errorf("%s: want %q in\n%s", filter, want, got)
		}
	}
}

// TestErrorWithoutRows: what is wrong with the filter is said, and nothing
// about the filter before.
func TestErrorWithoutRows(t *testing.T) {
	v, _ := example(t, "")
	viewtest.Do(v, "filter")
	for before, typed := range map[string]string{"class": "class:nixus", "state": "state:behnd", "drift:yes @x": "drift:yes and (class:nixos"} {
		viewtest.Type(v, before)
		viewtest.Type(v, typed)
		got := strings.Join(strings.Fields(v.Render(80, 20)), " ")
		if !strings.Contains(got, ": expected ") || strings.Contains(got, "in its name") || strings.Contains(got, "matches") {
			t.Errorf("%s:\n%s", typed, got)
		}
	}
}

func TestHostsThatNobodyAsked(t *testing.T) {
	_, k := example(t, "")
	k.Hosts = known.New(k.Fleet, viewtest.Now).Hosts
	for _, host := range k.Hosts {
		host.Busy = true
	}
	v := New(viewtest.Env(k), view.Link{Sub: "state:offline"})
	if got := v.Render(80, 20); !strings.Contains(got, "The hosts have not answered yet: 8 unknown.") {
		t.Errorf("while they are asked:\n%s", got)
	}
	k.NoHosts = "no hosts here"
	k.Revision++
	if got := v.Render(80, 20); !strings.Contains(got, "No host is asked: 8 unknown.") {
		t.Errorf("where nobody asks:\n%s", got)
	}
}

func TestFilterWaitsForSubjects(t *testing.T) {
	v, k := example(t, "aspect:caddy")
	subjects := k.Subjects
	k.Subjects = known.Loaded[[]fleet.Subject]{Busy: true}
	k.Revision++
	if !slices.Contains(v.Needs(), known.Need{Kind: known.Subjects}) {
		t.Error("compositions are not needed")
	}
	if got := v.Render(80, 20); !strings.Contains(got, "7 unknown; not all is read yet") {
		t.Errorf("it does not say that it waits:\n%s", got)
	}
	viewtest.Type(v, "aspect:ssh*")
	if got := v.Render(80, 20); !strings.Contains(got, "Reading what the machines are composed of.") {
		t.Errorf("it does not say why nothing is there:\n%s", got)
	}
	k.Subjects = known.Loaded[[]fleet.Subject]{Err: errors.New("a record that nobody can read")}
	k.Revision++
	if got := strings.Join(strings.Fields(v.Render(80, 20)), " "); !strings.Contains(got, "could not be read: a record that nobody can read") {
		t.Errorf("it does not say why nothing was read:\n%s", got)
	}
	viewtest.Type(v, "aspect:caddy")
	k.Subjects = subjects
	k.Revision++
	if got := shown(v); !slices.Contains(got, "cinnabar") || v.content.found.unknown != 0 {
		t.Errorf("after reading: %v, %d unknown", got, v.content.found.unknown)
	}
	viewtest.Type(v, "@cloud")
	if slices.Contains(v.Needs(), known.Need{Kind: known.Subjects}) {
		t.Error("a tag needs no compositions")
	}
}

func TestTypingAndEscaping(t *testing.T) {
	v, _ := example(t, "")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "@darwin")
	viewtest.Type(v, "@darwin (")
	if viewtest.Do(v, "typing.accept"); !v.input.Focused() {
		t.Error("what is no selector was accepted")
	}
	viewtest.Type(v, "@darwin")
	if viewtest.Do(v, "typing.accept"); v.input.Focused() || len(shown(v)) != 4 {
		t.Error("a selector was not kept")
	}
	viewtest.Do(v, "machines.state-only behind")
	for i, want := range []int{4, 8} { // the filter, then the state
		if asked := viewtest.Do(v, "back"); len(asked) != 0 || len(shown(v)) != want {
			t.Errorf("esc %d: %v, %d shown", i+1, asked, len(shown(v)))
		}
	}
	if asked := viewtest.Do(v, "back"); len(asked) != 1 || asked[0] != (view.Leave{}) {
		t.Errorf("esc with nothing to clear asks for %v", asked)
	}
	viewtest.Do(v, "filter")
	viewtest.Type(v, "cin")
	if viewtest.Do(v, "typing.leave"); v.input.Value() != "" || v.input.Focused() || len(shown(v)) != 8 {
		t.Error("leaving the line does not clear it")
	}
}
