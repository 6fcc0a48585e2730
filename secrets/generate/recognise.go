package generate

// Declared is a generator as a machine's configuration declares it under
// clan.core.vars.generators.NAME, as far as it is known.
type Declared struct {
	Name         string
	Machine      string // the machine that declares it
	Shared       bool
	Files        []File // with those of persisted prompts
	Prompts      []Prompt
	Dependencies []string
	// Service is the clan service whose module declares it ("sshd"), "core"
	// for clan's own options, "" when it is the fleet's own or not known.
	Service string
	// Tools are the names of the packages in runtimeInputs.
	Tools []string
	// Script is the text of the script as evaluated. It is empty with
	// ScriptKnown for a generator that has none, and without it where the
	// script could not be read.
	Script      string
	ScriptKnown bool
	// Validation is the declared value of that name, or nil.
	Validation map[string]any
}

// Way is how the files of a declared generator can be made.
type Way string

// The ways.
const (
	ByBuiltin Way = "built-in"            // in Go, here
	ByPrompt  Way = "prompts"             // the answers are the files
	ByScript  Way = "sandboxed script"    // only its script knows how
	ByHand    Way = "set by the operator" // its script says so and fails
	Unknown   Way = "unknown"             // its script could not be read
)

// Recipe says how the files of a declared generator are made.
type Recipe struct {
	Way Way
	// Generator makes them, with ByBuiltin and ByPrompt.
	Generator Generator
	// Reason is why this is the way, in words for people.
	Reason string
	// Commands are what the script would run, with ByScript: its lines
	// without indentation, blank ones and comments left out.
	Commands []string
}
