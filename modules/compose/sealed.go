package compose

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"assay/fleet"
)

// sealedPath is the set of sops-nix's secrets, of a machine and of a home.
const sealedPath = "sops.secrets"

// SealedUsesOf returns the secrets of sops-nix that the modules of the tree
// declare for the machine and its homes, with the file that each is in, and
// what may declare others. It only looks at c, and may be called concurrently.
func SealedUsesOf(c Composition) fleet.SealedUses {
	key := c.Scope.fact("sops.age.keyFile")
	out := fleet.SealedUses{Machine: c.Machine, KeyFile: fleet.Fact{Value: key.Value, At: key.At, Why: key.Why}}
	c.Scope.sealed(&out, &c.Scope)
	for i := range c.Homes {
		c.Homes[i].sealed(&out, &c.Scope)
	}
	return out
}

// sealed adds what one scope of a machine declares.
func (s *Scope) sealed(out *fleet.SealedUses, machine *Scope) {
	open := func(what string, at fleet.Pos, why string, any bool) {
		out.Open = append(out.Open, fleet.Opening{What: what, At: at, Why: why, Any: any})
	}
	for _, name := range s.children(splitNames(sealedPath)) {
		names := append(splitNames(sealedPath), name)
		certainty, why, at := s.certainty(names)
		use := fleet.SealedUse{User: s.User, Name: name, At: at, File: s.sealedFile(names, machine)}
		if certainty != fleet.Exact {
			use.Condition = cmp.Or(why, "not known")
		}
		out.Uses = append(out.Uses, use)
	}
	if why, at := s.gap(sealedPath + ".*"); why != "" {
		open(sealedPath, at, why, false)
	}
	for _, f := range s.Foreign {
		if m := ofInput.FindStringSubmatch(f.Ref); m != nil && slices.Contains(silent, m[1]) {
			continue
		}
		open(f.Ref, f.At, cmp.Or(f.Why, "it comes from outside of the tree"), true)
	}
	if s == machine {
		if why, at := s.gap("home-manager.users.*"); why != "" {
			open("home-manager.users", at, why, false)
		}
	}
}

// sealedFile is the file that a secret is in: its own, or the default one of
// its scope.
func (s *Scope) sealedFile(names []string, machine *Scope) fleet.Fact {
	f := s.fileFact(pathText(append(names, "sopsFile")), machine)
	if !f.Said() {
		f = s.fileFact("sops.defaultSopsFile", machine)
	}
	if !f.Said() {
		f.Why = "neither its sopsFile nor sops.defaultSopsFile is set in the tree"
	}
	return fleet.Fact{Value: f.Value, At: f.At, Why: f.Why}
}

// fileFact is an option that names a file, below the fleet's directory or
// absolute.
func (s *Scope) fileFact(option string, machine *Scope) Fact {
	o, ok := s.Option(option)
	if !ok {
		return Fact{}
	}
	defs := slices.Clone(o.Definitions)
	for i := range defs {
		defs[i].Value = machine.filePath(defs[i].Value)
	}
	f := agreed(defs)
	if gap, at := s.gap(o.Path); f.Why == "" && gap != "" {
		f.Why = at.String() + " may set it too: " + gap
	}
	return f
}

// filePath is the value of an option that names a file as a path.
func (s *Scope) filePath(v Value) Value {
	switch data := v.Data.(type) {
	case PathRef:
		v.Data = PathRef{path.Clean(data.Path)}
	case string:
		if v.Known && !strings.HasPrefix(data, "/") {
			v.Known, v.Data, v.Why = false, nil, "it is a text, and no path"
		}
	}
	if m := belowFlake.FindStringSubmatch(v.Text); !v.Known && m != nil && s.isFlake(m[1]) {
		v.Known, v.Data, v.Why = true, PathRef{path.Clean(m[2][1:])}, ""
	}
	return v
}

// flakeRef is how a reference to the flake itself is written.
const flakeRef = "config.flake"

// belowFlake is a text that begins with a reference, and is known behind it.
var belowFlake = regexp.MustCompile(`^"\$\{([A-Za-z0-9_.'-]+)\}(/[^"$\\]+)"$`)

// isFlake reports whether a reference in the modules of a machine or a home is
// the flake itself, whose path that of its directory is.
func (s *Scope) isFlake(ref string) bool {
	ref = strings.TrimSuffix(ref, ".outPath")
	if ref == flakeRef {
		return true
	}
	names := strings.Split(ref, ".")
	for n := 1; n <= len(names); n++ { // what home-manager is told to give the modules of homes
		o, ok := s.option(pathText(append([]string{"home-manager", "extraSpecialArgs"}, names[:n]...)))
		rest := strings.Join(names[n:], ".")
		if ok && !slices.ContainsFunc(o.Definitions, func(d Definition) bool { return !givesFlake(d, rest) }) {
			return true
		}
	}
	return false
}

// givesFlake reports whether an argument's attribute is surely the flake.
func givesFlake(d Definition, rest string) bool {
	switch {
	case d.Condition != "":
		return false
	case d.Value.Text == "inputs" && d.Value.Why == "inputs comes from outside of the tree": // those of the flake
		return rest == "self"
	}
	return d.Value.Text == flakeRef && (rest == "" || rest == "inputs.self")
}

// silent are the names under which flakes have inputs whose modules declare no
// secret of sops-nix that is in a file which people edit: clan-core's are vars
// and clan's own. nixpkgs' are also reached through modulesPath.
var silent = []string{
	"sops-nix", "nixpkgs", "modulesPath", "home-manager", "nix-darwin", "clan-core", "disko", "nixos-hardware", "impermanence",
	"lanzaboote", "nix-index-database", "determinate", "nixos-wsl",
}

// ofInput is a reference to a module of an input.
var ofInput = regexp.MustCompile(`^"?(?:\$\{)?(?:flake\.)?(?:inputs\.)?([A-Za-z0-9_-]+)(?:[.:}" /]|$)`)
