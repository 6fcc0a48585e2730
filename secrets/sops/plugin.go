package sops

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"assay/secrets/secret"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

// Asker is whom a plugin may ask: the operator, at the console. The plugin's
// name comes first in every method; texts come from the plugin and are to be
// shown as such.
type Asker interface {
	Message(plugin, text string) error
	Request(plugin, prompt string, hidden bool) (secret.Value, error)
	Confirm(plugin, prompt, yes, no string) (bool, error)
	// Waiting is called, in another goroutine, when the plugin takes its time,
	// mostly because it waits for somebody to touch a key.
	Waiting(plugin string)
}

// Plugins says which age plugins may run. A recipient or identity in a file
// decides which program is started, so the names are for the operator to
// allow and never taken from a repository. None runs while the variable
// AGEDEBUG is "plugin": then package age prints what plugins say, file keys
// among it.
type Plugins struct {
	Allowed []string // names, as "yubikey" of age-plugin-yubikey
	Ask     Asker
}

func (p Plugins) allows(name string) bool {
	return p.Ask != nil && slices.Contains(p.Allowed, name) && os.Getenv("AGEDEBUG") != "plugin"
}

var errNoAnswer = errors.New("no answer")

func (p Plugins) ui() *plugin.ClientUI {
	return &plugin.ClientUI{
		DisplayMessage: p.Ask.Message,
		RequestValue: func(name, prompt string, hidden bool) (string, error) {
			v, err := p.Ask.Request(name, prompt, hidden)
			if err != nil {
				return "", errNoAnswer
			}
			defer v.Wipe()
			return string(v.Bytes()), nil
		},
		Confirm:   p.Ask.Confirm,
		WaitTimer: p.Ask.Waiting,
	}
}

func (p Plugins) recipient(text, name string) (age.Recipient, error) {
	if _, _, err := plugin.ParseRecipient(text); err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrRecipient, quote(text), err)
	}
	if !p.allows(name) {
		return nil, fmt.Errorf("%w %s: it %w, age-plugin-%s, which is not allowed to run", ErrRecipient, quote(text), ErrPlugin, name)
	}
	r, err := plugin.NewRecipient(text, p.ui())
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrRecipient, quote(text), err)
	}
	return r, nil
}

func pluginIdentity(line, name, recipient, origin string) Identity {
	return Identity{
		Recipient: recipient, Origin: origin, Needs: "age-plugin-" + name,
		plugin: func(ui *plugin.ClientUI) (age.Identity, error) { return plugin.NewIdentity(line, ui) },
	}
}

// enable makes the identities of allowed plugins usable. A plugin that is not
// installed shows when it is first used, as an identity that does not open.
func (p Plugins) enable(ids []Identity) []Identity {
	for i, id := range ids {
		name, ok := cutPluginName(id.Needs)
		if id.plugin == nil || !ok || !p.allows(name) {
			continue
		}
		if opened, err := id.plugin(p.ui()); err == nil {
			ids[i].open, ids[i].Needs = func() age.Identity { return opened }, ""
		}
	}
	return ids
}

func cutPluginName(needs string) (string, bool) {
	const prefix = "age-plugin-"
	if len(needs) <= len(prefix) || needs[:len(prefix)] != prefix {
		return "", false
	}
	return needs[len(prefix):], true
}
