package clan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// Generators returns the vars generators that clan's own services declare for
// a machine of class NixOS, as those services are documented: their modules
// are not in the flake. A service that is not in the table, and one of another
// flake, is among Open. Other classes have none of them.
func (v *Inventory) Generators(machine string) fleet.Declaration {
	d := fleet.Declaration{Machine: machine}
	m := v.Machine(machine)
	if m == nil || m.Class == fleet.Darwin {
		return d
	}
	for k := range v.Instances {
		i := &v.Instances[k]
		for j := range i.Roles {
			for _, member := range i.Roles[j].Members {
				if member.Machine == machine && !member.Absent {
					v.declare(&d, i, &i.Roles[j], member)
				}
			}
		}
	}
	for i := range d.Generators {
		d.Generators[i].Machine = machine
	}
	slices.SortStableFunc(d.Generators, func(a, b fleet.Generator) int { return strings.Compare(a.Name, b.Name) })
	return d
}

// serviceRules is what clan's services declare, by their modules' names. The
// source is clan-core's clanServices and its documentation.
var serviceRules = map[string]func(*rule){
	"sshd":               (*rule).sshd,
	"zerotier":           (*rule).zerotier,
	"emergency-access":   (*rule).emergencyAccess,
	"users":              (*rule).users,
	"wifi":               (*rule).wifi,
	"tor":                (*rule).tor,
	"admin":              (*rule).admin,
	"importer":           func(*rule) {},
	"internet":           func(*rule) {},
	"trusted-nix-caches": func(*rule) {},
	"kde":                func(*rule) {},
	"hello-world":        func(*rule) {},
	"packages":           func(*rule) {},
}

// rule is one member of a role, for which a service declares generators.
type rule struct {
	d        *fleet.Declaration
	v        *Inventory
	instance *Instance
	role     *Role
	member   Member
	// because is why what is declared may not apply.
	because string
}

func (v *Inventory) declare(d *fleet.Declaration, i *Instance, role *Role, member Member) {
	name := i.Module.Text
	declare, known := serviceRules[name]
	ours := i.Input.Why == "" && (i.Input.Text == "" || i.Input.Text == "clan-core")
	if !ours || !known || i.Module.Why != "" {
		from := cmp.Or(i.Input.Text, "clan-core")
		what := fmt.Sprintf("service %s of %s", cmp.Or(name, i.Name), from)
		open := fleet.Opening{What: what, At: i.At, Why: "what its role " + role.Name + " declares is not known"}
		if !slices.Contains(d.Open, open) {
			d.Open = append(d.Open, open)
		}
		return
	}
	r := &rule{d: d, v: v, instance: i, role: role, member: member, because: cmp.Or(member.Condition, role.Condition, i.Condition)}
	declare(r)
}

// add declares a generator with files: "name" is a secret, "name!" one that is
// not deployed, "+name" is public, "+name!" public and not deployed.
func (r *rule) add(name string, shared bool, files ...string) *fleet.Generator {
	at := cmp.Or(r.member.At, r.instance.At)
	g := fleet.Generator{Name: name, Share: fleet.Flag{Value: shared}, At: at, Service: r.instance.Module.Text, Certainty: fleet.Exact}
	if r.because != "" {
		g.Certainty, g.Why = fleet.Conditional, r.because
	}
	for _, f := range files {
		f, public := strings.CutPrefix(f, "+")
		f, kept := strings.CutSuffix(f, "!")
		file := fleet.NewVarFile(f, at)
		file.Secret.Value, file.Deploy.Value = !public, !kept
		g.Files = append(g.Files, file)
	}
	g.Script.Why = "the script is clan's"
	if i := slices.IndexFunc(r.d.Generators, func(h fleet.Generator) bool { return h.Name == name }); i >= 0 {
		return &r.d.Generators[i]
	}
	r.d.Generators = append(r.d.Generators, g)
	return &r.d.Generators[len(r.d.Generators)-1]
}

// setting is a setting of the member; why says that it is not known.
func (r *rule) setting(path string) (value any, why string) {
	return settingOf(r.member.Settings, path)
}

func settingOf(s Settings, path string) (value any, why string) {
	var at any = s.Data
	for name := range strings.SplitSeq(path, ".") {
		if u, ok := at.(Unknown); ok {
			return nil, u.Why
		}
		set, _ := at.(map[string]any)
		at = set[name]
	}
	if u, ok := at.(Unknown); ok {
		return nil, u.Why
	}
	if at == nil {
		why = s.Why
	}
	return at, why
}

// flag is a setting that is true or false.
func (r *rule) flag(path string, otherwise bool) (on bool, why string) {
	v, why := r.setting(path)
	if b, ok := v.(bool); ok {
		return b, ""
	}
	return otherwise, why
}

// when is a rule for what a setting turns on; nil where it does not.
func (r *rule) when(path string, otherwise bool) *rule {
	on, why := r.flag(path, otherwise)
	if !on && why == "" {
		return nil
	}
	out := *r
	if why != "" {
		out.because = "setting " + path + " is not known: " + why
	}
	return &out
}
