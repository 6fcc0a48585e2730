package modules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// Registry is a family of modules that a flake keeps under names: an option
// whose type holds deferredModule, or one of the names that the field uses.
type Registry struct {
	Path  []string    // of a member, with "*" where a name is chosen: flake.modules.*.*
	Class fleet.Class // of all members; "" where a name on the path says it, or nothing
	Typed bool        // found by the type of its option
	Multi bool        // a member holds modules of several classes; what reads it makes an aspect for each
	List  bool        // what stands at the path is a list of modules, without names of their own
	At    fleet.Pos   // where the option is declared; zero for well-known names
}

// Host is a configuration that the flake defines: a machine, or a standalone
// home (Class HomeManager).
type Host struct {
	Name     string
	Class    fleet.Class
	System   string    // "x86_64-linux"; "" where it is not known
	SystemAt fleet.Pos // where the system is written
	Form     string    // what defines it: "flake.nixosConfigurations", "configurations.nixos", "clan", "den"
	At       fleet.Pos
	Tags     []fleet.Named // of an inventory, as written
	// Addresses are where the flake says that it is, beside its modules.
	Addresses []Address
	Address   Address      // where it is, of all that is said, modules included; without a Target where that is not known
	User      fleet.Named  // the primary user, where exactly one is sure
	Beside    []fleet.Pos  // files that tools take for the host's without an import
	Kind      string       // free text about what it is; "" for none
	Modules   []HostModule // in order
	Why       string       // why not all of its modules are known; "" if they are
	// Special are further arguments of its modules (specialArgs), by name.
	Special map[string]symbolic.Value
}

// SpecialKey is a text that is the same for hosts whose modules get the same
// further arguments.
func (h *Host) SpecialKey() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h.Special)) {
		b.WriteString(name + "=")
		switch v := h.Special[name].(type) {
		case *symbolic.Ref:
			b.WriteString(v.String())
		case *symbolic.String:
			if text, ok := v.Text(); ok {
				fmt.Fprintf(&b, "%q", text)
			} else {
				fmt.Fprintf(&b, "%p", v)
			}
		default:
			fmt.Fprintf(&b, "%T %v %p", v, v.Where().Pos(), v)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// HostModule is one module of a host, not yet opened.
type HostModule struct {
	Value     symbolic.Value
	At        fleet.Pos
	Condition string // why it may not apply; "" if it surely does
}

// Loader is a rule by which files became modules of the flake.
type Loader struct {
	Name string // "import-tree", "imports", "nixos-unified"
	Dirs []string
	At   fleet.Pos
}
