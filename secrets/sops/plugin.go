package sops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay/secrets/secret"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

// Asker is whom a plugin may ask: the operator. The plugin's name is that of
// age-plugin-NAME; texts come from the plugin, and whoever shows them cleans
// them. Contexts end when the plugin is stopped.
type Asker interface {
	// Begin is called before a plugin is started, and refuses that with its
	// error. When the context ends, the plugin is stopped, with its cause for
	// the error; end is called once the plugin is gone.
	Begin(plugin string) (ctx context.Context, end func(), err error)
	Message(ctx context.Context, plugin, text string) error
	Request(ctx context.Context, plugin, prompt string, hidden bool) (secret.Value, error)
	// Confirm returns whether it is yes. Where no is "", there is only that.
	Confirm(ctx context.Context, plugin, prompt, yes, no string) (bool, error)
	// Waiting is called, in another goroutine, when the plugin takes its time,
	// mostly because it waits for somebody to touch a key. The context ends
	// when it goes on; then Waiting has to return.
	Waiting(ctx context.Context, plugin string)
}

// Plugins says which age plugins may run. A recipient or identity in a file
// decides which program is started, so the names are for the operator to
// allow and never taken from a repository. The zero value allows none.
type Plugins struct {
	// Allow returns nil for a plugin that may run, and otherwise why not.
	Allow func(name string) error
	Ask   Asker
	// Patience is how long a plugin may be silent before Waiting is called; 0
	// is five seconds.
	Patience time.Duration
}

// allow returns why a plugin may not run.
func (p Plugins) allow(name string) error {
	switch {
	case !pluginName(name):
		return fmt.Errorf("%q is no name of an age plugin", name)
	case p.Allow == nil || p.Ask == nil:
		return fmt.Errorf("age-plugin-%s is not allowed to run", name)
	}
	return p.Allow(name)
}

// pluginName reports whether a program age-plugin-NAME can have the name.
func pluginName(name string) bool {
	for _, c := range name {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '+') {
			return false
		}
	}
	return name != "" && len(name) <= 40
}

var errNoAnswer = errors.New("no answer")

// PluginError is a plugin that ran, or should have, and did not do its work.
type PluginError struct {
	Name string // of age-plugin-NAME
	Err  error
}

func (e *PluginError) Error() string { return fmt.Sprintf("age-plugin-%s: %v", e.Name, e.Err) }

// Unwrap returns what went wrong.
func (e *PluginError) Unwrap() error { return e.Err }

func (p Plugins) recipient(text, name string) (age.Recipient, error) {
	if _, _, err := plugin.ParseRecipient(text); err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrRecipient, quote(text), err)
	}
	if err := p.allow(name); err != nil {
		return nil, fmt.Errorf("%w %s: it %w: %w", ErrRecipient, quote(text), ErrPlugin, err)
	}
	return pluginRecipient{p, name, text}, nil
}

// pluginIdentity is an identity that a plugin opens, once it is allowed to.
func pluginIdentity(line, name, recipient, origin string) Identity {
	return Identity{
		Recipient: recipient, Origin: origin, Needs: "age-plugin-" + name,
		plugin: func(p Plugins) (age.Identity, error) {
			if _, _, err := plugin.ParseIdentity(line); err != nil {
				return nil, fmt.Errorf("%s: %w: malformed key", origin, ErrIdentity)
			}
			return pluginKey{p, name, line}, p.allow(name)
		},
	}
}

// enable makes the identities of allowed plugins usable. A plugin that is not
// installed shows when it is first used, as an identity that does not open.
func (p Plugins) enable(ids []Identity) []Identity {
	for i, id := range ids {
		if id.plugin == nil || p.Allow == nil {
			continue
		}
		opened, err := id.plugin(p)
		if ids[i].refused = err; err == nil {
			ids[i].open, ids[i].Needs = func() age.Identity { return opened }, ""
		}
	}
	return ids
}

// pluginTries is how many stanzas of a file a plugin is started for.
const pluginTries = 50

// askPlugins opens a data key with identities of plugins. What fails is not
// tried again: a wrong PIN, given for each recipient, would lock a key.
func askPlugins(stanzas []Stanza, identities []age.Identity) ([]byte, error) {
	if len(identities) == 0 {
		return nil, nil
	}
	for _, s := range stanzas[:min(len(stanzas), pluginTries)] {
		key, err := openArmored(s.Enc, identities, keySize)
		if err == nil && len(key) == keySize {
			return key, nil
		}
		clear(key)
		if failed, ok := errors.AsType[*PluginError](err); ok {
			return nil, fmt.Errorf("%w: %w", ErrNoIdentity, failed)
		}
	}
	return nil, nil
}
