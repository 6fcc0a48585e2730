package fleetfile

import "slices"

// Type is what a key holds.
type Type string

// The types of keys.
const (
	Table   Type = "table"
	Tables  Type = "array of tables"
	String  Type = "string"
	Strings Type = "array of strings"
	Integer Type = "positive integer"
	Boolean Type = "boolean"
	Any     Type = "any"
)

// Key is one key that fleet.toml may have. In Path a part in angle brackets
// stands for a name that the author chooses; [] follows an array of tables.
type Key struct {
	Path     string   // "machines.<machine>.deploy.targets"
	Type     Type     // of the value
	Form     string   // what the string, or each string of the array, must be; "" is any text
	Values   []string // the strings that it can be; none means what Form says
	Required bool     // in a table that is there
	Default  string   // what holds without the key, in words; "" is nothing
	Doc      string   // one line
	// Unenforced says what this version does not do yet with the key. A file
	// that has it can be shown, but update refuses to run: a policy must not
	// be ignored. It does not concern the value Default.
	Unenforced string
	// Native keys are for a fleet whose registry is this file. Beside a flake
	// that defines its machines itself they are refused.
	Native bool
	// Adopted keys are for a file beside a flake that defines its machines
	// itself. In a registry they are refused.
	Adopted bool
}

// Schema returns the keys that fleet.toml may have, in the order in which a
// file usually has them. It is the reference documentation of the format, and
// what Parse checks files against.
func Schema() []Key { return slices.Clone(schema) }

var schema = []Key{
	{Path: "fleet", Type: Table, Required: true, Doc: "the fleet as a whole"},
	{Path: "fleet.name", Type: String, Form: "fleet name", Required: true, Doc: "the fleet's name"},
	{Path: "fleet.domain", Type: String, Form: "domain", Doc: "NixOS machines without targets are root@<machine>.<domain>; a Mac never gets a guessed address"},

	{Path: "sources", Type: Table, Doc: "directories, relative to this file", Native: true},
	{Path: "sources.modules", Type: String, Form: "path", Doc: "the dendritic tree: every .nix file in it is a module of the flake"},
	{Path: "sources.packages", Type: String, Form: "path", Doc: "packages by name, <xx>/<name>/package.nix; never inside of the tree"},

	{Path: "channels", Type: Table, Doc: "the package sets that layers take packages from", Native: true},
	{Path: "channels.<channel>", Type: Table, Doc: "one channel"},
	{Path: "channels.<channel>.input", Type: String, Form: "name", Doc: "the flake's input; a channel has either input or base"},
	{Path: "channels.<channel>.base", Type: String, Form: "name", Doc: "the channel that the patches apply to"},
	{Path: "channels.<channel>.default", Type: Boolean, Default: "false", Doc: "packages that no layer supplies come from here; exactly one channel"},
	{Path: "channels.<channel>.systems", Type: Strings, Form: "system glob", Default: "all", Doc: "the systems that have the channel"},
	{Path: "channels.<channel>.as", Type: String, Form: "name", Default: "the channel's name", Doc: "its name below pkgs on these systems"},
	{Path: "channels.<channel>.nar-hash", Type: String, Form: "SRI hash", Doc: "the hash of the patched tree, so that it has one path for all systems; with patches only"},
	{Path: "channels.<channel>.patch", Type: Tables, Doc: "a patch of a channel with base"},
	{Path: "channels.<channel>.patch[].url", Type: String, Required: true, Doc: "where the patch is"},
	{Path: "channels.<channel>.patch[].hash", Type: String, Form: "SRI hash", Required: true, Doc: "its hash"},
	{Path: "channels.<channel>.patch[].reason", Type: String, Doc: "why"},
	{Path: "channels.<channel>.patch[].remove-when", Type: String, Doc: "when it can go"},

	{Path: "overlay", Type: Table, Doc: "the layers that lie over the default channel", Native: true},
	{Path: "overlay.order", Type: Strings, Values: Layers(), Default: "inputs, hotfixes, packages, overrides, flake-inputs", Doc: "the layers, first to last; a later one wins"},
	{Path: "overlay.composition", Type: String, Values: []string{"merge", "compose"}, Default: "merge", Doc: "merge: every layer sees the bare default channel; compose: each sees those before it"},
	{Path: "overlay.hotfix", Type: Tables, Doc: "takes one package from another channel for a while"},
	{Path: "overlay.hotfix[].package", Type: String, Form: "package", Required: true, Doc: "the package's name below pkgs"},
	{Path: "overlay.hotfix[].channel", Type: String, Form: "name", Required: true, Doc: "a channel or its alias"},
	{Path: "overlay.hotfix[].systems", Type: Strings, Form: "system glob", Default: "all", Doc: "where it is needed"},
	{Path: "overlay.hotfix[].hydra", Type: String, Doc: "the failing job"},
	{Path: "overlay.hotfix[].reason", Type: String, Required: true, Doc: "what is broken"},
	{Path: "overlay.hotfix[].added", Type: String, Form: "date", Doc: "since when, such as \"2025-10-14\""},
	{Path: "overlay.hotfix[].remove-when", Type: String, Doc: "when it can go, such as \"unstable >= 2.3.3\""},
	{Path: "overlay.override", Type: Tables, Doc: "changes how one package is built"},
	{Path: "overlay.override[].package", Type: String, Form: "package", Required: true, Doc: "the package's name below pkgs"},
	{Path: "overlay.override[].file", Type: String, Form: "path", Required: true, Doc: "the function that changes it"},
	{Path: "overlay.override[].systems", Type: Strings, Form: "system glob", Default: "all", Doc: "where it applies"},
	{Path: "overlay.flake-input", Type: Tables, Doc: "the overlay of a flake input"},
	{Path: "overlay.flake-input[].input", Type: String, Form: "name", Required: true, Doc: "the flake's input"},
	{Path: "overlay.flake-input[].provides", Type: Strings, Form: "package", Required: true, Doc: "the names that it adds or replaces"},

	{Path: "machines", Type: Table, Doc: "the registry"},
	{Path: "machines.<machine>", Type: Table, Doc: "one machine"},
	{Path: "machines.<machine>.system", Type: String, Form: "system", Required: true, Doc: "the Nix system; the class, nixos or darwin, follows from it", Native: true},
	{Path: "machines.<machine>.type", Type: String, Doc: "what it is, in words"},
	{Path: "machines.<machine>.user", Type: String, Form: "user", Doc: "the primary user"},
	{Path: "machines.<machine>.tags", Type: Strings, Form: "tag", Doc: "its own tags"},
	{Path: "machines.<machine>.aspects", Type: Strings, Form: "aspect", Doc: "its aspects, beside machines/<class>/<name> where the tree has that", Native: true},
	{Path: "machines.<machine>.home", Type: Table, Doc: "home-manager aspects", Native: true},
	{Path: "machines.<machine>.home.<user>", Type: Strings, Form: "aspect", Doc: "those of one user"},
	{Path: "machines.<machine>.deploy", Type: Table, Doc: "how it is reached and built"},
	{Path: "machines.<machine>.deploy.targets", Type: Strings, Form: "address", Default: "root@<machine>.<domain> for NixOS", Doc: "addresses in order, [user@]host[:port]; raced, the host's identity is pinned by name"},
	{Path: "machines.<machine>.deploy.jump", Type: Strings, Form: "address", Doc: "jump hosts, first to last: machines or [user@]host[:port]"},
	{Path: "machines.<machine>.deploy.build", Type: String, Form: "name", Default: "local", Doc: "where it is built: local, target, or a machine's name"},
	{Path: "machines.<machine>.deploy.become", Type: String, Values: []string{"none", "sudo", "doas"}, Default: "none", Doc: "how the user of the target becomes root"},

	{Path: "tags", Type: Table, Doc: "tags whose members a selector chooses, beside each machine's own and all, nixos, darwin"},
	{Path: "tags.<tag>", Type: String, Doc: "a selector over names, tags, class:, system: and user:"},

	{Path: "services", Type: Table, Doc: "the inventory: instances of services", Native: true},
	{Path: "services.<instance>", Type: Table, Doc: "one instance"},
	{Path: "services.<instance>.module", Type: String, Form: "name", Default: "the instance's name", Doc: "its module: services/<module>/<role> in the tree"},
	{Path: "services.<instance>.input", Type: String, Form: "name", Doc: "the flake input that has the module, such as clan-core", Unenforced: "modules of inputs are not applied yet"},
	{Path: "services.<instance>.roles", Type: Table, Required: true, Doc: "its roles"},
	{Path: "services.<instance>.roles.<role>", Type: Table, Doc: "one role"},
	{Path: "services.<instance>.roles.<role>.machines", Type: Strings, Form: "machine", Doc: "machines that have the role"},
	{Path: "services.<instance>.roles.<role>.tags", Type: Strings, Form: "name", Doc: "tags whose machines have the role"},
	{Path: "services.<instance>.roles.<role>.settings", Type: Table, Doc: "handed to the role's module"},
	{Path: "services.<instance>.roles.<role>.settings.<setting>", Type: Any, Doc: "what the module asks for"},

	{Path: "loader", Type: Tables, Doc: "beside a flake that defines its machines itself: how it comes to modules, where a function does it that assay does not know", Adopted: true},
	{Path: "loader[].function", Type: String, Doc: "how the reference to the function ends, such as \"flocken.lib.getModules\"; a loader has either function or dir"},
	{Path: "loader[].dir", Type: String, Form: "path", Doc: "a directory of modules of the flake, read besides what the flake itself says"},
	{Path: "loader[].loads", Type: String, Values: []string{"import-tree", "directory", loadsArgument}, Doc: "what becomes modules: all .nix files below a directory, those in it and the directories with a default.nix, or a list of modules"},
	{Path: "loader[].argument", Type: String, Form: "name", Default: "the argument itself; modules for a list", Doc: "the attribute of the function's argument that holds the directory or the list"},

	{Path: "rollout", Type: Table, Doc: "the policy of updates"},
	{Path: "rollout.parallel", Type: Integer, Default: "10", Doc: "machines worked on at the same time"},
	{Path: "rollout.waves", Type: Any, Doc: "groups of machines, one after the other", Unenforced: "updates do not go in waves yet"},
	{Path: "rollout.checks", Type: Any, Doc: "what must hold after an update", Unenforced: "checks are not run yet"},
	{Path: "checks", Type: Any, Doc: "named checks", Unenforced: "checks are not run yet"},
	{Path: "selectors", Type: Any, Doc: "saved selectors", Unenforced: "saved selectors are not used yet"},
	{Path: "caches", Type: Any, Doc: "binary caches", Unenforced: "caches are not used yet"},
}

// Layers are the names of the overlay's layers in their usual order.
func Layers() []string {
	return []string{"inputs", "hotfixes", "packages", "overrides", "flake-inputs"}
}
