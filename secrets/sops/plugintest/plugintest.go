// Package plugintest is age plugins for tests, run as processes of their own
// by whatever test binary calls Main first in its TestMain. Only tests import
// it.
package plugintest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

// The plugins. All of them encrypt without a question.
const (
	Word  = "word"  // asks for Secret before it decrypts
	Touch = "touch" // says something, has it confirmed, and waits for a line in the file that TouchVariable names
	Stuck = "stuck" // writes its process id where StuckVariable says, and then ignores every signal that can be
	Loud  = "loud"  // asks openly for Secret, with escape sequences in all that it says
	Echo  = "echo"  // asks for Secret, and then says what it was told, and what is in the file that EchoVariable names
	Mad   = "mad"   // does not speak the protocol
)

// Secret is what Word, Loud and Echo want to be told.
const Secret = "open sesame"

// Variables of the plugins' environment.
const (
	TouchVariable = "ASSAY_TEST_TOUCH"
	StuckVariable = "ASSAY_TEST_STUCK"
	EchoVariable  = "ASSAY_TEST_ECHO"
)

// Main is the whole program, where the test binary was started as a plugin, and
// otherwise returns.
func Main() {
	name, is := strings.CutPrefix(filepath.Base(os.Args[0]), "age-plugin-")
	if !is {
		return
	}
	p, err := plugin.New(name)
	if err != nil {
		os.Exit(1)
	}
	k := key{p}
	p.HandleRecipient(func([]byte) (age.Recipient, error) { return k, nil })
	p.HandleIdentity(func([]byte) (age.Identity, error) { return k, nil })
	if name == Mad {
		fmt.Println("password:")
	}
	os.Exit(p.Main())
}

// Install puts the plugins into the PATH of the test, beside all else in it.
func Install(t *testing.T, names ...string) {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, "age-plugin-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// Keys are a recipient and an identity of a plugin, the latter as the line of a
// file with the recipient above it.
func Keys(name string) (recipient, identity string) {
	recipient = plugin.EncodeRecipient(name, []byte("x"))
	return recipient, "# recipient: " + recipient + "\n" + plugin.EncodeIdentity(name, []byte("x")) + "\n"
}

// key wraps file keys by XOR with a hash, so that what is wrapped with one
// plugin is not opened by another.
type key struct{ p *plugin.Plugin }

func (k key) mix(fileKey []byte) []byte {
	mask := sha256.Sum256([]byte(k.p.Name()))
	out := bytes.Clone(fileKey)
	for i := range out {
		out[i] ^= mask[i%len(mask)]
	}
	return out
}

// Wrap implements age.Recipient.
func (k key) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: k.p.Name(), Body: k.mix(fileKey)}}, nil
}

// Unwrap implements age.Identity.
func (k key) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type == k.p.Name() {
			if err := k.ask(); err != nil {
				return nil, err
			}
			return k.mix(s.Body), nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}

func (k key) ask() error {
	switch k.p.Name() {
	case Word:
		_, err := k.value("the word?", true)
		return err
	case Echo:
		word, wrong := k.value("the word?", true)
		more, err := os.ReadFile(os.Getenv(EchoVariable))
		return errors.Join(k.p.DisplayMessage(fmt.Sprintf("it was %s, and %s", word, more)), wrong, err)
	case Loud:
		err := k.p.DisplayMessage("look\x1b[2J here\x1b]0;title\x07\nassay: forged")
		_, wrong := k.value("say\x1b[31m it", false)
		return errors.Join(err, wrong)
	case Touch:
		if err := k.p.DisplayMessage("insert the key"); err != nil {
			return err
		}
		if yes, err := k.p.Confirm("use slot 1?", "use it", "leave it"); err != nil || !yes {
			return errors.Join(errors.New("not confirmed"), err)
		}
		_, err := os.ReadFile(os.Getenv(TouchVariable)) // a named pipe: there is nothing in it yet
		return err
	case Stuck:
		signals := make(chan os.Signal, 1)
		signal.Notify(signals)
		if err := os.WriteFile(os.Getenv(StuckVariable), fmt.Append(nil, os.Getpid()), 0o600); err != nil {
			return err
		}
		for range signals {
		}
	}
	return nil
}

// value asks for Secret.
func (k key) value(prompt string, hidden bool) (word string, err error) {
	if word, err = k.p.RequestValue(prompt, hidden); err != nil {
		return "", err
	}
	if word != Secret {
		return word, errors.New("\x1b[31mwrong word, 2 tries left")
	}
	return word, nil
}
