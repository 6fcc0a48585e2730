package fleetfile

import (
	"fmt"
	"strconv"
	"strings"

	"assay/fleet"
)

// Draft is a first fleet.toml for a flake that defines its machines itself: a
// table for every machine whose address Nix does not know, with the keys to
// fill in as comments. Adopt reads it as it is.
func Draft(flake *fleet.Fleet) []byte {
	var b strings.Builder
	b.WriteString("# What assay has to know and the flake does not say; see: assay help fleet.toml\n\n")
	fmt.Fprintf(&b, "[fleet]\nname = %s\n", strconv.Quote(flake.Name))
	if lacking(flake) > 0 {
		b.WriteString("# NixOS machines without targets are reached as root@<machine>.<domain>:\n# domain = \"example.org\"\n")
	}
	for i := range flake.Machines {
		m := &flake.Machines[i]
		fmt.Fprintf(&b, "\n[machines.%s.deploy] # %s, %s\n", quoted(m.Name), m.Class, m.System)
		if len(m.Deploy.Targets) > 0 {
			fmt.Fprintf(&b, "# the flake says: %s\n", strings.Join(m.Deploy.Targets, ", "))
			continue
		}
		user := "root"
		if m.Class == fleet.Darwin {
			user = "admin"
		}
		fmt.Fprintf(&b, "# targets = [%q]\n", user+"@"+m.Name+".example.org")
		if user != "root" {
			b.WriteString("# become = \"sudo\"\n")
		}
	}
	return []byte(b.String())
}

// lacking counts the machines without an address.
func lacking(f *fleet.Fleet) (n int) {
	for i := range f.Machines {
		if len(f.Machines[i].Deploy.Targets) == 0 {
			n++
		}
	}
	return n
}
