package clan

import (
	"strings"

	"assay/fleet"
)

// Address is where a machine is deployed to, as the inventory says.
type Address struct {
	Machine string
	Text
}

// Addresses returns deploy.targetHost of the machines that have one, or may
// have one, by machine. A machine without one has no address: what clan would
// fall back to is not in the inventory.
func (v *Inventory) Addresses() []Address {
	var out []Address
	for i := range v.Machines {
		if m := &v.Machines[i]; m.TargetHost.Text != "" || m.TargetHost.Why != "" {
			out = append(out, Address{m.Name, m.TargetHost})
		}
	}
	return out
}

// Target takes an address of clan apart,
// "[ssh://][user@]host[:port][?option=value&...]", where the user is root
// unless it is said: the address "user@host[:port]" and the hosts of its option
// ProxyJump, in the order to go through.
func Target(text string) (address string, jump []string) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "ssh://")
	address, options, _ := strings.Cut(text, "?")
	for option := range strings.SplitSeq(options, "&") {
		name, value, _ := strings.Cut(option, "=")
		if strings.EqualFold(name, "ProxyJump") && value != "" && value != "none" {
			jump = strings.Split(value, ",")
		}
	}
	if address != "" && !strings.Contains(address, "@") {
		address = "root@" + address
	}
	return address, jump
}

// AllTags returns the machine's own tags and those that the inventory gives it.
func (m *Machine) AllTags() []string {
	out := make([]string, 0, len(m.Tags)+len(m.Computed))
	for _, t := range m.Tags {
		out = append(out, t.Name)
	}
	return append(out, m.Computed...)
}

// Services returns the instances as a fleet has them: the module of a service
// from "self" is the fleet's own, clan's are those of the input "clan-core". A
// member that may not be one, or is no machine, is left out: the Inventory has
// it with the reason.
func (v *Inventory) Services() []fleet.Service {
	out := make([]fleet.Service, 0, len(v.Instances))
	for k := range v.Instances {
		i := &v.Instances[k]
		s := fleet.Service{Name: i.Name, Module: i.Module.Text, Input: i.Input.Text, At: i.At}
		switch {
		case i.Input.Why != "":
			s.Input = "an unknown one"
		case s.Input == "":
			s.Input = "clan-core"
		case s.Input == "self":
			s.Input = ""
		}
		for j := range i.Roles {
			s.Roles = append(s.Roles, v.role(&i.Roles[j]))
		}
		out = append(out, s)
	}
	return out
}

func (v *Inventory) role(role *Role) fleet.Role {
	out := fleet.Role{Name: role.Name, Tags: role.Tags, Settings: role.Settings.Data, At: role.At}
	for _, n := range role.Machines {
		if v.Machine(n.Name) != nil {
			out.Machines = append(out.Machines, n)
		}
	}
	for _, m := range role.Members {
		if m.Condition == "" && !m.Absent {
			out.Members = append(out.Members, fleet.Member{Machine: m.Machine, Via: m.Via, At: m.At})
		}
	}
	return out
}
