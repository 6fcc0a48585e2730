package compose

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// Lint warns of what is odd among machines that are each in order: names and
// addresses that two of them have, and lists of which the order matters and
// that several files define. compositions must be those of all machines of f.
func Lint(f *fleet.Fleet, compositions []Composition) []Problem {
	out := sharedAddresses(f)
	out = append(out, sharedNames(compositions)...)
	out = append(out, withoutModules(f, compositions)...)
	for _, c := range compositions {
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			for _, p := range orderSurprises(s) {
				if !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	return out
}

// withoutModules are the machines that nothing is said about: no module, and
// none that is not known.
func withoutModules(f *fleet.Fleet, compositions []Composition) []Problem {
	var out []Problem
	for _, c := range compositions {
		s := &c.Scope
		m := f.Machine(c.Machine)
		if m == nil || len(s.Aspects)+len(s.Files)+len(s.Foreign)+len(s.Options) > 0 {
			continue
		}
		out = append(out, Problem{Severity: fleet.Warning, At: m.At, Text: fmt.Sprintf("machine %s has no module: nothing configures it", c.Machine)})
	}
	return out
}

// sharedAddresses are the addresses that several machines are deployed to.
func sharedAddresses(f *fleet.Fleet) []Problem {
	var out []Problem
	first := map[string]*fleet.Machine{}
	for i := range f.Machines {
		m := &f.Machines[i]
		for _, target := range m.Deploy.Targets {
			_, address, ok := strings.Cut(target, "@")
			if !ok {
				address = target
			}
			other := first[address]
			if other == nil {
				first[address] = m
				continue
			}
			if other != m {
				out = append(out, Problem{Severity: fleet.Warning, At: m.Deploy.At, Hint: "one of them would be updated with the other's configuration, were it not for its host key",
					Text: fmt.Sprintf("machines %s and %s have the same address %s", other.Name, m.Name, address)})
			}
		}
	}
	return out
}

// sharedNames are the host names that several machines give themselves.
func sharedNames(compositions []Composition) []Problem {
	var out []Problem
	first := map[string]string{}
	for _, c := range compositions {
		o, ok := c.Scope.Option("networking.hostName")
		if !ok || o.Merged.State != Known {
			continue
		}
		name, ok := o.Merged.Value.Data.(string)
		if !ok || name == "" {
			continue
		}
		if other, taken := first[name]; taken {
			out = append(out, Problem{Severity: fleet.Warning, At: o.Definitions[max(o.Merged.Winner, 0)].At,
				Text: fmt.Sprintf("machines %s and %s both call themselves %s", other, c.Machine, name), Hint: "set networking.hostName of one of them"})
			continue
		}
		first[name] = c.Machine
	}
	return out
}

// ordered are the lists of which the order decides: what comes first, or last,
// wins.
var ordered = map[string]string{
	"nixpkgs.overlays":                                "a later overlay changes what an earlier one made",
	"networking.nameservers":                          "the first name server is asked first",
	"networking.search":                               "the first domain is tried first",
	"nix.settings.substituters":                       "the first cache is asked first",
	"services.xserver.displayManager.sessionCommands": "they run in this order",
	"boot.kernelParams":                               "the last one of the same name wins",
	"environment.shellInit":                           "they run in this order",
}

// orderSurprises are the ordered lists that several files define without
// saying in which order: they merge against the order of imports.
func orderSurprises(s Scope) []Problem {
	var out []Problem
	for _, o := range s.Options {
		why, matters := ordered[o.Path]
		if !matters {
			continue
		}
		var plain []Definition
		for _, d := range o.Definitions {
			if d.Order == plainOrder && d.Condition == "" {
				plain = append(plain, d)
			}
		}
		if len(plain) < 2 || plain[0].At.File == plain[len(plain)-1].At.File {
			continue
		}
		var at []string
		for _, d := range plain {
			at = append(at, d.At.String())
		}
		out = append(out, Problem{Severity: fleet.Warning, At: plain[0].At, Hint: "say the order with lib.mkBefore, lib.mkAfter or lib.mkOrder",
			Text: fmt.Sprintf("%s is put together against the order of imports, and its order matters (%s): %s", o.Path, why, strings.Join(at, ", "))})
	}
	return out
}
