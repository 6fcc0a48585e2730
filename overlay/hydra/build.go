package hydra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// looked is how many of a job's last builds are looked at: a build that
// somebody cancelled says nothing, the one before it may.
const looked = 10

// maxAnswer bounds an answer in bytes; one with ten builds has three thousand,
// a build with all its outputs and evaluations some more.
const maxAnswer = 1 << 20

// maxTime bounds a build's time, in seconds since 1970: the year 9999.
const maxTime = 253_402_300_800

// build is one build as Hydra's JSON has it, in /api/latestbuilds (buildToHash
// of Hydra::Controller::API) and in /build/N (as_json of
// Hydra::Schema::Result::Builds).
type build struct {
	ID          number
	Project     string
	Jobset      string
	Job         string
	Finished    number
	Timestamp   number // seconds since 1970, when the build was added
	BuildStatus number
}

// number is a JSON number, a truth, or a string of digits: Perl writes a
// number that it read from its database as one or the other.
type number struct {
	is  bool
	val int64
}

func (n *number) UnmarshalJSON(text []byte) error {
	switch s := string(bytes.Trim(text, `"`)); s {
	case "null", "":
		*n = number{}
	case "true", "false":
		*n = number{true, map[string]int64{"true": 1}[s]}
	default:
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return errors.New("expected a whole number")
		}
		*n = number{true, v}
	}
	return nil
}

// readBuilds reads the answer of /api/latestbuilds, newest first.
func readBuilds(text []byte) ([]build, error) {
	var bs []build
	if err := whole(text, &bs); err != nil {
		return nil, err
	}
	return bs, nil
}

// readBuild reads the answer of /build/N.
func readBuild(text []byte) (build, error) {
	var b build
	err := whole(text, &b)
	return b, err
}

func whole(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("no answer of a Hydra, at byte %d of it", d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("no answer of a Hydra: something follows at byte %d", d.InputOffset())
	}
	return nil
}

// Status is how a build ended, by Hydra's number (the description of
// buildstatus in its hydra-api.yaml).
type Status int

// String is the word for a status.
func (s Status) String() string {
	words := map[Status]string{0: "succeeded", 1: "failed", 2: "a dependency failed", 3: "was aborted", 4: "was cancelled",
		6: "failed with output", 7: "took too long", 9: "was aborted", 10: "wrote too much into its log", 11: "was too large", 12: "is not reproducible"}
	if word := words[s]; word != "" {
		return word
	}
	return "ended with the status " + strconv.Itoa(int(s))
}

// tells reports whether a status says something about the package: a build
// that was aborted or cancelled says nothing.
func (s Status) tells() bool { return s != 3 && s != 4 && s != 9 }

// verdict is what the last builds of a job say: the newest that tells
// something. Builds of other jobs are passed over.
func verdict(bs []build, t Target) Answer {
	a := Answer{State: Unknown, Job: t, Why: "it has no finished build of that job"}
	for _, b := range bs {
		if b.Project != t.Project || b.Jobset != t.Jobset || b.Job != t.Name || b.Finished.val == 0 || !b.BuildStatus.is || b.ID.val <= 0 {
			continue
		}
		status := Status(b.BuildStatus.val)
		if !status.tells() {
			a.Why = "its last builds were aborted or cancelled"
			continue
		}
		a.State, a.Why, a.Build, a.Status = Failing, "", b.ID.val, status
		if status == 0 {
			a.State = Green
		}
		if b.Timestamp.val > 0 && b.Timestamp.val < maxTime {
			a.Built = time.Unix(b.Timestamp.val, 0).UTC()
		}
		return a
	}
	return a
}
