package sops_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

const keptYAML = `# about a
a: hunter1
list: [same, same, other]
n: 12
clear_unencrypted: ab
---
b: hunter1
`

var (
	freshText  = regexp.MustCompile(`"?(lastmodified|mac)"?: "?[^"\n]*"?`)
	stanzasOf  = regexp.MustCompile(`(?s)"?age"?:.*?"?lastmodified`)
	valueTexts = regexp.MustCompile(`ENC\[[^\]]*\]`)
)

// TestUpdate changes one value, and finds only it and the MAC changed.
func TestUpdate(t *testing.T) {
	two, ids := recipientsOf(t, "two"), testIdentities(t)
	for _, c := range []struct {
		store         sops.Store
		plain, edited string
		fresh         int // values with a new ciphertext, without the MACs
	}{
		{sops.YAML, keptYAML, strings.Replace(keptYAML, "a: hunter1", "a: hunter2", 1), 1},
		{sops.YAML, keptYAML, strings.Replace(keptYAML, "other", "same", 1), 1}, // a third ciphertext, not one of the two
		{sops.YAML, keptYAML, strings.Replace(keptYAML, "12", `"12"`, 1), 1},
		{sops.YAML, keptYAML, strings.Replace(keptYAML, "n: 12", "new: 12", 1), 1},
		{sops.YAML, keptYAML, strings.Replace(keptYAML, "[same, same, other]", "[other, same, same]", 1), 0},
		{sops.YAML, keptYAML, keptYAML, 0},
		{sops.JSON, tamperPlain, strings.Replace(tamperPlain, "hunter1", "hunter9", 1), 1},
		{sops.Binary, "hunter1", "hunter2", 1},
		{sops.Binary, "hunter1", "hunter1", 0},
		{sops.Binary, "", "hunter1", 1},
	} {
		before, err := sops.Form{Store: c.store}.Encrypt(secret.New([]byte(c.plain)), two)
		if err != nil {
			t.Fatal(err)
		}
		o, err := parseAs(t, c.store, before).Open(ids)
		if err == nil {
			err = o.Replace(secret.New([]byte(c.edited)))
		}
		if err != nil {
			t.Fatal(err)
		}
		after, err := o.Update(two)
		if err != nil {
			t.Fatal(err)
		}
		if stanzasOf.FindString(string(before)) != stanzasOf.FindString(string(after)) {
			t.Errorf("%s: the wrapped data key changed", c.store)
		}
		known := map[string]int{}
		for _, v := range valueTexts.FindAllString(freshText.ReplaceAllString(string(before), ""), -1) {
			known[v]++
		}
		fresh := 0
		for _, v := range valueTexts.FindAllString(freshText.ReplaceAllString(string(after), ""), -1) {
			if known[v]--; known[v] < 0 {
				fresh++
			}
		}
		if fresh != c.fresh {
			t.Errorf("%s %.20q: %d fresh values, want %d", c.store, c.edited, fresh, c.fresh)
		}
		if macs(before)[0] == macs(after)[0] {
			t.Errorf("%s: the MAC is that of before", c.store)
		}
		again, err := open(after, ids)
		if c.store != sops.Binary {
			again, err = openAs(t, c.store, after)
		}
		want := opened(t, c.store, c.edited)
		if err != nil || string(again) != plainOf(t, want) {
			t.Errorf("%s: read back: %v", c.store, err)
		}
	}
}

func macs(text []byte) []string {
	return regexp.MustCompile(`"?mac"?: "?ENC\[[^\]]*\]`).FindAllString(string(text), -1)
}

// TestUpdateRefuses keeps no data key where the readers are to change.
func TestUpdateRefuses(t *testing.T) {
	one, two := recipientsOf(t, "one"), recipientsOf(t, "two")
	o := opened(t, sops.YAML, "a: 1\n")
	if _, err := o.Update(two); !errors.Is(err, sops.ErrRecipient) {
		t.Errorf("more readers: %v", err)
	}
	if _, err := o.Update(nil); !errors.Is(err, sops.ErrRecipient) {
		t.Errorf("no reader: %v", err)
	}
	if _, err := o.Update(one); err != nil {
		t.Errorf("the same readers: %v", err)
	}
	if _, err := opened(t, sops.Binary, "x").Update(two); !errors.Is(err, sops.ErrRecipient) {
		t.Errorf("binary, more readers: %v", err)
	}
	o.Wipe()
	if _, err := o.Update(one); err == nil {
		t.Error("updated after it was wiped")
	}
}

// TestSopsReadsUpdates has the sops command read and change what Update wrote,
// and Update what it changed.
func TestSopsReadsUpdates(t *testing.T) {
	run, one := sopsCommand(t).must(t), recipientsOf(t, "one")
	path := filepath.Join(t.TempDir(), "x.yaml")
	o := opened(t, sops.YAML, keptYAML)
	for round, name := range []string{"a", "n", "new"} {
		if err := o.Set(secret.New([]byte("changed")), name); err != nil {
			t.Fatal(err)
		}
		text, err := o.Update(one)
		if err != nil || os.WriteFile(path, text, 0o600) != nil {
			t.Fatal(round, err)
		}
		if got := string(run(nil, "decrypt", path)); got != plainOf(t, o) {
			t.Errorf("round %d: sops reads\n%s", round, got)
		}
		run(nil, "set", path, `["by-sops"]`, `"hunter3"`)
		if o, err = parseAs(t, sops.YAML, read(t, path)).Open(testIdentities(t)); err != nil {
			t.Fatal(round, err)
		}
	}
}

// TestDriftOfComments knows an SSH key by another comment.
func TestDriftOfComments(t *testing.T) {
	key := strings.Join(strings.Fields(string(read(t, "testdata/id_ed25519.pub")))[:2], " ")
	text, err := sops.Encrypt(secret.New([]byte("x")), []string{key + " old", key + " older"})
	if err != nil {
		t.Fatal(err)
	}
	f := parseAs(t, sops.Binary, text)
	if extra, missing := f.Drift([]string{key + " new"}); len(f.Age) != 1 || len(extra)+len(missing) != 0 {
		t.Errorf("%d recipients, %q too many, %q missing", len(f.Age), extra, missing)
	}
}
