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
		"version":      {`"version":1`, `"version":2`},
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
	// The time and the bytes to copy may differ: neither is what is approved.
	if _, err := plan.Decode(bytes.Replace(text, []byte(`"bytes": 120`), []byte(`"bytes": 121`), 1)); err != nil {
		t.Error(err)
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
