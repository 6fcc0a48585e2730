package sops_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// open parses and decrypts with the test identities.
func open(text []byte, ids []sops.Identity) ([]byte, error) {
	f, err := sops.Parse(text)
	if err != nil {
		return nil, err
	}
	plain, err := f.Decrypt(ids)
	return plain.Bytes(), err
}

// TestEveryFlip changes every byte of small files. A flip in what
// nothing authenticates (white space, the version, the recipient beside a
// stanza) may pass, but only with the same plaintext.
func TestEveryFlip(t *testing.T) {
	ids := testIdentities(t)[:1] // the others would only take time
	for name, masks := range map[string][]byte{"line": {0x01, 0x20}, "two-readers": {0x02}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flipEvery(t, name, masks, ids)
		})
	}
}

func flipEvery(t *testing.T, name string, masks []byte, ids []sops.Identity) {
	text := read(t, filepath.Join(fixtures, name+".json"))
	want, err := open(text, ids)
	if err != nil {
		t.Fatal(err)
	}
	passed, plain := 0, strings.TrimSpace(string(want))
	for i := range text {
		for _, mask := range masks {
			flipped := bytes.Clone(text)
			flipped[i] ^= mask
			got, err := open(flipped, ids)
			switch {
			case err != nil && plain != "" && strings.Contains(err.Error(), plain):
				t.Fatalf("%s: byte %d: the error shows plaintext", name, i)
			case err == nil && !bytes.Equal(got, want):
				t.Fatalf("%s: byte %d changed the plaintext unnoticed", name, i)
			case err == nil:
				passed++
			}
		}
	}
	t.Logf("%s: %d of %d flips have no effect, the others are refused", name, passed, len(masks)*len(text))
}

// TestTruncation cuts the file at every length.
func TestTruncation(t *testing.T) {
	ids := testIdentities(t)[:1]
	text := read(t, filepath.Join(fixtures, "line.json"))
	for n := range len(bytes.TrimSpace(text)) {
		if _, err := open(text[:n], ids); err == nil {
			t.Fatalf("%d of %d bytes were accepted", n, len(text))
		}
	}
}

// TestTampering is the part of the sops command's tamper matrix that a binary
// file has, and what else the format allows and we refuse.
func TestTampering(t *testing.T) {
	ids := testIdentities(t)
	text := string(read(t, filepath.Join(fixtures, "line.json")))
	other := string(read(t, filepath.Join(fixtures, "no-newline.json")))
	field := func(doc, name string) string {
		_, rest, _ := strings.Cut(doc, `"`+name+`": "`)
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	swap := func(name string) string { return strings.Replace(text, field(text, name), field(other, name), 1) }
	sub := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("%q is not in the fixture", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"data of another file":      {swap("data"), sops.ErrTampered},
		"mac of another file":       {swap("mac"), sops.ErrTampered},
		"stanza of another file":    {swap("enc"), sops.ErrTampered},
		"mac in data's place":       {strings.Replace(text, field(text, "data"), field(text, "mac"), 1), sops.ErrTampered},
		"lastmodified":              {sub(`"lastmodified": "2026`, `"lastmodified": "2025`), sops.ErrTampered},
		"lastmodified, other form":  {sub(`Z",`, `+00:00",`), sops.ErrFormat},
		"emptied data":              {strings.Replace(text, field(text, "data"), "", 1), sops.ErrTampered},
		"plain data":                {strings.Replace(text, field(text, "data"), "hello", 1), sops.ErrFormat},
		"dropped mac":               {strings.Replace(text, field(text, "mac"), "", 1), sops.ErrFormat},
		"mac only encrypted":        {sub(`"version"`, `"mac_only_encrypted": true, "version"`), sops.ErrTampered},
		"junk after ]":              {sub(`type:str]`, `type:str]x`), sops.ErrFormat},
		"type int":                  {sub(`type:str]`, `type:int]`), sops.ErrFormat},
		"type bytes":                {sub(`type:str]`, `type:bytes]`), sops.ErrFormat},
		"type comment":              {sub(`type:str]`, `type:comment]`), sops.ErrFormat},
		"version 99":                {sub(`"version": "3.`, `"version": "99.`), sops.ErrFormat},
		"version none":              {sub(`"version": "3.13.3"`, `"version": ""`), sops.ErrFormat},
		"a key beside data":         {sub(`"sops": {`, `"evil": "", "sops": {`), sops.ErrFormat},
		"null beside data":          {sub(`"sops": {`, `"evil": null, "sops": {`), sops.ErrFormat},
		"data twice":                {sub(`"sops": {`, `"data": "", "sops": {`), sops.ErrFormat},
		"data in capitals":          {sub(`"data": "`, `"Data": "`), sops.ErrFormat},
		"unknown metadata":          {sub(`"version"`, `"unencrypted_regex": "data", "version"`), sops.ErrFormat},
		"a selector that hits data": {sub(`"version"`, `"unencrypted_suffix": "a", "version"`), sops.ErrFormat},
		"a second document":         {text + text, sops.ErrFormat},
		"junk behind":               {text + "x", sops.ErrFormat},
		"no recipients":             {text[:strings.Index(text, `"age": [`)] + text[strings.Index(text, `"lastmodified"`):], sops.ErrFormat},
		"recipient is no key":       {sub(`"recipient": "age1`, `"recipient": "-age1`), sops.ErrFormat},
		"key groups":                {sub(`"version"`, `"key_groups": [{}], "version"`), sops.ErrForeign},
		"shamir":                    {sub(`"version"`, `"shamir_threshold": 2, "version"`), sops.ErrForeign},
		"not encrypted":             {`{"data": "hello", "sops": {}}`, sops.ErrFormat},
		"another JSON":              {`{"hello-canary": 1}`, sops.ErrFormat},
		"not JSON":                  {"hello-canary", sops.ErrFormat},
		"nothing":                   {"", sops.ErrFormat},
		"a list":                    {"[]", sops.ErrFormat},
		"not UTF-8":                 {"{\"\xff\": 1}", sops.ErrFormat},
	} {
		_, err := open([]byte(c.text), ids)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if s := err.Error(); strings.Contains(s, "hello") {
			t.Errorf("%s: the error shows the text: %s", name, s)
		}
	}
}

// TestInjectedRecipient shows what Recipients is worth: it lists who was
// added by hand, so that a comparison with the policy finds them.
func TestInjectedRecipient(t *testing.T) {
	ids := testIdentities(t)
	text := string(read(t, filepath.Join(fixtures, "line.json")))
	mallory, _, err := sops.NewIdentity("test")
	if err != nil {
		t.Fatal(err)
	}
	text = strings.Replace(text, `"age": [`, `"age": [{"recipient": "`+mallory.Recipient+`", "enc": "junk"},`, 1)
	f, err := sops.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Recipients(); len(got) != 2 || got[0] != mallory.Recipient {
		t.Errorf("recipients %q", got)
	}
	if plain, err := f.Decrypt(ids); err != nil || string(plain.Bytes()) != "hello\n" {
		t.Error(err)
	}
}

// TestFreshDataKey: the header of an old file opens nothing of a new one.
func TestFreshDataKey(t *testing.T) {
	ids := testIdentities(t)
	leaver, stayer := ids[0], ids[1]
	for range 20 {
		before, err := sops.Encrypt(secret.New([]byte("v1")), []string{leaver.Recipient, stayer.Recipient})
		if err != nil {
			t.Fatal(err)
		}
		after, err := sops.Encrypt(secret.New([]byte("v2")), []string{stayer.Recipient})
		if err != nil {
			t.Fatal(err)
		}
		header := func(b []byte) string {
			s := string(b)
			return s[strings.Index(s, `"age": [`):strings.Index(s, `"lastmodified"`)]
		}
		spliced := strings.Replace(string(after), header(after), header(before), 1)
		if _, err := open([]byte(spliced), []sops.Identity{leaver}); !errors.Is(err, sops.ErrTampered) {
			t.Fatalf("an old header on a new file: %v", err)
		}
		if _, err := open(after, []sops.Identity{leaver}); !errors.Is(err, sops.ErrNoIdentity) {
			t.Fatalf("who left reads the new file: %v", err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	ids := testIdentities(f)
	known := map[string]bool{}
	for _, x := range fixtureList() {
		known[string(x.plain)] = true
		if x.to != "ssh" && len(x.plain) < 300 {
			f.Add(read(f, filepath.Join(fixtures, x.name+".json")))
		}
	}
	foreign, err := os.ReadFile("testdata/foreign.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(foreign)
	f.Add([]byte(`{"data":"","sops":{"age":null,"lastmodified":"","mac":"","version":""}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := sops.Parse(text)
		if err != nil {
			if file != nil || !errors.Is(err, sops.ErrFormat) {
				t.Fatalf("%v is not ErrFormat", err)
			}
			return
		}
		plain, err := file.Decrypt(ids)
		if err == nil && !known[string(plain.Bytes())] {
			t.Fatal("a plaintext that nobody encrypted")
		}
	})
}
