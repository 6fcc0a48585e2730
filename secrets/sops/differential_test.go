package sops_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// rule is a .sops.yaml that says the selector.
func rule(sel sops.Selector, recipients []string) string {
	out := "creation_rules:\n- age: " + quoted(strings.Join(recipients, ",")) + "\n"
	for _, f := range []struct{ name, value string }{
		{"unencrypted_suffix", sel.UnencryptedSuffix}, {"encrypted_suffix", sel.EncryptedSuffix},
		{"unencrypted_regex", sel.UnencryptedRegex}, {"encrypted_regex", sel.EncryptedRegex},
		{"unencrypted_comment_regex", sel.UnencryptedCommentRegex}, {"encrypted_comment_regex", sel.EncryptedCommentRegex},
	} {
		if f.value != "" {
			out += "  " + f.name + ": " + quoted(f.value) + "\n"
		}
	}
	if sel.MACOnlyEncrypted {
		out += "  mac_only_encrypted: true\n"
	}
	return out
}

// encryptWith has the sops command encrypt a case.
func encryptWith(t *testing.T, run sopsRunner, c randomCase) ([]byte, error) {
	config := filepath.Join(t.TempDir(), "rule.yaml")
	if err := os.WriteFile(config, []byte(rule(c.Selector, recipientsOf(t, "one"))), 0o600); err != nil {
		return nil, err
	}
	return run([]byte(c.Plain), append([]string{"--config", config, "encrypt"}, kindOf(c.Store)...)...)
}

func kindOf(store sops.Store) []string {
	return []string{"--input-type", string(store), "--output-type", string(store), "--filename-override", "x"}
}

var (
	sealedText  = regexp.MustCompile(`ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:[^,]{44},tag:[^,]{24},type:([a-z]+)\]`)
	stanzaText  = regexp.MustCompile(`(?s)-----BEGIN AGE ENCRYPTED FILE-----.*?-----END AGE ENCRYPTED FILE-----`)
	changedText = regexp.MustCompile(`("?lastmodified"?: ")[^"]*`)
)

// masked hides what is random in an encrypted file, and keeps the lengths and
// types of the values.
func masked(text []byte) string {
	s := sealedText.ReplaceAllStringFunc(string(text), func(m string) string {
		part := sealedText.FindStringSubmatch(m)
		return fmt.Sprintf("ENC(%d %s)", len(part[1]), part[2])
	})
	return changedText.ReplaceAllString(stanzaText.ReplaceAllString(s, "STANZA"), "${1}NOW")
}

// TestDifferential encrypts random documents with the sops command and here,
// and decrypts each with the other: the encrypted files must be the same byte
// by byte but for what is random, and so must be all plaintexts.
func TestDifferential(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("ASSAY_SOPS_CASES"))
	if err != nil {
		n = 40
	}
	run := sopsCommand(t)
	for _, store := range []sops.Store{sops.JSON, sops.YAML} {
		t.Run(string(store), func(t *testing.T) {
			var count [4]atomic.Int64
			var wg sync.WaitGroup
			next := make(chan uint64)
			for range 2 {
				wg.Go(func() {
					for seed := range next {
						how, err := differ(t, run, newCase(store, seed))
						if err != nil {
							t.Errorf("case %d: %v", seed, err)
						}
						count[how].Add(1)
					}
				})
			}
			for seed := range uint64(n) {
				if t.Failed() {
					break
				}
				next <- seed
			}
			close(next)
			wg.Wait()
			t.Logf("%s: %d cases the same both ways, %d of which sops cannot open its own comments any more, %d that neither encrypts, %d that sops encrypts and cannot read",
				store, count[same].Load()+count[moved].Load(), count[moved].Load(), count[refused].Load(), count[unreadable].Load())
		})
	}
}

// How a case ends.
const (
	same       = iota
	moved      // sops leaves comments encrypted that it finds elsewhere; we open them
	refused    // by both
	unreadable // encrypted by sops, refused by us, and sops cannot read it either
)

// differ tells how a case ends, or how both differ.
func differ(t *testing.T, run sopsRunner, c randomCase) (int, error) {
	theirs, sopsErr := encryptWith(t, run, c)
	ours, err := sops.Form{Store: c.Store, Selector: c.Selector}.Encrypt(secret.New([]byte(c.Plain)), recipientsOf(t, "one"))
	how := refused
	if err != nil && sopsErr == nil {
		how = unreadable
		_, sopsErr = run(theirs, append([]string{"decrypt"}, kindOf(c.Store)...)...)
	}
	if (err == nil) != (sopsErr == nil) {
		return same, fmt.Errorf("we: %v, sops: %v\n%s", err, sopsErr, c.Plain)
	}
	if err != nil {
		return how, nil
	}
	if a, b := masked(ours), masked(theirs); a != b {
		return same, fmt.Errorf("selector %+v\nplain\n%s\nours\n%s\nby sops\n%s", c.Selector, c.Plain, a, b)
	}
	byUs, err := openAs(t, c.Store, theirs)
	if err != nil {
		return same, fmt.Errorf("we cannot read what sops wrote: %w\n%s\n%s", err, c.Plain, theirs)
	}
	bySops, err := run(ours, append([]string{"decrypt"}, kindOf(c.Store)...)...)
	if err != nil {
		return same, fmt.Errorf("sops cannot read what we wrote: %w\n%s", err, c.Plain)
	}
	if bytes.Contains(bySops, []byte("#ENC[AES256_GCM,")) {
		return moved, nil
	}
	if !bytes.Equal(byUs, bySops) {
		return same, fmt.Errorf("plaintexts differ\nplain\n%s\nours\n%q\nby sops\n%q", c.Plain, byUs, bySops)
	}
	return same, nil
}

func openAs(t testing.TB, store sops.Store, text []byte) ([]byte, error) {
	f, err := sops.ParseAs(store, text)
	if err != nil {
		return nil, err
	}
	plain, err := f.Decrypt(testIdentities(t)[:1])
	return plain.Bytes(), err
}
