package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"
)

// forms are what a secret looks like when programs write it in another way than
// it is, by name.
func forms(part []byte) map[string][]byte {
	text := string(part)
	out := map[string][]byte{
		"hex":         []byte(hex.EncodeToString(part)),
		"upper hex":   bytes.ToUpper([]byte(hex.EncodeToString(part))),
		"query":       []byte(url.QueryEscape(text)),
		"path":        []byte(url.PathEscape(text)),
		"percent":     percent(part),
		"json":        inner(asJSON(text, false)),
		"html json":   inner(asJSON(text, true)),
		"json twice":  inner(asJSON(string(asJSON(text, false)), false)),
		"go":          inner([]byte(strconv.Quote(text))),
		"go in ASCII": inner([]byte(strconv.QuoteToASCII(text))),
		"bytes":       bytes.Trim(fmt.Append(nil, part), "[]"),
		"go bytes":    []byte(strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", part), "[]byte{"), "}")),
		"shell":       []byte(strings.ReplaceAll(text, "'", `'\''`)),
		"yaml":        inner(asYAML(text, yaml.DoubleQuotedStyle)),
		"single yaml": inner(asYAML(text, yaml.SingleQuotedStyle)),
		"utf-16":      wide(text, binary.LittleEndian),
		"utf-16 be":   wide(text, binary.BigEndian),
	}
	for skip := range 3 { // behind so many other bytes
		for name, as := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "url base64": base64.URLEncoding} {
			out[fmt.Sprint(name, " ", skip)] = aligned(as, part, skip)
		}
	}
	return out
}

// aligned is what base64 has of a text that begins so many bytes into a group,
// without the groups that depend on what is around it.
func aligned(as *base64.Encoding, part []byte, skip int) []byte {
	whole := append(make([]byte, skip), part...)
	from, to := (skip+2)/3*4, len(whole)/3*4
	return []byte(as.EncodeToString(whole))[from:to]
}

// percent escapes all but letters and digits, in small letters.
func percent(part []byte) (out []byte) {
	for _, b := range part {
		if b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' {
			out = append(out, b)
		} else {
			out = fmt.Appendf(out, "%%%02x", b)
		}
	}
	return out
}

func asJSON(text string, html bool) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	_ = e.Encode(text) // a string always encodes
	return bytes.TrimSpace(b.Bytes())
}

// asYAML is a text in quotes; of one that is not text YAML has no form but
// base64.
func asYAML(text string, style yaml.Style) []byte {
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Value: text, Style: style})
	if err != nil {
		return []byte(`"` + text + `"`)
	}
	return bytes.TrimSpace(out)
}

// inner is what stands between quotes.
func inner(quoted []byte) []byte { return quoted[1 : len(quoted)-1] }

func wide(text string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}
