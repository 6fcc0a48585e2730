package action

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Keys is the table with the operator's own keys in it. It is immutable.
type Keys struct {
	rows  []Action
	byKey map[Scope]map[string]int // index into rows
}

// views are the scopes of views and dialogs: those that chains begin with.
var views = []Scope{
	Machines, Machine, Aspects, Aspect, Layers, Hotfixes, Services, Runs, Checks, Secrets, Plan, Run, Logs, File, Input, List, Confirm,
}

// NewKeys returns the table with some actions' keys replaced; no keys take
// an action's keys away. The error joins everything wrong with them: actions
// and keys that do not exist, and keys that two actions would share where both
// are live.
func NewKeys(own map[string][]string) (*Keys, error) {
	k := &Keys{rows: slices.Clone(table)}
	var wrong []error
	for _, id := range slices.Sorted(maps.Keys(own)) {
		wrong = append(wrong, k.replace(ID(id), own[id])...)
	}
	k.index()
	wrong = append(wrong, k.conflicts()...)
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *Keys) replace(id ID, keys []string) (wrong []error) {
	found := false
	for i := range k.rows {
		if k.rows[i].ID == id {
			found, k.rows[i].Keys = true, keys
		}
	}
	if !found {
		wrong = append(wrong, fmt.Errorf("keys: there is no action %q; hint: KEYS.md and ? list them", id))
	}
	for _, key := range keys {
		if !validKey(key) {
			wrong = append(wrong, fmt.Errorf(`keys: %s = %q is no key; hint: a character, or a name such as "enter", "space", "f5", "ctrl+x", "alt+x"`, id, key))
		}
	}
	if id == Interrupt && !slices.Contains(keys, "ctrl+c") {
		wrong = append(wrong, fmt.Errorf("keys: %s keeps ctrl+c, whatever else it has; hint: add it", id))
	}
	return wrong
}

func (k *Keys) index() {
	k.byKey = map[Scope]map[string]int{}
	for i, a := range k.rows {
		for _, s := range a.Scopes {
			if k.byKey[s] == nil {
				k.byKey[s] = map[string]int{}
			}
			for _, key := range a.Keys {
				if _, taken := k.byKey[s][key]; !taken {
					k.byKey[s][key] = i
				}
			}
		}
	}
}

// conflicts finds keys that mean two actions in one place.
func (k *Keys) conflicts() (wrong []error) {
	told := map[string]bool{}
	for _, v := range views {
		has := map[string]ID{}
		for _, a := range k.In(Chain(v)) {
			for _, key := range a.Keys {
				other, taken := has[key]
				has[key] = a.ID
				if text := fmt.Sprintf("%s %s %s", key, other, a.ID); taken && other != a.ID && !told[text] {
					told[text] = true
					wrong = append(wrong, fmt.Errorf("keys: %q would be both %s and %s in %s; hint: give one of them another key, or none: %s = []", key, other, a.ID, v, a.ID))
				}
			}
		}
	}
	return wrong
}

// Find returns the action that a key means where the scopes of a chain are
// live.
func (k *Keys) Find(chain []Scope, key string) (Action, bool) {
	for _, s := range chain {
		if i, ok := k.byKey[s][key]; ok {
			return k.rows[i], true
		}
	}
	return Action{}, false
}

// In returns the actions of the scopes, the innermost scope's first, each
// once.
func (k *Keys) In(chain []Scope) []Action {
	var out []Action
	for _, s := range chain {
		for _, a := range k.rows {
			if slices.Contains(a.Scopes, s) && !slices.ContainsFunc(out, func(o Action) bool { return o.ID == a.ID }) {
				out = append(out, a)
			}
		}
	}
	return out
}

// Elsewhere returns an action that has the key in some other view, and which
// view that is; "" where there is none.
func (k *Keys) Elsewhere(key string) (Action, Scope) {
	for _, v := range views {
		if v == Input || v == List || v == Confirm {
			continue
		}
		if a, ok := k.Find(Chain(v)[:1], key); ok {
			return a, v
		}
	}
	for _, s := range []Scope{Table, Tree, Text} {
		if a, ok := k.Find([]Scope{s}, key); ok {
			return a, s
		}
	}
	return Action{}, ""
}

// Action returns the action of that ID.
func (k *Keys) Action(id ID) (Action, bool) {
	i := slices.IndexFunc(k.rows, func(a Action) bool { return a.ID == id })
	if i < 0 {
		return Action{}, false
	}
	return k.rows[i], true
}

// Label says how an action is reached: by its first key, or through the
// palette where it has none.
func (k *Keys) Label(id ID) string {
	if a, ok := k.Action(id); ok && len(a.Keys) > 0 {
		return a.Keys[0]
	}
	if p, ok := k.Action(Palette); ok && len(p.Keys) > 0 {
		return p.Keys[0] + string(id)
	}
	return string(id)
}

// KeyName is how the table spells a key that Bubble Tea calls s.
func KeyName(s string) string {
	if s == " " {
		return "space"
	}
	return s
}

// named are the keys that have names, apart from f1 to f20.
var named = []string{
	"enter", "esc", "tab", "shift+tab", "space", "backspace", "delete", "insert", "up", "down", "left", "right",
	"home", "end", "pgup", "pgdown", "shift+up", "shift+down", "shift+left", "shift+right", "shift+home", "shift+end",
	"ctrl+up", "ctrl+down", "ctrl+left", "ctrl+right", "ctrl+home", "ctrl+end", "ctrl+pgup", "ctrl+pgdown",
	"ctrl+@", `ctrl+\`, "ctrl+]", "ctrl+^", "ctrl+_",
}

func validKey(key string) bool {
	key = strings.TrimPrefix(key, "alt+")
	if slices.Contains(named, key) {
		return true
	}
	if letter, ok := strings.CutPrefix(key, "ctrl+"); ok {
		// Terminals send ctrl+i, ctrl+m and ctrl+[ as tab, enter and esc.
		return len(letter) == 1 && letter[0] >= 'a' && letter[0] <= 'z' && letter != "i" && letter != "m"
	}
	var n int
	if c, err := fmt.Sscanf(key, "f%d", &n); err == nil && c == 1 && key == fmt.Sprintf("f%d", n) {
		return n >= 1 && n <= 20
	}
	r, size := utf8.DecodeRuneInString(key)
	return size == len(key) && r != utf8.RuneError && r > ' ' && r != 0x7f
}
