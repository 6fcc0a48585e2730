package fleet

// Channel is one package set that layers can take packages from.
type Channel struct {
	Name    string
	Input   string // flake input; "" for a patched channel
	Default bool
	Systems []string // globs on the system; none means all
	As      string   // alias under pkgs, such as "stable"; "" is Name
	Patched string   // name of the channel that the patches apply to; "" for a plain one
	Patches []Patch
	NarHash string // of the patched tree, as SRI: "sha256-…"; "" without patches
	Comment string // the lines of the comment above it, without their signs
	At      Pos
}

// Patch is one patch of a patched channel.
type Patch struct {
	URL, Hash, Reason, RemoveWhen string
	At                            Pos
}

// Overlay is the declared order and content of the layers.
type Overlay struct {
	Order       []string // "inputs", "hotfixes", "packages", "overrides", "flake-inputs"
	Composition string   // "merge" (lib.mergeAttrsList) or "compose" (lib.composeManyExtensions)
	Hotfixes    []Hotfix
	Overrides   []Override
	FlakeInputs []FlakeInput
	At          Pos
}

// Hotfix takes one package from another channel for a while.
type Hotfix struct {
	Package    string
	Channel    string
	Systems    []string // globs; none means all
	Hydra      string
	Reason     string
	Added      string // "2025-10-14"; Nix's fromTOML has no dates
	RemoveWhen string
	Comment    string // the lines of the comment above it, without their signs
	At         Pos
}

// Override changes how one package is built.
type Override struct {
	Package string
	File    string // relative to fleet.toml
	Systems []string
	Comment string // the lines of the comment above it, without their signs
	At      Pos
}

// FlakeInput is an input's overlay and the packages that it brings.
type FlakeInput struct {
	Input    string
	Provides []string
	Comment  string // the lines of the comment above it, without their signs
	At       Pos
}
