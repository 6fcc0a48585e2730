package audit

import (
	"bytes"
	"encoding/json"
)

// member returns the value of a member of a JSON object as it is written, the
// last one of that name; nil where there is none, or no object. It is for texts
// of which there are thousands: values are skipped by their brackets and
// quotes, and not looked at otherwise (RFC 8259).
func member(text []byte, name string) (value []byte) {
	m := members{text: text}
	if !m.takes('{') {
		return nil
	}
	if m.takes('}') {
		return nil
	}
	for {
		m.space()
		key := m.quoted()
		if key == nil || !m.takes(':') {
			return nil
		}
		m.space()
		v := m.value()
		if len(v) == 0 {
			return nil
		}
		if isName(key, name) {
			value = v
		}
		switch {
		case m.takes(','):
		case m.takes('}'):
			if m.space(); m.at < len(text) {
				return nil
			}
			return value
		default:
			return nil
		}
	}
}

// isName reports whether a quoted text stands for a name.
func isName(quoted []byte, name string) bool {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1:len(quoted)-1]) == name
	}
	var text string
	return json.Unmarshal(quoted, &text) == nil && text == name
}

// members reads an object from the beginning.
type members struct {
	text []byte
	at   int
}

func (m *members) space() {
	for m.at < len(m.text) && bytes.IndexByte([]byte(" \t\r\n"), m.text[m.at]) >= 0 {
		m.at++
	}
}

// takes reads one character, if it is there, and the space before it.
func (m *members) takes(c byte) bool {
	m.space()
	if m.at == len(m.text) || m.text[m.at] != c {
		return false
	}
	m.at++
	return true
}

// quoted reads a text in quotes; nil where there is none, or it has no end.
func (m *members) quoted() []byte {
	from := m.at
	if from == len(m.text) || m.text[from] != '"' {
		return nil
	}
	for i := from + 1; i < len(m.text); {
		end := bytes.IndexByte(m.text[i:], '"')
		if end < 0 {
			return nil
		}
		if escape := bytes.IndexByte(m.text[i:i+end], '\\'); escape >= 0 {
			i += escape + 2 // with what it escapes
			continue
		}
		m.at = i + end + 1
		return m.text[from:m.at]
	}
	return nil
}

// value reads a value; nil where it has no end.
func (m *members) value() []byte {
	from, depth := m.at, 0
	for m.at < len(m.text) {
		switch m.text[m.at] {
		case '"':
			if m.quoted() == nil {
				return nil
			}
			if depth == 0 {
				return m.text[from:m.at]
			}
			continue
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 { // of the object, behind a number or a word
				return bytes.TrimRight(m.text[from:m.at], " \t\r\n")
			}
			if m.text[m.at] != ',' {
				depth--
			}
			if depth == 0 {
				m.at++
				return m.text[from:m.at]
			}
		}
		m.at++
	}
	return nil
}
