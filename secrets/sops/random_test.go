package sops_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"assay/secrets/sops"
)

// randomCase is a document and how it is to be encrypted.
type randomCase struct {
	Store    sops.Store
	Selector sops.Selector
	Plain    string
}

// source makes random documents with all that the stores know.
type source struct {
	*rand.Rand
	yaml bool
}

func newCase(store sops.Store, seed uint64) randomCase {
	s := source{rand.New(rand.NewPCG(seed, 3)), store == sops.YAML}
	c := randomCase{Store: store, Selector: s.selector()}
	if !s.yaml {
		c.Plain = s.object(0) + s.pick("", "\n")
		return c
	}
	for i := range 1 + s.IntN(5)/4 {
		if i > 0 {
			c.Plain += "---\n"
		}
		c.Plain += s.mapping("", 0)
	}
	return c
}

func (s source) pick(of ...string) string { return of[s.IntN(len(of))] }

func (s source) selector() sops.Selector {
	sel := sops.Selector{MACOnlyEncrypted: s.IntN(3) == 0}
	suffix := s.pick("_x", "e", "_unencrypted")
	regex := s.pick("^(data|secret)$", "a", "_x$", "[0-9]", "^$")
	comment := s.pick("hide", "^ (show|x)", "sops:enc", "é")
	switch s.IntN(8) {
	case 0:
		sel.UnencryptedSuffix = suffix
	case 1:
		sel.EncryptedSuffix = suffix
	case 2:
		sel.UnencryptedRegex = regex
	case 3:
		sel.EncryptedRegex = regex
	case 4:
		sel.UnencryptedCommentRegex = comment
	case 5:
		sel.EncryptedCommentRegex = comment
	}
	return sel
}

func (s source) name(i int) string {
	if s.IntN(150) == 0 {
		return "12" // no text, and refused, unless it is quoted
	}
	return s.pick("data", "secret", "a", "name", "k8s", "user_x", "key_unencrypted", "déjà", "a b", "with.dot", "co:lon", "true", "data", "x", "secret") + fmt.Sprint(i)
}

func (s source) word() string {
	return s.pick("hunter2", "", "x y", "Zinnober 辰砂 🜨", "<a&b>", `back\slash "quote" 'single'`, "true", "null", "12", "0x1f", "1e3", "~", "- dash",
		"# no comment", "ENC[AES256_GCM,data:x]", "2026-01-02", "a: b", "trail ", " lead", "line\nline\n", "no end\nof line", "\ttab", "\u2028", "%", "@", "long "+strings.Repeat("word ", 30))
}

func (s source) number() string {
	return s.pick("0", "-1", "12", "9007199254740993", "9223372036854775807", "1.5", "-0.25", "1e20", "1e-7", "3.0", "0.1", "123456789.125")
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// object writes JSON.
func (s source) object(depth int) string {
	var members []string
	for i := range s.IntN(5) + min(1, 1-depth) {
		members = append(members, quoted(s.name(i))+s.pick(":", ": ", " :\n")+s.json(depth+1))
	}
	return "{" + s.pick("", "\n  ") + strings.Join(members, s.pick(",", ", ", ",\n")) + "}"
}

func (s source) json(depth int) string {
	switch n := s.IntN(10); {
	case n < 4:
		return quoted(s.word())
	case n == 4:
		return s.number()
	case n == 5:
		return s.pick("true", "false", "null", "{}", "[]", "[[]]")
	case n < 8 && depth < 4:
		return s.object(depth)
	case depth < 4:
		var list []string
		for range s.IntN(4) {
			list = append(list, s.json(depth+1))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	return "1"
}

// mapping writes YAML, every line behind indent.
func (s source) mapping(indent string, depth int) string {
	var out strings.Builder
	for i := range 1 + s.IntN(4) {
		s.comments(&out, indent)
		name := s.name(i)
		if s.IntN(3) == 0 || strings.ContainsAny(name, ": ") {
			name = quoted(name)
		}
		out.WriteString(indent + name + ":")
		s.yamlValue(&out, indent+"  ", depth+1)
	}
	if s.IntN(4) == 0 {
		s.comments(&out, indent)
	}
	return out.String()
}

func (s source) comments(out *strings.Builder, indent string) {
	for s.IntN(3) == 0 {
		out.WriteString(indent + "#" + s.comment() + "\n")
		if s.IntN(5) == 0 {
			out.WriteString("\n")
		}
	}
}

func (s source) comment() string {
	return s.pick(" hide this", " show", " x: y", "sops:enc", " é 辰砂", "tight", "  two", " "+s.pick("a", "b")+" #again")
}

// yamlValue writes what follows a name or a dash, up to the line's end.
func (s source) yamlValue(out *strings.Builder, indent string, depth int) {
	n := s.IntN(14)
	if depth > 3 {
		n %= 8
	}
	switch {
	case n < 4:
		out.WriteString(" " + quoted(s.word()))
	case n == 4:
		out.WriteString(" " + s.pick("plain text", "'single ''quoted'''", "hunter2", "2026-01-02", "2026-01-02T03:04:05Z", "2001-12-14 21:59:43.10 -5", "012", "0o14", "yes", ".inf", "0x1F", "!!str 12", "~", "null", "1_000"))
	case n == 5:
		out.WriteString(" " + s.number())
	case n == 6:
		out.WriteString(s.pick(" true", " false", " null", " {}", " []", " ", " [a, 1, null]", " {a: 1, b: {c: d}}"))
	case n == 7:
		out.WriteString(s.pick(" |", " >", " |-", " >-", " |+") + "\n" + indent + "first line\n" + indent + "  more # no comment\n")
		return
	case n < 12:
		out.WriteString(s.tail() + "\n" + s.mapping(indent, depth))
		return
	default:
		out.WriteString(s.tail() + "\n")
		for range 1 + s.IntN(3) {
			s.comments(out, indent)
			out.WriteString(indent + "-")
			s.yamlValue(out, indent+"  ", depth+1)
		}
		return
	}
	out.WriteString(s.tail() + "\n")
}

// tail is sometimes a comment at the line's end.
func (s source) tail() string {
	if s.IntN(6) == 0 {
		return " #" + s.comment()
	}
	return ""
}
