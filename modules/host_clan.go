package modules

import (
	"cmp"
	"path"
	"slices"

	"assay/fleet"
	"assay/modules/clan"
	"assay/modules/symbolic"
)

// Where clan keeps what it does not keep in Nix, relative to the flake.
const (
	clanMachines  = "machines"
	clanInventory = "inventory.json"
)

// clanHosts finds the machines of a clan: of the option clan, which clan-core's
// flake module declares, or of a call of clan-core's lib.clan; with the
// directories below machines/ and inventory.json. A flake has one clan.
func (r *reading) clanHosts() []*Host {
	definitions := r.clanDefinitions()
	if len(definitions) == 0 {
		return nil
	}
	t := r.tree
	sources := clan.Sources{Definitions: definitions, Directories: r.clanDirectories()}
	if text, err := r.src.Content(clanInventory); err == nil {
		sources.JSON, sources.JSONName = text, clanInventory
	}
	t.Clan = clan.Read(t.ev, sources)
	t.Problems = append(t.Problems, t.Clan.Problems...)
	special := r.clanArgs(definitions)
	var out []*Host
	for i := range t.Clan.Machines {
		h := clanHost(t.Clan, &t.Clan.Machines[i])
		h.Beside = hardware(sources.Directories, h.Name)
		h.Special = special
		out = append(out, h)
	}
	return out
}

// hardware is the report of the hardware in a machine's directory, which clan
// takes without an import.
func hardware(dirs []clan.Directory, machine string) []fleet.Pos {
	const report = "facter.json"
	for _, d := range dirs {
		if path.Base(d.Path) == machine && slices.Contains(d.Files, report) {
			return []fleet.Pos{{File: path.Join(d.Path, report)}}
		}
	}
	return nil
}

// clanArgs are the further arguments that clan gives to every machine's
// modules: its option specialArgs, and the flake as self.
func (r *reading) clanArgs(definitions []clan.Definition) map[string]symbolic.Value {
	out := map[string]symbolic.Value{"self": &symbolic.Ref{Root: symbolic.Flake, Path: []string{"flake"}}}
	for _, d := range definitions {
		set, ok := r.tree.ev.Known(d.Value).(*symbolic.Attrs)
		if !ok || set.Attr("specialArgs") == nil {
			continue
		}
		special, ok := r.tree.ev.Known(set.Attr("specialArgs").V.Force()).(*symbolic.Attrs)
		if !ok {
			continue
		}
		for _, name := range special.Names() {
			out[name] = special.Attr(name).V.Force()
		}
	}
	return out
}

// clanDefinitions are those of the option, and what lib.clan is called with
// where the flake's outputs come from such a call.
func (r *reading) clanDefinitions() []clan.Definition {
	var out []clan.Definition
	for _, at := range [][]string{{"clan"}, {"flake", "clan"}} {
		n := r.store.find(at)
		r.tree.begin()
		if n == nil || !r.store.expand(n) {
			continue
		}
		for i := range n.parts {
			d := &n.parts[i]
			if v := d.v.Force(); clanCall(r.tree.ev, v) == nil {
				out = append(out, clan.Definition{Value: v, Condition: d.condition(), Priority: d.priority})
			}
		}
	}
	for _, name := range []string{"nixosConfigurations", "darwinConfigurations", "clan", "clanInternals"} {
		n := r.store.find([]string{"flake", name})
		r.tree.begin()
		if n == nil || !r.store.expand(n) {
			continue
		}
		for i := range n.parts {
			out = withCall(r.tree.ev, out, n.parts[i].v.Force(), n.parts[i].condition())
		}
		for _, g := range n.gaps {
			if g.v != nil {
				out = withCall(r.tree.ev, out, g.v, "")
			}
		}
	}
	return out
}

// withCall adds the argument of a call of lib.clan, once.
func withCall(ev *symbolic.Evaluator, list []clan.Definition, v symbolic.Value, condition string) []clan.Definition {
	c := clanCall(ev, v)
	if c == nil {
		return list
	}
	argument := c.Arg.Force()
	same := func(d clan.Definition) bool { return d.Value.Where() == argument.Where() }
	if slices.ContainsFunc(list, same) {
		return list
	}
	return append(list, clan.Definition{Value: argument, Condition: condition})
}

// clanCall is the call of clan-core's lib.clan or lib.buildClan that v is an
// attribute of, or nil.
func clanCall(ev *symbolic.Evaluator, v symbolic.Value) *symbolic.Call {
	c, ok := selectedFrom(ev, v).(*symbolic.Call)
	if !ok {
		return nil
	}
	f, ok := c.Fn.(*symbolic.Ref)
	if !ok || f.Root != symbolic.Inputs || len(f.Path) < 3 {
		return nil
	}
	set, name := f.Path[len(f.Path)-2], f.Path[len(f.Path)-1]
	if (set == "lib" || set == "clanLib") && (name == "clan" || name == "buildClan") {
		return c
	}
	return nil
}

// clanCovers reports whether v is an attribute of a clan, whose machines have
// been read.
func clanCovers(t *Tree, v symbolic.Value) bool {
	if t.Clan == nil {
		return false
	}
	if clanCall(t.ev, v) != nil {
		return true
	}
	r, ok := t.ev.Known(v).(*symbolic.Ref)
	return ok && len(r.Path) > 0 && (r.Path[0] == "clan" || len(r.Path) > 1 && r.Path[1] == "clan")
}

// clanDirectories are the directories of machines with the files in them.
func (r *reading) clanDirectories() []clan.Directory {
	entries, err := r.src.Entries(clanMachines)
	if err != nil {
		return nil
	}
	var out []clan.Directory
	for name, kind := range entries {
		if kind != "directory" {
			continue
		}
		d := clan.Directory{Path: path.Join(clanMachines, name)}
		files, err := r.src.Entries(d.Path)
		if err != nil {
			continue
		}
		for file := range files {
			d.Files = append(d.Files, file)
		}
		slices.Sort(d.Files)
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b clan.Directory) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// clanHost is a machine of the inventory with its modules in clan's order: the
// files of its directory, the module of clan.machines, then what the roles of
// services bring.
func clanHost(inventory *clan.Inventory, m *clan.Machine) *Host {
	h := &Host{
		Name: m.Name, Class: m.Class, Form: "clan", At: m.At, Tags: slices.Clone(m.Tags), Kind: m.Description.Text, Why: m.ClassWhy,
	}
	if m.TargetHost.Text != "" || m.TargetHost.Why != "" {
		a := Address{From: FromInventory, At: m.TargetHost.At, Why: m.TargetHost.Why}
		a.Target, a.Jump = clan.Target(m.TargetHost.Text)
		h.Addresses = append(h.Addresses, a)
	}
	for _, tag := range m.Computed {
		if tag == "all" || tag == string(m.Class) {
			continue // every fleet has them
		}
		h.Tags = append(h.Tags, fleet.Named{Name: tag, At: m.At})
	}
	for _, file := range m.Files {
		at := fleet.Pos{File: file}
		h.Modules = append(h.Modules, HostModule{Value: &symbolic.Path{Rel: file}, At: at})
	}
	for _, extra := range m.Modules {
		h.Modules = append(h.Modules, HostModule(extra))
	}
	for i := range inventory.Instances {
		instance := &inventory.Instances[i]
		for j := range instance.Roles {
			h.Modules = append(h.Modules, roleModules(&instance.Roles[j], m.Name)...)
		}
	}
	return h
}

// roleModules are the modules that a role gives to a machine if it is a member.
func roleModules(role *clan.Role, machine string) []HostModule {
	var out []HostModule
	for _, member := range role.Members {
		if member.Machine != machine {
			continue
		}
		for _, extra := range role.Extra {
			extra.Condition = both(extra.Condition, member.Condition)
			out = append(out, HostModule(extra))
		}
	}
	return out
}
