package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"assay/secrets/secret"
)

const canary = "canary-7f3a-hunter2-\"quoted\""

type inner struct {
	hidden secret.Value
	Shown  secret.Value
	ptr    *secret.Value
	list   []secret.Value
	table  map[string]secret.Value
	any    any
}

func holder() inner {
	v := secret.New([]byte(canary))
	return inner{hidden: v, Shown: v, ptr: &v, list: []secret.Value{v},
		table: map[string]secret.Value{"k": v}, any: v}
}

// leaks reports the encoding in which the canary stands in s, or "".
func leaks(s string) string {
	j, _ := json.Marshal(canary)
	for name, needle := range map[string]string{
		"raw":     canary,
		"part":    "hunter2",
		"json":    strings.Trim(string(j), `"`),
		"hex":     hex.EncodeToString([]byte(canary)),
		"base64":  base64.StdEncoding.EncodeToString([]byte(canary)),
		"decimal": strings.Trim(fmt.Sprint([]byte(canary)), "[]"),
		"gosyntx": strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", []byte(canary)), "[]byte{"), "}"),
	} {
		if strings.Contains(strings.ToLower(s), strings.ToLower(needle)) {
			return name
		}
	}
	return ""
}

func TestNothingPrintsIt(t *testing.T) {
	h := holder()
	values := []any{h, &h, h.hidden, h.ptr, h.list, h.table, struct{ in inner }{h},
		fmt.Errorf("wrapped: %v", h), []any{h, h.hidden}}
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%b", "%c", "%U", "%t", "%e", "%T", "%10.3s"}
	for _, v := range values {
		for _, verb := range verbs {
			if enc := leaks(fmt.Sprintf(verb, v)); enc != "" {
				t.Errorf("%s of %T shows the secret (%s)", verb, v, enc)
			}
		}
		if enc := leaks(fmt.Sprint(v) + fmt.Sprintln(v)); enc != "" {
			t.Errorf("Sprint of %T shows the secret (%s)", v, enc)
		}
		b, _ := json.Marshal(v)
		if enc := leaks(string(b)); enc != "" {
			t.Errorf("JSON of %T shows the secret (%s)", v, enc)
		}
		x, _ := xml.Marshal(v)
		if enc := leaks(string(x)); enc != "" {
			t.Errorf("XML of %T shows the secret (%s)", v, enc)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", v)
		if enc := leaks(log.String()); enc != "" {
			t.Errorf("slog of %T shows the secret (%s)", v, enc)
		}
	}
}

// TestLeaksFinds proves that the test above could fail.
func TestLeaksFinds(t *testing.T) {
	bare := struct{ hidden []byte }{[]byte(canary)}
	for _, verb := range []string{"%v", "%#v", "%s", "%x"} {
		if leaks(fmt.Sprintf(verb, bare)) == "" {
			t.Errorf("%s of a bare []byte is not seen as a leak", verb)
		}
	}
}

func TestWipe(t *testing.T) {
	b := []byte(canary)
	v := secret.New(b)
	w := v
	if !v.Equal(w) || v.Len() != len(canary) || string(w.Bytes()) != canary {
		t.Fatal("a copy differs")
	}
	v.Wipe()
	if w.Len() != 0 || v.Bytes() != nil {
		t.Error("a copy still holds the secret")
	}
	if !bytes.Equal(b, make([]byte, len(b))) {
		t.Error("the bytes were not overwritten")
	}
	v.Wipe()
	var zero secret.Value
	zero.Wipe()
	if zero.Len() != 0 || zero.String() != secret.Redacted {
		t.Error("the zero Value is not an empty secret")
	}
}
