package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host"
)

// Registry is what a flake says about its machines, whoever wrote it and for
// whichever tool.
type Registry struct {
	Name       string      `json:"name"`     // of the fleet, as clan calls it, in letters, digits, "-" and "_"; "" is not said
	Machines   []Machine   `json:"machines"` // by name
	KnownHosts []KnownHost `json:"known_hosts"`
	Notes      []string    `json:"notes"` // what could not be read, and why
}

// Machine is one machine of a flake. What the flake does not say is zero.
type Machine struct {
	Name    string   `json:"name"`
	Class   string   `json:"class"`  // "nixos" or "darwin"
	System  string   `json:"system"` // "x86_64-linux"
	User    string   `json:"user"`   // system.primaryUser
	Tags    []string `json:"tags"`
	Targets []string `json:"targets"` // "[user@]host[:port]", in the order to try; none has no target
	From    string   `json:"from"`    // the attribute or option that says so: "deploy.nodes"
	Problem string   `json:"problem"` // why its configuration could not be read, "" where it could
}

// KnownHost is an entry of programs.ssh.knownHosts in a machine's
// configuration.
type KnownHost struct {
	Names     []string `json:"names"`     // host names and patterns, as in known_hosts
	Key       string   `json:"key"`       // "ssh-ed25519 AAAA..."
	Authority bool     `json:"authority"` // Key signs the keys of hosts
	Machines  []string `json:"machines"`  // whose configuration has it, by name
}

// Registry reads which machines the flake has and how they are reached:
// nixosConfigurations, darwinConfigurations and colmenaHive, and the addresses
// of clan, deploy-rs and colmena. A machine whose configuration fails is
// there with its Problem.
func (e *Engine) Registry(ctx context.Context, watch func(engine.Step)) (Registry, error) {
	repo, err := e.look(ctx)
	if err != nil {
		return Registry{}, err
	}
	version, err := e.run.Version(ctx) // known by now
	if err != nil {
		return Registry{}, err
	}
	key := e.key(repo, version, "registry", machineBody, clanApply, deployApply, colmenaApply)
	var known Registry
	if e.cache.get("registry", key, &known) {
		return known, nil
	}
	c := &census{e: e, repo: repo, speaker: &speaker{watch: watch}, said: map[string]configured{}, problems: map[string]error{}}
	if err := c.ask(ctx, version); err != nil {
		return Registry{}, err
	}
	if ctx.Err() != nil {
		return Registry{}, context.Cause(ctx)
	}
	registry := c.registry()
	if len(registry.Machines) == 0 {
		return registry, errors.New("the flake defines no machines: it has no nixosConfigurations, darwinConfigurations or colmenaHive")
	}
	if len(c.problems) == 0 && len(c.notes) == 0 && e.unchanged(ctx, repo) {
		e.cache.put("registry", key, registry)
	}
	return registry, nil
}

// census is one reading of the registry.
type census struct {
	e    *Engine
	repo *repository
	*speaker

	mu       sync.Mutex
	classes  map[string]string // by machine
	said     map[string]configured
	problems map[string]error
	clan     clanSaid
	deploy   map[string]deployNode
	colmena  map[string]deployment
	notes    []string
	odd      []string // notes about names that no machine has
}

// ask asks for everything: the configurations of the machines, and what the
// tools have beside them.
func (c *census) ask(ctx context.Context, version runner.Version) error {
	names, err := c.outputs(ctx, version)
	if err != nil {
		return err
	}
	q := queue{e: c.e, repo: c.repo, body: machineBody, cost: c.repo.dir + "#registry", say: c.say, got: c.got,
		save: func(context.Context, map[string]json.RawMessage) {}, fail: c.fail,
		absent: func(set, machine string) { c.fail(machine, fmt.Errorf("%s has it no more", set)) }}
	q.run(ctx, c.sets(names))
	return nil
}

// outputs asks for the names in every set of machines, and for what the tools
// have.
func (c *census) outputs(ctx context.Context, version runner.Version) (map[string][]string, error) {
	var sets setNames
	tools := []output{{"clanInternals", clanApply, &c.clan}, {"deploy", deployApply, &c.deploy}, {"colmena", colmenaApply, &c.colmena}}
	errs := c.e.outputs(ctx, c.repo, append(sets.wanted(), tools...))
	names, err := sets.names(errs)
	if err != nil {
		return nil, err
	}
	c.e.keepNames(ctx, c.repo, version, names)
	for i, err := range errs[len(sets):] {
		if err != nil {
			c.notes = append(c.notes, tools[i].attribute+" could not be read: "+err.Error())
		}
	}
	return names, nil
}

// sets says in which set each machine is asked for, and notes its class.
func (c *census) sets(names map[string][]string) map[string][]string {
	c.classes = map[string]string{}
	sets := map[string][]string{}
	for _, set := range everySet {
		for _, name := range names[set] {
			if !nameable(name) {
				c.odd = append(c.odd, fmt.Sprintf("%s has %q, which is left out: no machine is called so", set, name))
				continue
			}
			if c.classes[name] == "" {
				c.classes[name] = map[string]string{setDarwin: "darwin"}[set]
				if set != setDarwin {
					c.classes[name] = "nixos"
				}
				sets[set] = append(sets[set], name)
			}
		}
	}
	return sets
}

func (c *census) got(machine string, is json.RawMessage) {
	var m configured
	err := json.Unmarshal(is, &m)
	c.mu.Lock()
	c.said[machine] = m
	c.mu.Unlock()
	if err != nil {
		c.fail(machine, fmt.Errorf("what Nix says of it: %w", err))
	}
}

func (c *census) fail(machine string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.problems[machine] = err
}

// registry puts together what was said.
func (c *census) registry() Registry {
	r := Registry{Name: fleetName(c.clan.Name), Notes: slices.Concat(c.odd, c.notes)}
	for _, name := range slices.Sorted(maps.Keys(c.classes)) {
		m := Machine{Name: name, Class: c.classes[name]}
		said := c.said[name]
		m.System, m.User = host.Sanitize(said.System), host.Sanitize(said.User)
		if err := c.problems[name]; err != nil {
			m.Problem = err.Error()
		}
		for _, tag := range slices.Concat(c.clan.Machines[name].Tags, said.Deployment.Tags, c.colmena[name].Tags) {
			if tag = host.Sanitize(tag); !slices.Contains(m.Tags, tag) {
				m.Tags = append(m.Tags, tag)
			}
		}
		c.reach(&m, said)
		r.Machines = append(r.Machines, m)
	}
	var only []string
	for _, name := range slices.Sorted(maps.Keys(c.colmena)) {
		if c.classes[name] == "" {
			only = append(only, host.Sanitize(name))
		}
	}
	if len(only) > 0 {
		r.Notes = append(r.Notes, "only colmena can evaluate "+strings.Join(only, ", ")+"; hint: define colmenaHive = colmena.lib.makeHive self.outputs.colmena")
	}
	r.KnownHosts = c.knownHosts()
	return r
}

// nameable reports whether something may be called so: names are parts of
// lines, of paths and of commands.
func nameable(name string) bool {
	return name != "" && host.Sanitize(name) == name && !strings.HasPrefix(name, "-") && !strings.HasPrefix(name, ".") &&
		!strings.ContainsAny(name, "/\\\n\t")
}

// fleetName makes a name that a fleet can have of one that a flake gives
// itself: a directory is called after it.
func fleetName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '-'
	}, s), "-_")
}

// reach fills in where a machine is. The first that says so counts: what is
// written for the machine itself before what tools assume.
func (c *census) reach(m *Machine, said configured) {
	node, colmena := c.deploy[m.Name], c.colmena[m.Name]
	if !colmena.Named {
		colmena = said.Deployment
	}
	for _, place := range []struct{ from, target string }{
		{"clan inventory deploy.targetHost", clanTarget(c.clan.Machines[m.Name].Target)},
		{"clan.core.networking.targetHost", clanTarget(said.Clan)},
		{"deploy.targetHost", said.Deploy},
		{"deploy.nodes", node.target()},
		{"deployment.targetHost", colmena.target(m.Name)},
	} {
		if t := host.Sanitize(strings.TrimSpace(place.target)); t != "" && !strings.ContainsAny(t, " \t\n") && !strings.HasPrefix(t, "-") {
			m.Targets, m.From = []string{t}, place.from
			return
		}
	}
}

// knownHosts merges the entries of all machines.
func (c *census) knownHosts() []KnownHost {
	var all []KnownHost
	for _, machine := range slices.Sorted(maps.Keys(c.said)) {
		entries := c.said[machine].KnownHosts
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			k := entries[name]
			k.Key = strings.TrimSpace(k.Key)
			if k.Key == "" || len(k.Names) == 0 || strings.ContainsAny(k.Key, "\n\r") {
				continue
			}
			i := slices.IndexFunc(all, func(o KnownHost) bool {
				return o.Key == k.Key && o.Authority == k.Authority && slices.Equal(o.Names, k.Names)
			})
			if i < 0 {
				i, all = len(all), append(all, k)
			}
			all[i].Machines = append(all[i].Machines, machine)
		}
	}
	return all
}
