package embedded

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"

	"assay/fleet/engine"
	"assay/fleet/host"
)

func TestRecordRoundTrip(t *testing.T) {
	e := testEngine(t, sampleFleet())
	s, _ := built(t, e, "cinnabar")
	var data []byte
	_, _, err := readNar(e.store.file(s.Path), func(h *nar.Header, r io.Reader) (err error) {
		if h.Path == "/record.json" {
			data, err = io.ReadAll(r)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := DecodeRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, s.Record) {
		t.Errorf("read back %+v, was %+v", r, s.Record)
	}
	for _, word := range []string{".nix:", "modules/x.nix", "2026"} {
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("the record holds %q", word)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"empty":         "",
		"version":       `{"version":2}`,
		"unknown field": `{"version":1,"evil":1}`,
		"more":          `{"version":1} {}`,
		"list":          `[]`,
		"large":         `{"version":1}` + strings.Repeat(" ", maxRecord),
	} {
		if _, err := DecodeRecord([]byte(data)); err == nil {
			t.Errorf("%s: no error", name)
		} else if host.Sanitize(err.Error()) != err.Error() {
			t.Errorf("%s: %q", name, err)
		}
	}
}

func TestDecodeCleans(t *testing.T) {
	r, err := DecodeRecord([]byte(`{"version":1,"machine":"a\u001b[31mb\u202e","files":[{"path":"/etc/x\r\n","text":"\u001b]0;x\u0007"}],` +
		`"options":[{"path":"p","value":"` + strings.Repeat("v", maxValue+1) + `"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Machine != "ab" || r.Files[0].Text != "" || !r.Files[0].Binary || r.Files[0].Path != "/etc/x " {
		t.Errorf("%q %+v", r.Machine, r.Files)
	}
	if v := r.Options[0].Value; len(v) > maxValue || !strings.Contains(v, "bytes, sha256") {
		t.Errorf("a long value has %d bytes", len(v))
	}
}

// Nothing that a host sends as a record may make a string that could reach a
// terminal as anything but text, and what was read once reads the same again.
func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"version":1,"engine":"embedded","machine":"m","system":"x86_64-linux","aspects":["a"],` +
		`"options":[{"path":"p","value":"v","known":true}],"files":[{"path":"/etc/x","hash":"h","mode":"0444","size":1,"text":"x"}],` +
		`"packages":[{"name":"vim"}],"left_out":[{"what":"w","why":"y"}]}`))
	f.Add([]byte(`{"version":1,"machine":"\u001b[2J\u202e"}`))
	f.Add([]byte(`{"version":1,"files":[{"text":"\r","size":-1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeRecord(data)
		if err != nil {
			if host.Sanitize(err.Error()) != err.Error() {
				t.Fatalf("error %q", err)
			}
			return
		}
		eachString(r, func(s string, multi bool) {
			if multi && !isText(s) || !multi && line(s) != s {
				t.Fatalf("%q came through", s)
			}
		})
		again, err := encodeRecord(r)
		if err != nil {
			return // larger than what was read: escapes
		}
		second, err := DecodeRecord(again)
		if err != nil || !reflect.DeepEqual(second, r) {
			t.Fatalf("read again: %v", err)
		}
	})
}

func eachString(r engine.Record, visit func(s string, multi bool)) {
	var walk func(v reflect.Value, multi bool)
	walk = func(v reflect.Value, multi bool) {
		switch v.Kind() {
		case reflect.String:
			visit(v.String(), multi)
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), multi)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), v.Type().Field(i).Name == "Text")
			}
		}
	}
	walk(reflect.ValueOf(r), false)
}
