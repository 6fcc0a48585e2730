package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

var update = flag.Bool("update", false, "write the golden file")

// TestGolden keeps the JSON form, and with it the ids of saved plans, as it
// is.
func TestGolden(t *testing.T) {
	silent := machine("b")
	silent.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "handshake deadline"}
	broken := machine("c")
	broken.WantedErr = errors.New("x.nix:3: no")
	got := encoded(t, of(engine.GoalSwitch, rich(), silent, broken))
	golden := filepath.Join("testdata", "plan.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := plan.Decode(want); err != nil {
		t.Error(err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := of(engine.GoalSwitch, with("a", "1"), with("b", "1"))
	text := encoded(t, good)
	if p, err := plan.Decode(text); err != nil || !reflect.DeepEqual(p, good) {
		t.Fatalf("%v, %+v", err, p)
	}
	for name, change := range map[string][2]string{
		"version":      {`"version":2`, `"version":1`},
		"kind":         {`"kind":"update"`, `"kind":"download"`},
		"goal":         {`"goal":"switch"`, `"goal":"switches"`},
		"field":        {`"fleet":`, `"flea":1, "fleet":`},
		"id":           {`"id":"`, `"id":"0`},
		"value":        {`"new":"1"`, `"new":"2"`},
		"system":       {next, path("d", "nixos-system")},
		"no path":      {next, "/tmp/evil"},
		"long way":     {next, next + "/../../evil"},
		"status":       {`"status":"change"`, `"status":"changed"`},
		"group":        {`"group":0`, `"group":7`},
		"difference":   {`"options":[0]`, `"options":[1]`},
		"below zero":   {`"options":[0]`, `"options":[-1]`},
		"omissions":    {`"left_out":0`, `"left_out":1`},
		"machine":      {`"machine":"a"`, `"machine":"-oProxyCommand=x"`},
		"twice":        {`"machine":"a"`, `"machine":"b"`},
		"class":        {`"class":"nixos"`, `"class":"homeManager"`},
		"negative":     {`"bytes":120`, `"bytes":-1`},
		"nothing runs": {`"path":"` + now + `"`, `"path":""`},
		"more":         {"]}\n", "]}\n{}"},
		"torn":         {"]}\n", "]\n"},
	} {
		spoilt := strings.Replace(string(text), change[0], change[1], 1)
		if spoilt == string(text) {
			t.Errorf("%s: %q is not in the plan", name, change[0])
		}
		if p, err := plan.Decode([]byte(spoilt)); err == nil {
			t.Errorf("%s: decoded to %+v", name, p)
		}
	}
	own, err := json.MarshalIndent(good, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := plan.Decode(own); err != nil || !reflect.DeepEqual(p, good) {
		t.Errorf("the plan's own form: %v, %+v", err, p)
	}
	if _, err := plan.Decode(bytes.Replace(own, []byte(`"new": "1"`), []byte(`"new": "2"`), 1)); err == nil {
		t.Error("a changed plan in its own form was decoded")
	}
	// The time and the bytes to copy may differ: neither is what is approved.
	if p, err := plan.Decode(bytes.Replace(text, []byte(`"bytes":120`), []byte(`"bytes":121`), 1)); err != nil || p.Hosts[0].Copy.Bytes != 121 {
		t.Errorf("%v, %+v", err, p)
	}
}

// TestFileIsSmall saves the plan of a fleet whose hosts differ in one option
// and have all others, and what is left out, in common.
func TestFileIsSmall(t *testing.T) {
	var hosts []plan.Host
	for n := range 50 {
		h := with(fmt.Sprintf("h%02d", n), fmt.Sprint(n))
		for k := range 200 {
			h.Wanted.Record.Options = append(h.Wanted.Record.Options, engine.Option{Path: fmt.Sprint("services.x.setting", k), Value: "true", Known: true})
			h.Wanted.Record.LeftOut = append(h.Wanted.Record.LeftOut, engine.LeftOut{What: fmt.Sprint("services.x.setting", k), Why: "only Nix can build this"})
		}
		hosts = append(hosts, h)
	}
	p := of(engine.GoalSwitch, hosts...)
	if len(p.Groups) != len(hosts) || len(p.LeftOut) != 1 {
		t.Fatalf("%d groups, %d lists of what is left out", len(p.Groups), len(p.LeftOut))
	}
	text := encoded(t, p)
	if perHost := len(text) / len(hosts); perHost > 4000 {
		t.Errorf("%d bytes for a host", perHost)
	}
	if again, err := plan.Decode(text); err != nil || !reflect.DeepEqual(again, p) {
		t.Errorf("it does not come back as it was: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, p := range []*plan.Plan{
		of(engine.GoalSwitch), of(engine.GoalBoot, with("a", "1"), machine("b")),
		of(engine.GoalSwitch, plan.Host{Machine: fleet.Machine{Name: "x"}}),
	} {
		text, err := json.Marshal(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		var saved bytes.Buffer
		if err := p.Encode(&saved); err != nil {
			f.Fatal(err)
		}
		f.Add(saved.Bytes())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := plan.Decode(text)
		if err != nil {
			return
		}
		again, err := decode(p)
		if err != nil {
			t.Fatalf("%q decodes, but not again: %v", text, err)
		}
		if again.ID != p.ID || len(again.Hosts) != len(p.Hosts) {
			t.Fatalf("%q becomes another plan", text)
		}
		for _, e := range p.Hosts {
			p.Change(e.Machine)
		}
	})
}

func BenchmarkNew(b *testing.B) {
	var hosts []plan.Host
	for n := range 500 {
		h := machine(fmt.Sprintf("h%03d", n))
		for k := range 200 {
			h.Wanted.Record.Options = append(h.Wanted.Record.Options, engine.Option{Path: fmt.Sprint("x.", k), Value: fmt.Sprint(n % 5)})
			h.Current.Options = append(h.Current.Options, engine.Option{Path: fmt.Sprint("x.", k), Value: "old"})
		}
		hosts = append(hosts, h)
	}
	b.ReportAllocs()
	for b.Loop() {
		of(engine.GoalSwitch, hosts...)
	}
}

func encoded(t *testing.T, p *plan.Plan) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := p.Encode(&text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}
