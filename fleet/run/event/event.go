// Package event holds the typed events of a run: what a rollout says while it
// works, what the journal keeps, what the console and `--json` show. An event
// is a value; nobody changes one after it was emitted.
//
// The events of a run have ascending sequence numbers. Events about one
// machine come in the order in which they happened: phases, then one
// host_result, then nothing more about that machine.
package event

import "time"

// Version is the version of the codec that this package writes.
const Version = 1

// Event is one thing that happened in a run.
type Event struct {
	Seq  int64     // from 1, ascending within a run
	Time time.Time // UTC
	Run  string    // id of the run
	Body Body
}

// Machine is the machine that the event is about, "" when it is about the run.
func (e Event) Machine() string {
	if e.Body == nil {
		return ""
	}
	return e.Body.machine()
}

// Type is the body's type as it is written in JSON, "" without a body.
func (e Event) Type() string {
	if e.Body == nil {
		return ""
	}
	return e.Body.Type()
}

// Body is what happened. It is one of the types of this package, never a
// pointer to one.
type Body interface {
	Type() string // "host_phase"
	machine() string
}

// RunStarted is the first event of a run.
type RunStarted struct {
	Goal     string   `json:"goal"`
	Kind     string   `json:"kind"` // "update" or "rollback"
	Plan     string   `json:"plan"` // id of the plan
	Fleet    string   `json:"fleet"`
	Engine   string   `json:"engine"`
	Machines []string `json:"machines"` // every machine of the plan, by name
	Operator string   `json:"operator"` // user who runs it
	Parallel int      `json:"parallel"` // hosts at once
	Assay    string   `json:"assay"`    // version of the program
}

// HostPhase says what is being done with a machine now.
type HostPhase struct {
	Machine string `json:"machine"`
	Phase   Phase  `json:"phase"`
}

// HostProgress says how much has been copied to a machine. It comes at most a
// few dozen times per machine.
type HostProgress struct {
	Machine string `json:"machine"`
	Done    int64  `json:"done"`  // bytes
	Total   int64  `json:"total"` // bytes
}

// Log is one line that a program printed, sanitised and bounded by whoever
// read it.
type Log struct {
	Machine string `json:"machine"`
	Stream  string `json:"stream"` // "activate", "confirm", "return", or Notes
	Text    string `json:"text"`   // without the newline
}

// Notes is the stream of what the run itself says of a host: that it waits for
// it, and for how long at most. Nothing that a host prints is in it.
const Notes = "notes"

// HostResult ends the story of one machine in a run. From, To, Current and
// Profile are store paths; "" is not known.
type HostResult struct {
	Machine    string  `json:"machine"`
	Outcome    Outcome `json:"outcome"`
	From       string  `json:"from,omitempty"`    // ran when the plan was made
	To         string  `json:"to,omitempty"`      // what the plan wanted
	Current    string  `json:"current,omitempty"` // runs, as last read from the host
	Profile    string  `json:"profile,omitempty"` // boots next, as last read from the host
	Generation int     `json:"generation,omitempty"`
	Reason     string  `json:"reason,omitempty"`
	Hint       string  `json:"hint,omitempty"`
	Identity   bool    `json:"identity,omitempty"` // the host's identity could not be verified
}

// RunInterrupted says that somebody, or a full disk, asked the run to end
// early.
type RunInterrupted struct {
	Abandon bool   `json:"abandon"` // false: running steps are finished; true: they are given up
	Reason  string `json:"reason,omitempty"`
}

// RunFinished is the last event of a run.
type RunFinished struct {
	Outcome RunOutcome      `json:"outcome"`
	Counts  map[Outcome]int `json:"counts"` // machines per outcome; absent is zero
}

// Unknown is an event that this version does not know. Raw is the whole line,
// so that it survives being read and written.
type Unknown struct {
	Name string // its type
	Raw  []byte
}

func (RunStarted) Type() string     { return "run_started" }
func (HostPhase) Type() string      { return "host_phase" }
func (HostProgress) Type() string   { return "host_progress" }
func (Log) Type() string            { return "log" }
func (HostResult) Type() string     { return "host_result" }
func (RunInterrupted) Type() string { return "run_interrupted" }
func (RunFinished) Type() string    { return "run_finished" }

// Type is the type that the event had when it was read.
func (u Unknown) Type() string { return u.Name }

func (RunStarted) machine() string     { return "" }
func (b HostPhase) machine() string    { return b.Machine }
func (b HostProgress) machine() string { return b.Machine }
func (b Log) machine() string          { return b.Machine }
func (b HostResult) machine() string   { return b.Machine }
func (RunInterrupted) machine() string { return "" }
func (RunFinished) machine() string    { return "" }
func (Unknown) machine() string        { return "" }
