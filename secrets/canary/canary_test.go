package canary_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/ssh"

	"assay/secrets/canary"
)

// secret has what each escape writes in another way.
const secret = `CANARY-7f3a/"&+é'-<of> this_test\`

// planted are texts with a secret in them, written by others than forms.
func planted(t *testing.T, secret string) map[string]string {
	t.Helper()
	text := func(b []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	wide := ""
	for _, unit := range utf16.Encode([]rune(secret)) {
		wide += string(binary.LittleEndian.AppendUint16(nil, unit))
	}
	half := len(secret) / 2
	out := map[string]string{
		"as it is":          "before " + secret + " after",
		"a part":            secret[2 : len(secret)-3],
		"lines":             secret[:half] + "\r\n    " + secret[half:],
		"a column":          "│ " + secret[:half] + " │\n│ " + secret[half:] + " │",
		"arguments":         "sh\x00-c\x00echo " + secret + "\x00",
		"hex":               hex.EncodeToString([]byte(secret)),
		"upper hex":         fmt.Sprintf("%X", secret),
		"spaced hex":        fmt.Sprintf("% x", secret),
		"bytes":             fmt.Sprint([]byte(secret)),
		"go bytes":          fmt.Sprintf("%#v", []byte(secret)),
		"quoted":            fmt.Sprintf("%q and %+q", "x"+secret, "y"),
		"quoted in ASCII":   fmt.Sprintf("%+q", "x"+secret),
		"json":              text(json.Marshal(map[string]string{"k": "x" + secret})),
		"json in json":      text(json.Marshal(text(json.Marshal(secret)))),
		"query":             url.Values{"k": {secret}}.Encode(),
		"path":              (&url.URL{Path: "/x/" + secret}).EscapedPath(),
		"folded base64":     strings.Join(slices.Collect(chunks(base64.StdEncoding.EncodeToString([]byte("some "+secret)), 11)), "\n"),
		"utf-16":            "\xff\xfe" + wide,
		"yaml":              text(yaml.Marshal(map[string]string{"k": secret})),
		"yaml in quotes":    text(yaml.Marshal(yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: secret + "\x01"})),
		"shell":             "'" + strings.ReplaceAll(secret, "'", `'\''`) + "'",
		"every byte an %xx": percent(secret),
	}
	for skip := range 4 {
		out[fmt.Sprint("base64 behind ", skip)] = base64.StdEncoding.EncodeToString([]byte("abc"[:skip] + secret + "x"))
		out[fmt.Sprint("base64 for URLs behind ", skip)] = base64.RawURLEncoding.EncodeToString([]byte("abc"[:skip] + secret))
	}
	return out
}

func percent(text string) (out string) {
	for _, b := range []byte(text) {
		if strings.ContainsRune("0123456789", rune(b)) || b|0x20 >= 'a' && b|0x20 <= 'z' {
			out += string(b)
		} else {
			out += fmt.Sprintf("%%%02x", b)
		}
	}
	return out
}

func chunks(text string, n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for ; len(text) > n; text = text[n:] {
			if !yield(text[:n]) {
				return
			}
		}
		yield(text)
	}
}

// TestFinds plants a secret in each form, of texts that are escaped and of
// bytes that are none.
func TestFinds(t *testing.T) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{secret, "plain-letters-and-0123456789", rand.Text()[:16], string(random)} {
		var s canary.Scanner
		if err := s.Add("a", []byte(secret)); err != nil {
			t.Fatal(err)
		}
		for form, text := range planted(t, secret) {
			if binary := secret == string(random); binary && slices.Contains([]string{"utf-16", "json", "json in json", "yaml", "yaml in quotes"}, form) {
				continue // it has no such form
			}
			if form == "a part" && len(secret) < 24 {
				continue
			}
			if found := s.Find([]byte(text)); len(found) == 0 || found[0].Secret != "a" {
				t.Errorf("%q: not found in the form %s: %q", secret, form, text)
			}
		}
		for _, clean := range []string{"", "x", "a text that has nothing", secret[:9], hex.EncodeToString([]byte(secret[:5])), strings.Repeat("\x00", 100)} {
			if found := s.Find([]byte(clean)); len(found) > 0 {
				t.Errorf("%q: %v", clean, found)
			}
		}
	}
}

// TestPrivateHalves: of a key the private half is found in each form, and the
// public one is no find.
func TestPrivateHalves(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	in64 := base64.StdEncoding.EncodeToString
	word := rand.Text() + rand.Text()
	for name, c := range map[string]struct{ text, clean string }{
		"ssh":      {string(pem.EncodeToMemory(block)), string(ssh.MarshalAuthorizedKey(key)) + "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB"},
		"nix":      {"cache-1:" + in64(private), "cache-1:" + in64(public)},
		"zerotier": {"0123456789:0:" + word + ":" + strings.ToLower(word), "0123456789:0:" + word},
		"age":      {"# created: 2026\n# public key: age1" + word + "\nAGE-SECRET-KEY-1" + word + "\n", "# public key: age1x"},
		"hash":     {"$6$saltsaltsaltsalt$" + word, "$6$saltsaltsaltsalt$"},
		"base64":   {in64(public), "x"},
	} {
		var s canary.Scanner
		if err := s.Add(name, []byte(c.text)); err != nil {
			t.Fatal(err)
		}
		if found := s.Find([]byte(c.clean)); len(found) > 0 {
			t.Errorf("%s: the public half is found: %v", name, found)
		}
		for form, text := range planted(t, c.text) {
			if len(s.Find([]byte(text))) == 0 && form != "utf-16" && form != "json in json" {
				t.Errorf("%s: not found in the form %s", name, form)
			}
		}
	}
	var s canary.Scanner
	for _, few := range []string{"", "short", " eleven byte", "-----BEGIN X-----"} {
		if err := s.Add("a", []byte(few)); err == nil {
			t.Errorf("%q is accepted", few)
		}
	}
	if text := strconv.Quote("short"); len(s.Find([]byte(text))) > 0 {
		t.Error(text)
	}
}
