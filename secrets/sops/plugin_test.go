package sops_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/sops/plugintest"
)

// TestMain lets the test binary stand in for age plugins.
func TestMain(m *testing.M) {
	plugintest.Main()
	os.Exit(m.Run())
}

// asker answers every question of a plugin with a word, and notes what
// happens.
type asker struct {
	ctx     context.Context
	word    string
	fails   error
	log     []string
	waiting func() // is told that a plugin takes its time, and does not wait for it
	waits   int    // how many such waits began and are over
}

func (a *asker) Begin(name string) (context.Context, func(), error) {
	a.log = append(a.log, "begin "+name)
	return a.ctx, func() { a.log = append(a.log, "end "+name) }, nil
}

func (a *asker) Message(_ context.Context, name, text string) error {
	a.log = append(a.log, "message "+name+" "+text)
	return nil
}

func (a *asker) Request(_ context.Context, name, prompt string, hidden bool) (secret.Value, error) {
	a.log = append(a.log, fmt.Sprint("request ", name, " ", prompt, " ", hidden))
	return secret.New([]byte(a.word)), a.fails
}

func (a *asker) Confirm(_ context.Context, name, prompt, yes, no string) (bool, error) {
	a.log = append(a.log, strings.Join([]string{"confirm", name, prompt, yes, no}, " "))
	return a.word == plugintest.Secret, a.fails
}

func (a *asker) Waiting(ctx context.Context, _ string) {
	if a.waiting != nil {
		a.waiting()
		<-ctx.Done()
		a.waits++ // before whoever asked goes on: the race detector sees whether
	}
}

// sealed is a file for a plugin, and the plugin's identity.
func sealed(t *testing.T, name string, p sops.Plugins) (*sops.File, []sops.Identity) {
	t.Helper()
	recipient, identity := plugintest.Keys(name)
	text, err := sops.Form{Store: sops.YAML, Plugins: p}.Encrypt(secret.New([]byte("a: b\n")), []string{recipient})
	if err != nil {
		t.Fatal(err)
	}
	f, err := sops.ParseAs(sops.YAML, text)
	if err != nil {
		t.Fatal(err)
	}
	return f, found(t, identity, p)
}

func found(t *testing.T, identity string, p sops.Plugins) []sops.Identity {
	t.Helper()
	env := func(name string) string { return map[string]string{"SOPS_AGE_KEY": identity}[name] }
	ids, err := sops.Finder{Getenv: env, Plugins: p}.Find(t.Context())
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	return ids
}

func allowed(a *asker) sops.Plugins {
	return sops.Plugins{Allow: func(string) error { return nil }, Ask: a}
}

func TestPlugin(t *testing.T) {
	plugintest.Install(t, plugintest.Word)
	t.Setenv("AGEDEBUG", "plugin") // package age would print the file key
	recipient, identity := plugintest.Keys(plugintest.Word)
	if err := sops.CheckRecipient(recipient); !errors.Is(err, sops.ErrPlugin) || !errors.Is(err, sops.ErrRecipient) {
		t.Error(err)
	}
	f, ids := sealed(t, plugintest.Word, allowed(&asker{ctx: t.Context()}))
	if !ids[0].Usable() || ids[0].Recipient != recipient {
		t.Fatal(ids)
	}
	for _, c := range []struct {
		asker asker
		says  string
	}{
		{asker{word: plugintest.Secret}, ""},
		{asker{word: "wrong"}, `age-plugin-word: it says "\x1b[31mwrong word, 2 tries left"`},
		{asker{fails: errors.New("nobody is here")}, "age-plugin-word: nobody is here"},
	} {
		c.asker.ctx = t.Context()
		plain, err := f.Decrypt(found(t, identity, allowed(&c.asker)))
		if c.says == "" && (err != nil || string(plain.Bytes()) != "a: b\n") {
			t.Error(err)
		}
		if c.says != "" && (!errors.Is(err, sops.ErrNoIdentity) || !strings.Contains(err.Error(), c.says)) {
			t.Error(err)
		}
		if want := []string{"begin word", "request word the word? true", "end word"}; !slices.Equal(c.asker.log, want) {
			t.Errorf("%q", c.asker.log)
		}
	}
}

func TestPluginNotAllowed(t *testing.T) {
	plugintest.Install(t, plugintest.Word)
	a := &asker{ctx: t.Context(), word: plugintest.Secret}
	f, _ := sealed(t, plugintest.Word, allowed(a))
	recipient, identity := plugintest.Keys(plugintest.Word)
	a.log = nil
	for says, p := range map[string]sops.Plugins{
		"an identity at hand needs age-plugin-word": {},
		"age-plugin-word is not on the list":        {Ask: a, Allow: func(name string) error { return fmt.Errorf("age-plugin-%s is not on the list", name) }},
	} {
		ids := found(t, identity, p)
		if _, err := f.Decrypt(ids); !errors.Is(err, sops.ErrNoIdentity) || !strings.Contains(err.Error(), says) || ids[0].Usable() {
			t.Error(err)
		}
		_, err := sops.Form{Store: sops.YAML, Plugins: p}.Encrypt(secret.New([]byte("a: b\n")), []string{recipient})
		if !errors.Is(err, sops.ErrRecipient) || !errors.Is(err, sops.ErrPlugin) {
			t.Error(err)
		}
	}
	if len(a.log) > 0 {
		t.Errorf("it ran: %q", a.log)
	}
}

// TestPluginLast: whoever has a key of the usual kind too is not asked for
// anything, and a file for others says nothing of plugins that are not theirs.
func TestPluginLast(t *testing.T) {
	plugintest.Install(t, plugintest.Word)
	a := &asker{ctx: t.Context()}
	native, key, err := sops.NewIdentity("x")
	if err != nil {
		t.Fatal(err)
	}
	recipient, identity := plugintest.Keys(plugintest.Word)
	text, err := sops.Form{Store: sops.Binary, Plugins: allowed(a)}.Encrypt(secret.New([]byte("hello")), []string{recipient, native.Recipient})
	if err != nil {
		t.Fatal(err)
	}
	a.log = nil
	env := func(name string) string {
		return map[string]string{"SOPS_AGE_KEY": identity + string(key.Bytes())}[name]
	}
	ids, err := sops.Finder{Getenv: env, Plugins: allowed(a)}.Find(t.Context())
	if err != nil || len(ids) != 2 {
		t.Fatal(ids, err)
	}
	if _, err := open(text, ids); err != nil || len(a.log) > 0 {
		t.Error(err, a.log)
	}
	text, err = sops.Encrypt(secret.New([]byte("hello")), []string{native.Recipient})
	if err != nil {
		t.Fatal(err)
	}
	none := sops.Plugins{Ask: a, Allow: func(string) error { return errors.New("not allowed") }}
	if _, err := open(text, found(t, identity, none)); !errors.Is(err, sops.ErrNoIdentity) || strings.Contains(err.Error(), "not allowed") {
		t.Error(err)
	}
}

func TestPluginNotInstalled(t *testing.T) {
	plugintest.Install(t, plugintest.Word, plugintest.Mad)
	a := &asker{ctx: t.Context()}
	f, ids := sealed(t, plugintest.Word, allowed(a))
	t.Setenv("PATH", t.TempDir())
	if _, err := f.Decrypt(ids); !errors.Is(err, sops.ErrNoIdentity) || !strings.Contains(err.Error(), "age-plugin-word: it is not installed; hint: nix shell nixpkgs#age-plugin-word") {
		t.Error(err)
	}
	recipient, _ := plugintest.Keys("../x")
	if err := sops.CheckRecipient(recipient); err == nil {
		t.Error(recipient)
	}
}

// TestPluginWithoutManners: what is no conversation is an error.
func TestPluginWithoutManners(t *testing.T) {
	plugintest.Install(t, plugintest.Mad)
	recipient, _ := plugintest.Keys(plugintest.Mad)
	form := sops.Form{Store: sops.Binary, Plugins: allowed(&asker{ctx: t.Context()})}
	_, err := form.Encrypt(secret.New([]byte("hello")), []string{recipient})
	if !errors.Is(err, sops.ErrRecipient) || !strings.Contains(err.Error(), "age-plugin-mad: it does not speak the protocol") {
		t.Error(err)
	}
}

// TestPluginTouch goes through everything that a plugin may ask for, and waits
// for a key to be touched.
func TestPluginTouch(t *testing.T) {
	plugintest.Install(t, plugintest.Touch)
	key := filepath.Join(t.TempDir(), "key")
	if err := syscall.Mkfifo(key, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(plugintest.TouchVariable, key)
	a := &asker{ctx: t.Context(), word: plugintest.Secret}
	p := allowed(a)
	f, _ := sealed(t, plugintest.Touch, p)
	a.log, p.Patience = nil, 20*time.Millisecond
	_, identity := plugintest.Keys(plugintest.Touch)
	ids := found(t, identity, p)
	touched := make(chan error, 1)
	var once sync.Once // the plugin may take its time before, too
	a.waiting = func() {
		once.Do(func() { go func() { touched <- os.WriteFile(key, []byte("\n"), 0) }() })
	}
	plain, err := f.Decrypt(ids)
	if err != nil || string(plain.Bytes()) != "a: b\n" || <-touched != nil {
		t.Error(err)
	}
	if a.waits == 0 {
		t.Error("nobody was told that it waits")
	}
	if want := []string{"begin touch", "message touch insert the key", "confirm touch use slot 1? use it leave it", "end touch"}; !slices.Equal(a.log, want) {
		t.Errorf("%q", a.log)
	}
}

// TestPluginStopped: a plugin that hangs, and that does not end when it is
// asked to, is gone when whoever waited for it has the error.
func TestPluginStopped(t *testing.T) {
	plugintest.Install(t, plugintest.Stuck)
	f, _ := sealed(t, plugintest.Stuck, allowed(&asker{ctx: t.Context()}))
	at := filepath.Join(t.TempDir(), "pid")
	if err := syscall.Mkfifo(at, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(plugintest.StuckVariable, at)
	ctx, cancel := context.WithCancelCause(t.Context())
	a := &asker{ctx: ctx}
	p := allowed(a)
	p.Patience = 20 * time.Millisecond
	_, identity := plugintest.Keys(plugintest.Stuck)
	stopped := errors.New("stopped")
	var once sync.Once
	var text []byte
	a.waiting = func() {
		once.Do(func() {
			go func() {
				text, _ = os.ReadFile(at)
				cancel(stopped)
			}()
		})
	}
	if _, err := f.Decrypt(found(t, identity, p)); !errors.Is(err, stopped) || !errors.Is(err, sops.ErrNoIdentity) {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil || syscall.Kill(pid, 0) != syscall.ESRCH {
		t.Error("it still runs:", pid, err)
	}
}
