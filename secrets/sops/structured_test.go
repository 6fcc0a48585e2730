package sops_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

const tamperPlain = `{"a": {"b": "hunter1", "list": ["hunter2", "hunter3"], "single": ["alone"]}, "n": 12, "yes": true, "text": "34",
	"clear_unencrypted": "ab", "more_unencrypted": "c", "deep": {"x": "hunter4"}, "none": null, "void": ""}`

const tamperYAML = `a:
  # about b
  b: hunter1
  list: [hunter2, hunter3]
  single: [alone]
n: 12
"yes": true
text: "34"
clear_unencrypted: ab
more_unencrypted: c
deep:
  x: hunter4
none: null
void: ""
`

// tampering is one change of an encrypted JSON file, and what has to come of
// it: a refusal, or a doubt about the place.
type tampering struct {
	from, to string // a regular expression and its replacement
	refused  error
	doubt    string // KIND PATH
}

// TestTamperMatrix makes the changes that the sops command 3.13.3 was seen to
// accept, and those that it refuses. Two that leave no trace in the file, an
// empty value that is gone and a list of one that is unwrapped, are found by
// Compare with the file as it was.
func TestTamperMatrix(t *testing.T) {
	one := recipientsOf(t, "one")
	text, err := sops.Form{Store: sops.JSON}.Encrypt(secret.New([]byte(tamperPlain)), one)
	if err != nil {
		t.Fatal(err)
	}
	const enc = `("ENC\[[^"]*\]")`
	for name, c := range map[string]tampering{
		"rename a clear name":          {`"clear_unencrypted"`, `"other_unencrypted"`, nil, "cleartext other_unencrypted"},
		"add an empty text":            {`"n":`, `"evil": "", "n":`, nil, "empty evil"},
		"add null":                     {`"n":`, `"evil": null, "n":`, nil, "empty evil"},
		"add a map":                    {`"n":`, `"evil": {}, "n":`, nil, "empty evil"},
		"add a list":                   {`"n":`, `"evil": [], "n":`, nil, "empty evil"},
		"add in a list":                {`"list": \[`, `"list": ["", `, nil, "empty a.list"},
		"move text between neighbours": {`"ab",(\s*)"more_unencrypted": "c"`, `"a",$1"more_unencrypted": "bc"`, nil, "cleartext more_unencrypted"},
		"int to str":                   {`type:int`, `type:str`, nil, "type n"},
		"bool to str":                  {`type:bool`, `type:str`, nil, "type yes"},
		"str to int":                   {`("text": "[^"]*)type:str`, `${1}type:int`, nil, "type text"},
		"a colon for a map":            {`"deep": \{\s*"x": ([^}]*?)\s*\}`, `"deep:x": $1`, nil, "colon deep:x"},
		"str to bytes":                 {`type:str`, `type:bytes`, sops.ErrFormat, ""},
		"str to comment":               {`("text": "[^"]*)type:str`, `${1}type:comment`, sops.ErrFormat, ""},
		"str to comment in a list":     {`("list": \[\s*"[^"]*)type:str`, `${1}type:comment`, sops.ErrTampered, ""},
		"word to int":                  {`("b": "[^"]*)type:str`, `${1}type:int`, sops.ErrTampered, ""},
		"word to bool":                 {`("b": "[^"]*)type:str`, `${1}type:bool`, sops.ErrTampered, ""},
		"junk behind a value":          {`type:int\]`, `type:int]x`, sops.ErrFormat, ""},
		"version 99":                   {`"version": "3[^"]*"`, `"version": "99.0.0"`, sops.ErrFormat, ""},
		"swap list items":              {`"list": \[\s*` + enc + `,\s*` + enc, `"list": [$2, $1`, sops.ErrTampered, ""},
		"move a value":                 {`"b": ` + enc, `"c": $1`, sops.ErrTampered, ""},
		"change lastmodified":          {`"lastmodified": "2`, `"lastmodified": "1`, sops.ErrTampered, ""},
		"delete a value":               {`"b": ` + enc + `,`, ``, sops.ErrTampered, ""},
		"empty a value":                {`"b": ` + enc, `"b": ""`, sops.ErrTampered, ""},
		"null for a value":             {`"b": ` + enc, `"b": null`, sops.ErrTampered, ""},
		"clear text for a value":       {`"b": ` + enc, `"b": "mine"`, sops.ErrFormat, ""},
		"a number for a value":         {`"b": ` + enc, `"b": 1`, sops.ErrFormat, ""},
		"drop the mac":                 {`"mac": "[^"]*",`, ``, sops.ErrFormat, ""},
		"a name twice":                 {`"n":`, `"n": "", "n":`, sops.ErrFormat, ""},
		"change clear text":            {`"ab"`, `"xy"`, sops.ErrTampered, ""},
		"another suffix":               {`"_unencrypted"`, `"_unencryptex"`, sops.ErrFormat, ""},
		"a wider selector":             {`"unencrypted_suffix": "_unencrypted"`, `"unencrypted_regex": "."`, sops.ErrTampered, ""},
		"two selectors":                {`"unencrypted_suffix"`, `"encrypted_regex": "x", "unencrypted_suffix"`, sops.ErrFormat, ""},
		"mac only encrypted":           {`"version"`, `"mac_only_encrypted": true, "version"`, sops.ErrTampered, ""},
		"unknown metadata":             {`"version"`, `"evil": 1, "version"`, sops.ErrFormat, ""},
		"a second document":            {`$`, `{}`, sops.ErrFormat, ""},
	} {
		re := regexp.MustCompile(c.from)
		at := re.FindSubmatchIndex(text)
		if at == nil {
			t.Errorf("%s: %s is not in the file", name, c.from)
			continue
		}
		if name == "a second document" {
			at = []int{len(text), len(text)}
		}
		changed := slices.Concat(text[:at[0]], re.Expand(nil, []byte(c.to), text, at), text[at[1]:])
		doubts, err := doubtsOf(t, sops.JSON, changed)
		switch {
		case c.refused != nil:
			if !errors.Is(err, c.refused) {
				t.Errorf("%s: %v, want %v", name, err, c.refused)
			}
		case err != nil:
			t.Errorf("%s: refused, but it is said to leave a doubt: %v", name, err)
		case !slices.Contains(doubts, c.doubt):
			t.Errorf("%s: accepted silently; doubts %q", name, doubts)
		}
		if err != nil && regexp.MustCompile(`hunter|mine|[0-9A-F]{64}`).MatchString(err.Error()) {
			t.Errorf("%s: the error shows plaintext or its hash: %v", name, err)
		}
	}
}

// TestTamperYAML makes the changes that only YAML allows.
func TestTamperYAML(t *testing.T) {
	made, err := sops.Form{Store: sops.YAML}.Encrypt(secret.New([]byte(tamperYAML)), recipientsOf(t, "one"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(made)
	meta := text[strings.Index(text, "sops:\n"):]
	note := regexp.MustCompile(`#ENC.*`).FindString(text)
	for name, c := range map[string]struct {
		text, doubt string
		refused     error
	}{
		"a second document":             {text + "---\nevil: x\n", "", sops.ErrFormat},
		"one with the metadata":         {text + "---\nevil: x\n" + meta, "", sops.ErrFormat},
		"an empty one with it":          {text + "---\nevil: ''\n" + meta, "empty evil", nil},
		"one with other metadata":       {text + "---\nevil: ''\n" + strings.Replace(meta, "3.13.3", "3.13.2", 1), "", sops.ErrFormat},
		"an alias":                      {strings.Replace(text, "text: ENC", "evil: &e ''\nevil2: *e\ntext: ENC", 1), "", sops.ErrFormat},
		"a merge":                       {strings.Replace(text, "text: ENC", "<<: {evil: ''}\ntext: ENC", 1), "empty <<.evil", nil},
		"a comment in clear":            {strings.Replace(text, "text: ENC", "# evil\ntext: ENC", 1), "comment ", nil},
		"a comment that does not open":  {strings.Replace(text, note, strings.Replace(note, "iv:", "iv:AAAA", 1), 1), "stray a", nil},
		"a comment moved":               {strings.Replace(strings.Replace(text, note, "#", 1), "text: ENC", note+"\ntext: ENC", 1), "moved ", nil},
		"a comment for a value":         {strings.Replace(text, "text: ENC", "evil: "+note[1:]+"\ntext: ENC", 1), "", sops.ErrFormat},
		"a value for a comment":         {strings.Replace(text, note, "#"+regexp.MustCompile(`ENC.*type:int]`).FindString(text), 1), "comment a", nil},
		"a name that is a number":       {strings.Replace(text, "text: ENC", "12: ''\ntext: ENC", 1), "", sops.ErrFormat},
		"the metadata elsewhere":        {strings.Replace(text, "\nsops:", "\nSops:", 1), "", sops.ErrFormat},
		"plaintext that is not sops":    {"password: hunter1\n", "", sops.ErrFormat},
		"broken, with plaintext around": {"password: 'hunter1\n", "", sops.ErrFormat},
	} {
		doubts, err := doubtsOf(t, sops.YAML, []byte(c.text))
		switch {
		case !errors.Is(err, c.refused):
			t.Errorf("%s: %v, want %v", name, err, c.refused)
		case err != nil && strings.Contains(err.Error(), "hunter"):
			t.Errorf("%s: the error shows plaintext: %v", name, err)
		case err == nil && !slices.Contains(doubts, c.doubt):
			t.Errorf("%s: accepted silently; doubts %q", name, doubts)
		}
	}
}

func doubtsOf(t *testing.T, store sops.Store, text []byte) ([]string, error) {
	f, err := sops.ParseAs(store, text)
	if err != nil {
		return nil, err
	}
	o, err := f.Open(testIdentities(t)[:1])
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range o.Doubts {
		out = append(out, fmt.Sprint(d.Kind, " ", d.Path))
		if s := d.String(); d.Line == 0 || strings.Contains(s, "hunter") {
			t.Error(s)
		}
	}
	return out, nil
}

// TestCompare finds what a single file cannot show.
func TestCompare(t *testing.T) {
	one := recipientsOf(t, "one")
	text, err := sops.Form{Store: sops.JSON}.Encrypt(secret.New([]byte(tamperPlain)), one)
	if err != nil {
		t.Fatal(err)
	}
	parse := func(text []byte) *sops.File {
		f, err := sops.ParseAs(sops.JSON, text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	sub := func(from, to string) []byte {
		out := regexp.MustCompile(from).ReplaceAll(text, []byte(to))
		if bytes.Equal(out, text) {
			t.Fatal(from)
		}
		return out
	}
	for name, c := range map[string]struct {
		text []byte
		want sops.Change
	}{
		"nothing":                 {text, sops.Unchanged},
		"an empty value is gone":  {sub(`"none": null,`, ``), sops.Forged},
		"a list of one unwrapped": {sub(`"single": \[\s*("[^"]*")\s*\]`, `"single": $1`), sops.Forged},
		"renamed":                 {sub(`clear_unencrypted`, `x_unencrypted`), sops.Forged},
		"other white space":       {bytes.ReplaceAll(text, []byte("\t"), []byte(" ")), sops.Unchanged},
		"another reader":          {sub(`"age": \[`, `"age": [{"recipient": "`+recipientsOf(t, "two")[1]+`", "enc": "x"},`), sops.Unchanged},
		"older":                   {sub(`"lastmodified": "2`, `"lastmodified": "1`), sops.Older},
	} {
		if got := sops.Compare(parse(text), parse(c.text)); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	other, err := sops.Form{Store: sops.JSON}.Encrypt(secret.New([]byte(tamperPlain)), one)
	if err != nil {
		t.Fatal(err)
	}
	if got := sops.Compare(parse(text), parse(other)); got != sops.Rewritten {
		t.Error(got)
	}
}
