package dialog

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/viewtest"
	"assay/ui/widget"
)

// golden compares the dialog above a frame with testdata/NAME.WxH.txt.
// viewtest defines the flag that writes those.
func golden(t *testing.T, name string, d Dialog) {
	t.Helper()
	for _, size := range [][2]int{{80, 24}, {160, 48}, {60, 12}} {
		w, h := size[0], size[1]
		screen := Over(strings.TrimSuffix(strings.Repeat("behind\n", h), "\n"), d.Render(w, h), w, h)
		what := fmt.Sprintf("%s.%dx%d", name, w, h)
		sized(t, what, screen, w, h)
		var trimmed strings.Builder
		for line := range strings.SplitSeq(screen, "\n") {
			trimmed.WriteString(strings.TrimRight(line, " ") + "\n")
		}
		compare(t, filepath.Join("testdata", what+".txt"), trimmed.String())
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; go test -update writes it anew\n--- got\n%s--- want\n%s", path, got, want)
	}
}

func updateOf(machines int, word string) view.Confirm {
	ask := view.Confirm{Title: fmt.Sprintf("Update %d machines?", machines), Yes: fmt.Sprintf("Update %d machines", machines),
		Word: word, Intent: action.Intent{ID: action.Applied}}
	for i := range machines {
		ask.Lines = append(ask.Lines, widget.Line{widget.R(style.Strong, fmt.Sprintf("machine-%02d", i)), widget.P("  switches to 3a8fe1b2, 12.4 MB to copy")})
	}
	return ask
}

func TestGoldenConfirm(t *testing.T) {
	golden(t, "confirm", NewConfirm(env(), updateOf(3, "")))
	golden(t, "confirm-many", NewConfirm(env(), updateOf(40, "")))
	c := NewConfirm(env(), updateOf(40, "40"))
	golden(t, "confirm-word", c)
	c.Input().SetValue("40")
	do(c, action.InputText, action.InputNext)
	golden(t, "confirm-typed", c)
}

func TestGoldenChoose(t *testing.T) {
	golden(t, "choose", NewChoose(env(), view.Choose{Title: "Sort by", Intent: action.SortBy, Items: []view.Item{
		{Value: "name", Text: "Name"}, {Value: "state", Text: "State", Note: "problems first", Now: true}, {Value: "age", Text: "Age", Note: "the oldest first"},
	}}))
	golden(t, "choose-nothing", NewChoose(env(), view.Choose{Title: "Whose lines"}))
}

// entries are what the palette has for the example fleet, in a view of
// machines where nothing is marked.
func entries(t *testing.T) []Entry {
	k := viewtest.Known(t)
	all := Actions(testKeys(), action.Chain(action.Machines), disabled)
	for _, m := range k.Fleet.Machines {
		all = append(all, Entry{Text: m.Name, Kind: "machine", Note: view.StateWord(k.Hosts[m.Name]), Link: view.Link{Place: view.Machine, Name: m.Name}})
	}
	for _, a := range k.Aspects.Value {
		all = append(all, Entry{Text: a.Name, Kind: "aspect", Note: string(a.Class), Link: view.ToAspect(a.Class, a.Name)})
	}
	for _, p := range k.Packages.Value {
		all = append(all, Entry{Text: p.Name, Kind: "package", Link: view.Link{Place: view.Layers, Name: p.Name}})
	}
	return all
}

func disabled(a action.Action) string {
	switch a.ID {
	case action.MarkNone:
		return "nothing is marked"
	case action.Older, action.Newer:
		return "there was no other place yet"
	case action.CurrentRun:
		return "nothing was run in this session"
	}
	return ""
}

func TestGoldenPalette(t *testing.T) {
	p := NewPalette(env(), entries(t), &Recent{})
	golden(t, "palette", p)
	for name, typed := range map[string]string{"palette-ssh": "ssh", "palette-machine": "cinn", "palette-action": "mark", "palette-nothing": "qqqq"} {
		p.Input().SetValue(typed)
		do(p, action.InputText)
		golden(t, name, p)
	}
}

func TestGoldenHelp(t *testing.T) {
	h := NewHelp(env(), testKeys(), action.Chain(action.Machines), disabled)
	golden(t, "help", h)
	do(h, action.Down, action.Down, action.Down)
	golden(t, "help-disabled", h)
	do(h, action.Bottom)
	golden(t, "help-end", h)
}

func said() []Message {
	at := time.Date(2026, 11, 22, 12, 50, 7, 0, time.UTC)
	return []Message{
		{at, view.Say{Text: "Reading the fleet anew"}},
		{at.Add(2 * time.Second), view.Say{Level: style.OK, Text: "Saved the plan as /home/sam/fleet/plan.json"}},
		{at.Add(3 * time.Second), view.Say{Level: style.Warn, Text: "scheelite: handshake deadline"}},
		{at.Add(9 * time.Second), view.Say{Level: style.Fail, Text: "The plan was not made: galena: modules/base.nix:3: an undefined variable",
			More: "galena: modules/base.nix:3: an undefined variable\n  config = { networking.hostName = nmae; };\n" + strings.Repeat("                                   ", 1) + "^ nmae is not defined here\nhint: did you mean name?"}},
	}
}

func TestGoldenMessages(t *testing.T) {
	m := NewMessages(env(), said())
	golden(t, "messages", m)
	do(m, action.Choose)
	golden(t, "messages-open", m)
	golden(t, "messages-none", NewMessages(env(), nil))
}

func do(d Dialog, ids ...action.ID) (last Result) {
	for _, id := range ids {
		last = d.Do(action.Intent{ID: id})
	}
	return last
}
