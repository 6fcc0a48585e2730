package sops

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func stanzaOf(text string) (pluginStanza, error) {
	return readPluginStanza(bufio.NewReaderSize(strings.NewReader(text), maxPluginLine))
}

func TestPluginStanza(t *testing.T) {
	for _, n := range []int{0, 1, 47, 48, 49, 96, 5000} {
		s := pluginStanza{"kind", []string{"a", "b"}, bytes.Repeat([]byte{'x'}, n)}
		got, err := stanzaOf(string(s.text()))
		if err != nil || got.kind != s.kind || len(got.args) != 2 || !bytes.Equal(got.body, s.body) {
			t.Errorf("%d: %+v, %v", n, got, err)
		}
	}
	for text, want := range map[string]error{
		"": io.EOF, "-> done": io.EOF, "-> done\n": io.EOF, "password:\n": errPluginSpeech, "->\n\n": errPluginSpeech, "-> \n\n": errPluginSpeech,
		"-> a  b\n\n": errPluginSpeech, "-> a\x1b\n\n": errPluginSpeech, "-> a\nYQ==\n": errPluginSpeech, "-> a\nYR\n": errPluginSpeech, "-> a\nY\r\n": errPluginSpeech,
		"-> a\n" + strings.Repeat("Y", 65) + "\n":                      errPluginSpeech,
		"-> a\n" + strings.Repeat(strings.Repeat("Y", 64)+"\n", 1<<14): errPluginSpeech,
		"-> " + strings.Repeat("a", maxPluginLine) + "\n\n":            errPluginSpeech,
	} {
		if s, err := stanzaOf(text); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, %v", text, s.kind, err)
		}
	}
}

func FuzzPluginStanza(f *testing.F) {
	f.Add([]byte("-> file-key 0\nc29tZSBieXRlcyBoZXJlLg\n"))
	f.Add([]byte("-> confirm dXNlIGl0 bGVhdmUgaXQ\nc2xvdCAxPw\n-> done\n\n"))
	f.Add(pluginStanza{"msg", nil, bytes.Repeat([]byte{0xff}, 96)}.text())
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := stanzaOf(string(text))
		if err != nil {
			return
		}
		if !bytes.HasPrefix(text, s.text()) {
			t.Fatalf("%q was read as %+v", text, s)
		}
	})
}
