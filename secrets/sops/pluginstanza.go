package sops

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// pluginStanza is what age and its plugins say to each other: a line with
// words, and a body in base64 on lines of 64 characters, the last of them
// shorter (age(1), and the plugin protocol of C2SP/age-plugin.md).
type pluginStanza struct {
	kind string
	args []string
	body []byte
}

// Limits on what a plugin says.
const (
	maxPluginLine   = 16 << 10  // bytes of a stanza's first line
	maxPluginBody   = 256 << 10 // bytes
	maxPluginSpeech = 1000      // stanzas of one conversation
	bodyColumns     = 64
)

var (
	errPluginSpeech = errors.New("it does not speak the protocol of age plugins")
	bodyEncoding    = base64.RawStdEncoding.Strict()
)

// text is the stanza as it is sent, for the caller to wipe.
func (s pluginStanza) text() []byte {
	encoded := make([]byte, bodyEncoding.EncodedLen(len(s.body)))
	bodyEncoding.Encode(encoded, s.body)
	defer clear(encoded)
	first := strings.Join(append([]string{"->", s.kind}, s.args...), " ") + "\n"
	out := make([]byte, 0, len(first)+len(encoded)+len(encoded)/bodyColumns+1) // not moved, so that nothing is left of it
	out = append(out, first...)
	rest := encoded
	for len(rest) >= bodyColumns {
		out = append(append(out, rest[:bodyColumns]...), '\n')
		rest = rest[bodyColumns:]
	}
	return append(append(out, rest...), '\n')
}

// readPluginStanza reads the next one.
func readPluginStanza(r *bufio.Reader) (pluginStanza, error) {
	line, err := pluginLine(r)
	if err != nil {
		return pluginStanza{}, err
	}
	words := strings.Split(string(line), " ")
	if words[0] != "->" || len(words) < 2 || len(line) > maxPluginLine {
		return pluginStanza{}, errPluginSpeech
	}
	for _, w := range words[1:] {
		if w == "" || strings.ContainsFunc(w, func(c rune) bool { return c < '!' || c > '~' }) {
			return pluginStanza{}, errPluginSpeech
		}
	}
	s := pluginStanza{kind: words[1], args: words[2:]}
	for {
		line, err := pluginLine(r)
		if err != nil {
			return s, err
		}
		decoded := make([]byte, bodyEncoding.DecodedLen(len(line)))
		if n, err := bodyEncoding.Decode(decoded, line); err != nil || n != len(decoded) || len(line) > bodyColumns {
			return s, errPluginSpeech
		}
		if s.body = append(s.body, decoded...); len(s.body) > maxPluginBody {
			return s, fmt.Errorf("%w: more than %d KiB at once", errPluginSpeech, maxPluginBody>>10)
		}
		if len(line) < bodyColumns {
			return s, nil
		}
	}
}

// pluginLine reads a line without its end, of at most what the reader buffers.
func pluginLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errPluginSpeech
	}
	return bytes.TrimSuffix(line, []byte("\n")), err
}
