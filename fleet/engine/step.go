package engine

// Step is one thing that an engine says while it evaluates, builds or copies.
type Step struct {
	Kind     StepKind
	Machines []string // for whom, by name; empty is all that were asked for, or nobody knows
	What     string   // what it is about: "openssh-9.9p1", "github:NixOS/nixpkgs", a machine
	Phase    string   // of a build: "installPhase"
	Text     string   // of a log line, or what is waited for; sanitised and bounded
	Done     int64    // of Total, in bytes where the kind is fetch or copy, else in pieces
	Total    int64    // 0 is not known
}

// StepKind says what a Step tells.
type StepKind string

// The kinds of step.
const (
	StepEvaluate StepKind = "evaluate" // What is the machine, or the file being read
	StepFetch    StepKind = "fetch"    // What is an input, an URL or a store path
	StepBuild    StepKind = "build"    // What began to build, or entered Phase
	StepBuilt    StepKind = "built"    // What is built
	StepFailed   StepKind = "failed"   // What failed to build
	StepLog      StepKind = "log"      // Text is a line that What's builder printed, or Nix itself where What is ""
	StepWait     StepKind = "wait"     // Text says what is waited for: a lock, a build machine
	StepTotal    StepKind = "total"    // Done of Total derivations are built
)

// Todo is the work that is left before systems are realised.
type Todo struct {
	Build    []string `json:"build"`             // names of derivations to build here or on a builder, sorted
	Fetch    int      `json:"fetch"`             // store paths to fetch from substituters
	Download int64    `json:"download"`          // bytes of that, compressed
	Unpacked int64    `json:"unpacked"`          // bytes of that in the store
	Unknown  string   `json:"unknown,omitempty"` // why nothing of this is known
}
