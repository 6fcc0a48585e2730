package remote

import (
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"assay/fleet/host/knownhosts"
)

// trust returns by which keys a machine without pinned host keys may be
// recognised at an address: those of the first source that has any. What any
// of the sources revokes is refused.
func (c *Connector) trust(machine string, r *route) *pins {
	p := &pins{machine: machine}
	own := []string{strings.ToLower(machine)}
	c.consult(p, c.options.Declared, append(slices.Clone(own), r.names...), append(own, r.plainNames...))
	if c.options.Pins != "" {
		c.consult(p, c.list(c.options.Pins), own, own)
	}
	if r.configured {
		var all knownhosts.List
		for _, list := range c.usersLists(r) {
			all = append(all, list...)
		}
		c.consult(p, all, r.names, r.plainNames)
	}
	return p
}

// usersLists are what the user's known_hosts files say, by the route's
// configuration.
func (c *Connector) usersLists(r *route) []knownhosts.List {
	var lists []knownhosts.List
	for _, file := range slices.Concat(r.config.UserKnownHosts, r.config.GlobalKnownHosts) {
		lists = append(lists, c.list(file))
	}
	return lists
}

// revoked returns the keys that the user or the fleet revokes for a machine at
// an address. They are refused although the machine has pinned keys.
func (c *Connector) revoked(machine string, r *route) []ssh.PublicKey {
	var keys []ssh.PublicKey
	names := append([]string{machine}, r.names...)
	for _, list := range append(c.usersLists(r), c.options.Declared) {
		for _, name := range names {
			keys = append(keys, list.Revoked(name)...)
		}
	}
	return keys
}

// consult adds to p what a list says about the first name that it knows.
// principals are the names for which its authorities may sign.
func (c *Connector) consult(p *pins, list knownhosts.List, names, principals []string) {
	before := p.known()
	for _, name := range names {
		k := list.Find(name)
		p.revoked = append(p.revoked, k.Revoked...)
		if !before && !p.known() && k.Known() {
			p.keys, p.authorities, p.names = k.Plain, k.Authorities, principals
			p.byAddress = name != strings.ToLower(p.machine)
		}
	}
}

// owner says which machine a key belongs to, by what the fleet or the operator
// has pinned.
func (c *Connector) owner(key ssh.PublicKey) (machine string, ok bool) {
	if c.options.Known != nil {
		if machine, ok = c.options.Known(key); ok {
			return machine, true
		}
	}
	if c.options.Pins == "" {
		return "", false
	}
	for _, e := range c.list(c.options.Pins) {
		if e.Mark == "" && len(e.Patterns) == 1 && same(e.Key, key) {
			return e.Patterns[0], true
		}
	}
	return "", false
}

// trusted keeps what known_hosts files said, as long as they do not change.
type trusted struct {
	mu    sync.Mutex
	files map[string]reading
}

type reading struct {
	changed time.Time
	size    int64
	list    knownhosts.List
}

// list reads a known_hosts file. Lines that cannot be read are told once.
func (c *Connector) list(file string) knownhosts.List {
	t := &c.trusted
	t.mu.Lock()
	defer t.mu.Unlock()
	now := reading{}
	if info, err := os.Stat(file); err == nil {
		now.changed, now.size = info.ModTime(), info.Size()
	}
	old, ok := t.files[file]
	if ok && old.changed.Equal(now.changed) && old.size == now.size {
		return old.list
	}
	var bad []error
	now.list, bad = knownhosts.Load(file)
	for _, err := range bad {
		c.noticeOnce("", oneLine(err.Error()))
	}
	if t.files == nil {
		t.files = map[string]reading{}
	}
	t.files[file] = now
	return now.list
}
