package nixlog

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Record is one record of the protocol. What a record does not say is zero;
// nothing in it is sanitised.
type Record struct {
	Action Action
	ID     uint64 // of an activity: a counter and the process' id, up to 2^54
	Parent uint64 // the activity that this one is part of; 0 is none, or Nix before 2.9
	Level  int    // 0 error, 1 warning, 2 notice, 3 info, 4 talkative, 5 chatty, 6 debug, 7 vomit
	Type   Type   // of an activity where Action is start, of a result where it is result
	Text   string // of an activity
	Fields []Field

	Message string // of a message, coloured and with everything that belongs to it
	Raw     string // of an error's message, without position and trace; often coloured
	Place          // of an error
	Trace   []Place
}

// Place is a position in a file that was evaluated, and what happens there
// where it is part of a trace.
type Place struct {
	File   string // "" is not known
	Line   int    // from 1; 0 is not known
	Column int    // from 1; 0 is not known
	Text   string // "while evaluating the attribute 'a'"
}

// Action says what a record is.
type Action string

// The actions. There may be others in Nix versions to come.
const (
	Start   Action = "start"
	Stop    Action = "stop"
	Result  Action = "result"
	Message Action = "msg"
)

// Type is the type of an activity or of a result.
type Type uint64

// The types of activity, as libutil/logging.hh numbers them.
const (
	CopyPath      Type = 100 // fields: store path, from, to
	FileTransfer  Type = 101 // URL
	Realise       Type = 102
	CopyPaths     Type = 103
	Builds        Type = 104
	Build         Type = 105 // derivation, builder's store or ""
	Substitute    Type = 108 // store path, substituter
	QueryPathInfo Type = 109 // store path, substituter
	PostBuildHook Type = 110 // derivation
	BuildWaiting  Type = 111
	FetchTree     Type = 112
	FetchToStore  Type = 113 // source path, dry run
)

// The types of result.
const (
	BuildLogLine     Type = 101 // line
	UntrustedPath    Type = 102 // store path
	CorruptedPath    Type = 103 // store path
	SetPhase         Type = 104 // phase
	Progress         Type = 105 // done, expected, running, failed
	SetExpected      Type = 106 // type of activity, expected
	PostBuildLogLine Type = 107 // line
	FetchStatus      Type = 108 // text
)

// Field is one field of an activity or a result, a string or a number.
type Field struct {
	Text   string // of a string
	Number uint64 // of a number; of a string that is one too
}

// Number returns the i-th field's number, 0 where there is none.
func (r *Record) Number(i int) uint64 {
	if i >= len(r.Fields) {
		return 0
	}
	return r.Fields[i].Number
}

// String returns the i-th field's string, "" where there is none.
func (r *Record) String(i int) string {
	if i >= len(r.Fields) {
		return ""
	}
	return r.Fields[i].Text
}

// prefix begins every record that Nix writes to its standard error.
var prefix = []byte("@nix ")

// Decode reads a line of the protocol, with or without its newline. It is
// false for a line that is none: other programs write between Nix' lines, and
// that is text to show. Keys and values of other shapes than expected are as
// if they were not there.
func Decode(line []byte) (Record, bool) {
	object, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r\n"), prefix)
	if !ok {
		return Record{}, false
	}
	var w wire
	if json.Unmarshal(object, &w) != nil || w.Action == "" {
		return Record{}, false
	}
	r := Record{
		Action: Action(w.Action), ID: uint64(w.ID), Parent: uint64(w.Parent), Level: int(min(w.Level, 7)),
		Type: Type(w.Type), Text: string(w.Text), Fields: w.Fields,
		Message: string(w.Msg), Raw: string(w.Raw), Place: w.place.Place(),
	}
	r.Place.Text = ""
	for _, p := range w.Trace {
		r.Trace = append(r.Trace, p.Place())
	}
	return r, true
}

// wire is a record as Nix writes it.
type wire struct {
	Action word   `json:"action"`
	ID     number `json:"id"`
	Parent number `json:"parent"`
	Level  number `json:"level"`
	Type   number `json:"type"`
	Text   word   `json:"text"`
	Fields fields `json:"fields"`
	Msg    word   `json:"msg"`
	Trace  places `json:"trace"`
	place
}

type place struct {
	Raw    word   `json:"raw_msg"`
	File   word   `json:"file"`
	Line   number `json:"line"`
	Column number `json:"column"`
}

func (p place) Place() Place {
	const sensible = 1 << 30
	return Place{File: string(p.File), Line: int(min(p.Line, sensible)), Column: int(min(p.Column, sensible)), Text: string(p.Raw)}
}

// word is a string; what is none is "".
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	var s string
	if len(b) > 0 && b[0] == '"' && json.Unmarshal(b, &s) == nil {
		*w = word(s)
	}
	return nil
}

// number is a number that is not negative, as such or in a string; what is
// none is 0. It has 64 bits: a float64 cannot hold every id.
type number uint64

func (n *number) UnmarshalJSON(b []byte) error {
	if v, err := strconv.ParseUint(string(bytes.Trim(b, `"`)), 10, 64); err == nil {
		*n = number(v)
	}
	return nil
}

type fields []Field

func (f *fields) UnmarshalJSON(b []byte) error {
	var each []json.RawMessage
	if b[0] != '[' || json.Unmarshal(b, &each) != nil {
		return nil
	}
	*f = make(fields, len(each))
	for i, value := range each {
		var w word
		var n number
		_, _ = w.UnmarshalJSON(value), n.UnmarshalJSON(value)
		(*f)[i] = Field{Text: string(w), Number: uint64(n)}
	}
	return nil
}

type places []place

func (p *places) UnmarshalJSON(b []byte) error {
	var each []place
	if json.Unmarshal(b, &each) == nil {
		*p = each
	}
	return nil
}
