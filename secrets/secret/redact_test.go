package secret_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	scan "assay/secrets/canary"
	"assay/secrets/secret"
)

// awkward has what each escape writes in another way, and what base64 writes
// with the letters in which its alphabets differ.
const awkward = "p\"&+é'-<of> th%is_\\ÿÿÿ>>>???~tail"

const ageKey = "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQS24FYA9"

func knowing(texts ...string) *secret.Redactor {
	r := new(secret.Redactor)
	for _, text := range texts {
		r.Know(secret.New([]byte(text)))
	}
	return r
}

// written is a text in each form that is promised, by others than package
// secret, between what may stand around it.
func written(text string) map[string]string {
	plain, _ := json.Marshal(map[string]string{"k": text})
	upper := ""
	for _, b := range []byte(text) {
		upper += fmt.Sprintf("%%%02X", b)
	}
	forms := map[string]string{
		"raw":   "x " + text + " y",
		"json":  string(plain),
		"go":    strconv.Quote("x" + text),
		"query": url.Values{"k": {text}}.Encode(),
		"path":  (&url.URL{Path: "/x/" + strings.ReplaceAll(text, "/", "")}).EscapedPath(),
		"hex":   hex.EncodeToString([]byte("x" + text + "y")),
		"HEX":   fmt.Sprintf("0x%X", text),
	}
	if strings.Contains(text, "/") {
		delete(forms, "path")
	}
	for skip := range 6 {
		around := "abcdef"[:skip] + text + "uvwxyz"[skip:]
		forms[fmt.Sprint("base64 behind ", skip)] = base64.StdEncoding.EncodeToString([]byte(around))
		forms[fmt.Sprint("base64 for URLs behind ", skip)] = base64.RawURLEncoding.EncodeToString([]byte(around))
	}
	return forms
}

// TestCleansEveryForm: nothing of a form stays, also for who looks for parts of
// the secret.
func TestCleansEveryForm(t *testing.T) {
	for _, text := range []string{awkward, "hunter2!", rand.Text(), ageKey, strings.Repeat("correct horse ", 9)} {
		r := knowing("something else", text+"\n", "and more of it")
		var look scan.Scanner
		if len(text) >= scan.Least {
			if err := look.Add("it", []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		for form, line := range written(text) {
			clean := r.Clean(line)
			if !strings.Contains(clean, secret.Redacted) || strings.Contains(clean, text[2:]) {
				t.Errorf("%q in the form %s: %q becomes %q", text, form, line, clean)
			}
			if found := look.Find([]byte(clean)); len(found) > 0 {
				t.Errorf("%q in the form %s: %q becomes %q, which has %v", text, form, line, clean, found)
			}
			if len(text) >= 12 && strings.HasPrefix(form, "base64") && clean != secret.Redacted {
				t.Errorf("%s: of the word %q stays %q", form, line, clean)
			}
			if again := r.Clean(clean); again != clean {
				t.Errorf("%q is cleaned again: %q", clean, again)
			}
		}
	}
	for line, want := range map[string]string{
		"a hunter2! b hunter2!":              "a [secret] b [secret]",
		"hunter2!hunter2!":                   "[secret]",
		"a hunter2 b":                        "a hunter2 b",
		"one of overlapping-these-secrets":   "one of [secret]",
		"":                                   "",
		"hunter2!\n":                         "[secret]\n",
		"password=hunter2!; next=1, é stays": "password=[secret]; next=1, é stays",
	} {
		if got := knowing("hunter2!", "overlapping-these", "these-secrets").Clean(line); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}

// TestColumns: what base64 and openssl write of a secret leaves nothing of it.
func TestColumns(t *testing.T) {
	for _, text := range []string{ageKey + "\n", strings.Repeat(rand.Text(), 8)} {
		r := knowing(text)
		for _, width := range []int{76, 64} {
			encoded := base64.StdEncoding.EncodeToString([]byte(text))
			for line := range slices.Chunk([]byte(encoded), width) {
				if got := r.Clean(string(line)); got != secret.Redacted && len(line) > 16 {
					t.Errorf("%d columns: %q becomes %q", width, line, got)
				}
			}
		}
	}
}

func TestLinesOfASecret(t *testing.T) {
	r := knowing("# a comment of a file\n-----BEGIN SOMETHING-----\nfirst-line-of-it\nshort\n  the second line  \n-----END SOMETHING-----\n")
	for line, want := range map[string]string{
		"x first-line-of-it y":            "x [secret] y",
		"the second line":                 "[secret]",
		"dGhlIHNlY29uZCBsaW5l":            "[secret]",
		"short":                           "short",
		"# a comment of a file":           "# a comment of a file",
		"-----BEGIN SOMETHING-----":       "-----BEGIN SOMETHING-----",
		`\ndGhlIHNlY29uZCBsaW5l`:          `\n[secret]`,
		`\u00e9dGhlIHNlY29uZCBsaW5l`:      `\u00e9[secret]`,
		`"first-line-of-it\nshort\n  the`: `"[secret]\nshort\n  the`,
	} {
		if got := r.Clean(line); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}

// TestLooks: private keys that nobody made known, for a nil Redactor too.
func TestLooks(t *testing.T) {
	_, edKey, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed, err := x509.MarshalPKCS8PrivateKey(edKey)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	one := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ed}))
	json, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: ec})), "\n")
	public := "-----BEGIN CERTIFICATE----- " + base64.StdEncoding.EncodeToString(ed) + " -----END CERTIFICATE-----"
	for _, r := range []*secret.Redactor{nil, {}, knowing("another one")} {
		for line, want := range map[string]string{
			"key " + ageKey + ": no":                                 "key [secret]: no",
			"AGE-PLUGIN-YUBIKEY-1QQQ, ":                              "[secret], ",
			"neither AGE-SECRET-KEY- nor AGE-":                       "neither AGE-SECRET-KEY- nor AGE-",
			"age-plugin-yubikey is missing":                          "age-plugin-yubikey is missing",
			strings.ReplaceAll(one, "\n", " "):                       "-----BEGIN PRIVATE KEY----- [secret] -----END PRIVATE KEY----- ",
			string(json):                                             `"-----BEGIN PRIVATE KEY-----\n[secret]-----END PRIVATE KEY-----\n"`,
			strings.Split(one, "\n")[0] + "\n":                       "-----BEGIN PRIVATE KEY-----\n",
			strings.Split(one, "\n")[1] + "\n":                       "[secret]\n",
			lines[1]:                                                 "[secret]",
			"no -----BEGIN PRIVATE KEY----- in it":                   "no -----BEGIN PRIVATE KEY----- in it",
			"-----BEGIN PRIVATE KEY----- MIIEvgIBADANBgkqhkiG9w0B\n": "-----BEGIN PRIVATE KEY----- [secret]\n",
			"-----BEGIN ":                                            "-----BEGIN ",
			public[:60]:                                              strings.Replace(public[:60], public[28:60], secret.Redacted, 1),
			"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello-2.12": "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello-2.12",
		} {
			if got := r.Clean(line); got != want {
				t.Errorf("%q becomes %q, want %q", line, got, want)
			}
		}
	}
}

func TestKnowsNot(t *testing.T) {
	var none *secret.Redactor
	none.Know(secret.New([]byte("of a nil Redactor")))
	for _, text := range []string{"", "  \n", "seven77"} {
		if got := knowing(text).Clean("x" + text + "y"); got != "x"+text+"y" {
			t.Errorf("%q is known: %q", text, got)
		}
	}
	v := secret.New([]byte("wiped afterwards"))
	r := new(secret.Redactor)
	r.Know(v)
	v.Wipe()
	if got := r.Clean("wiped afterwards"); got != secret.Redacted {
		t.Errorf("what was wiped afterwards is not known any more: %q", got)
	}
}

func TestRedactorPrintsNothing(t *testing.T) {
	r := knowing(canary)
	r.Clean("x")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if enc := leaks(fmt.Sprintf(verb, r) + fmt.Sprintf(verb, struct{ in *secret.Redactor }{r})); enc != "" {
			t.Errorf("%s shows the secret (%s)", verb, enc)
		}
	}
}

func TestRedactorAtOnce(t *testing.T) {
	r := new(secret.Redactor)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			text := fmt.Sprintf("secret number %d", i)
			for range 50 {
				r.Know(secret.New([]byte(text)))
				if got := r.Clean(text); got != secret.Redacted {
					t.Errorf("%q becomes %q", text, got)
				}
			}
		})
	}
	all.Wait()
}

func FuzzClean(f *testing.F) {
	f.Add("hunter2!", "a ", " b")
	f.Add(ageKey, "-----BEGIN PRIVATE KEY-----", "-----END ")
	f.Add("two\nlines of at least 12", "\xff", "AGE-SECRET-KEY-")
	f.Add("\xff\x00\xfe\xfd\xfc\xfb\xfa\xf9", "", "=")
	f.Fuzz(func(t *testing.T, text, before, after string) {
		r := knowing(text)
		r.Clean(before + after)
		trimmed := strings.TrimSpace(text)
		if len(trimmed) < secret.Least || strings.ContainsAny(text, "[]") { // of which Redacted has some
			return
		}
		encoded, _ := json.Marshal(trimmed)
		for _, form := range []string{trimmed, string(encoded[1 : len(encoded)-1]), url.QueryEscape(trimmed), hex.EncodeToString([]byte(trimmed)),
			base64.StdEncoding.EncodeToString([]byte(trimmed)), base64.RawURLEncoding.EncodeToString([]byte(trimmed))} {
			if got := r.Clean(before + form + after); strings.Contains(got, form) {
				t.Errorf("%q in %q stays in %q", form, before+form+after, got)
			}
		}
	})
}

func BenchmarkClean(b *testing.B) {
	line := "building '/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-cinnabar-26.05.drv' on 'ssh://galena'..."
	for _, n := range []int{0, 10, 1000} {
		r := new(secret.Redactor)
		for range n {
			r.Know(secret.New([]byte(rand.Text() + rand.Text())))
		}
		b.Run(fmt.Sprint(n, " secrets"), func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				r.Clean(line)
			}
		})
	}
}

// TestBadLines: a line that is all hits, and a secret that is all lines, take
// no longer than others of their length.
func TestBadLines(t *testing.T) {
	r := knowing("aaaaaaaa", strings.Repeat("b", 1<<20), strings.Repeat("c\n", 1<<19))
	for _, piece := range []string{"a", "AGE-PLUGIN-", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", `\`, "MHcCAQEEI\\", "YWFhYWFhYWFh"} {
		if got := r.Clean(strings.Repeat(piece, 1<<20/len(piece))); len(got) == 0 {
			t.Errorf("nothing is left of many %q", piece)
		}
	}
}

func BenchmarkKnow(b *testing.B) {
	for b.Loop() {
		knowing(ageKey)
	}
}
