package compose

import (
	"fmt"
	"strconv"

	"assay/fleet"
)

// SourceFacts is what the files say of a machine that no host tells. Modules
// from outside of the tree may say otherwise, as they may of any option.
type SourceFacts struct {
	Targets      []Target // every place that says where the machine is, the one that counts first
	User         Fact     // the primary user, where there is exactly one that it can be
	Users        []User   // who may log in, by name
	System       Fact     // "x86_64-linux"
	HostName     Fact
	StateVersion Fact
	BootLoader   Fact        // "systemd-boot"; several with commas
	KnownHosts   []KnownHost // by name
	Disks        []DiskLine  // what disko makes, and the file systems that are mounted
	Files        []fleet.Pos // hardware and disk descriptions, by path
}

// Fact is one value that the source says. Without a Value and without Why
// nothing says anything; with both, the value stands there and may not apply.
type Fact struct {
	Value string
	At    fleet.Pos // where it is said
	Why   string    // why it is not known, or not surely so; "" if it is
}

// Sure reports whether the fact is known.
func (f Fact) Sure() bool { return f.Value != "" && f.Why == "" }

// Said reports whether the source says anything at all.
func (f Fact) Said() bool { return f.Value != "" || f.Why != "" }

// FactsOf returns the facts of a composition. It only looks at c, and may be
// called concurrently.
func FactsOf(c Composition) SourceFacts {
	s := &c.Scope
	f := SourceFacts{
		Targets: targetsOf(&c), Users: usersOf(&c), KnownHosts: knownHostsOf(s), Disks: disksOf(s), Files: filesOf(&c),
		System: systemOf(s), HostName: s.fact("networking.hostName"), StateVersion: s.fact("system.stateVersion"),
		BootLoader: bootLoaderOf(s),
	}
	f.User = primaryUser(&c, f.Users)
	return f
}

// systemOf is the platform that the modules say the machine has.
func systemOf(s *Scope) Fact {
	for _, path := range []string{"nixpkgs.hostPlatform", "nixpkgs.hostPlatform.system", "nixpkgs.system"} {
		if f := s.fact(path); f.Said() {
			return f
		}
	}
	return Fact{}
}

// bootLoaders are the options that turn a boot loader on, with its name.
var bootLoaders = []struct{ option, name string }{
	{"boot.loader.grub.enable", "grub"},
	{"boot.loader.systemd-boot.enable", "systemd-boot"},
	{"boot.lanzaboote.enable", "lanzaboote"},
	{"boot.loader.limine.enable", "limine"},
	{"boot.loader.refind.enable", "refind"},
	{"boot.loader.generic-extlinux-compatible.enable", "extlinux"},
	{"boot.loader.raspberryPi.enable", "raspberryPi"},
	{"boot.loader.external.enable", "an external one"},
}

// bootLoaderOf names the boot loaders that are turned on. Nothing is said of
// what NixOS takes where nothing is written.
func bootLoaderOf(s *Scope) Fact {
	var sure, unsure Fact
	for _, l := range bootLoaders {
		f := s.fact(l.option)
		switch {
		case f.Sure() && f.Value == "true" && sure.Value != "":
			sure.Value += ", " + l.name
		case f.Sure() && f.Value == "true":
			sure = Fact{Value: l.name, At: f.At}
		case f.Why != "" && f.Value != "false" && !unsure.Said():
			unsure = Fact{Value: l.name, At: f.At, Why: f.Why}
		}
	}
	if sure.Said() {
		return sure
	}
	return unsure
}

// fact is what the definitions of one option agree on.
func (s *Scope) fact(path string) Fact {
	o, ok := s.Option(path)
	if !ok {
		return Fact{}
	}
	f := agreed(o.Definitions)
	if gap, at := s.gap(o.Path); f.Why == "" && gap != "" {
		f.Why = fmt.Sprintf("%s may set it too: %s", at, gap)
	}
	return f
}

// gap is why an option may be set where that is not seen: something sets a
// part of what is around it, and it is not known which.
func (s *Scope) gap(path string) (string, fleet.Pos) {
	names, err := splitPath(path)
	if err != nil {
		return "", fleet.Pos{}
	}
	for i := range names {
		o, ok := s.option(pathText(names[:i]))
		if !ok {
			continue
		}
		for _, d := range o.Definitions {
			if set, ok := d.Value.Data.(map[string]any); !d.Value.Known || !ok || len(set) > 0 {
				return orElse(d.Value.Why, "sets "+orElse(o.Path, "options")+" as a whole"), d.At
			}
		}
	}
	return "", fleet.Pos{}
}

// agreed is what definitions come to whatever the option's type is, as far as
// that is scalar: those of the lowest priority that surely apply say the same,
// and no other can outdo them.
func agreed(defs []Definition) Fact {
	best, sure := 0, false
	for _, d := range defs {
		if d.Condition == "" && (!sure || d.Priority < best) {
			best, sure = d.Priority, true
		}
	}
	var f Fact
	for _, d := range defs { // those that decide
		if d.Condition != "" || d.Priority != best {
			continue
		}
		f = f.and(d)
	}
	for _, d := range defs { // those that may
		if d.Condition == "" || sure && d.Priority > best {
			continue
		}
		text, ok := scalar(d.Value)
		switch {
		case !sure && !f.Said():
			f = Fact{Value: text, At: d.At, Why: "only if " + d.Condition}
		case f.Why == "" && (!ok || text != f.Value):
			f.Why = fmt.Sprintf("%s may say otherwise, if %s", d.At, d.Condition)
		case f.Why != "" && text != f.Value && !sure:
			f.Value = ""
		}
	}
	return f
}

// and adds a definition that surely applies.
func (f Fact) and(d Definition) Fact {
	text, ok := scalar(d.Value)
	switch {
	case f.Why != "":
		return f
	case !ok:
		return Fact{At: d.At, Why: orElse(d.Value.Why, "it is no plain value")}
	case f.At.IsZero() || f.Value == text:
		return Fact{Value: text, At: d.At}
	}
	return Fact{At: f.At, Why: fmt.Sprintf("it is %s here, and %s at %s", f.Value, text, d.At)}
}

// scalar is a plain value as text; "" for null.
func scalar(v Value) (string, bool) {
	switch data := v.Data.(type) {
	case string:
		return data, v.Known
	case bool:
		return strconv.FormatBool(data), v.Known
	case int64:
		return strconv.FormatInt(data, 10), v.Known
	case PathRef:
		return data.Path, v.Known
	case nil:
		return "", v.Known
	}
	return "", false
}
