package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
)

// MaxFile is the largest plan that Read takes, in bytes.
const MaxFile = 256 << 20

// Encode writes the plan as a file for Decode. It is JSON with a line for each
// host, each difference and each group, so that a large plan need not be in
// memory as text. Differences that hosts have in common are in it once.
func (p *Plan) Encode(w io.Writer) error {
	s := p.pack()
	head := *p
	head.Hosts, head.Groups, head.LeftOut = nil, nil, nil
	text, ok := bytes.CutSuffix(encode(head), []byte(`,"hosts":null,"groups":null,"left_out":null}`))
	if !ok {
		panic("plan: hosts, groups and left_out are not its last fields")
	}
	out := listWriter{w: w}
	out.write(text)
	writeList(&out, "hosts", s.Hosts)
	writeList(&out, "aspects", s.Aspects)
	writeList(&out, "options", s.Options)
	writeList(&out, "files", s.Files)
	writeList(&out, "packages", s.Packages)
	if len(s.Units) > 0 {
		writeList(&out, "units", s.Units)
	}
	writeList(&out, "omitted", s.Omitted)
	writeList(&out, "groups", s.Groups)
	writeList(&out, "left_out", s.LeftOut)
	out.write([]byte("}\n"))
	if out.err != nil {
		return fmt.Errorf("write plan: %w", out.err)
	}
	return nil
}

// listWriter writes JSON piece by piece; after an error it writes nothing.
type listWriter struct {
	w   io.Writer
	err error
}

func (l *listWriter) write(text []byte) {
	if l.err == nil {
		_, l.err = l.w.Write(text)
	}
}

// writeList adds a field that is a list, a line for each item.
func writeList[T any](l *listWriter, name string, items []T) {
	l.write([]byte(`,"` + name + `":[`))
	for i := range items {
		if i > 0 {
			l.write([]byte(","))
		}
		l.write([]byte("\n"))
		l.write(encode(&items[i]))
	}
	l.write([]byte("]"))
}

// Decode reads what Encode wrote, or a Plan's own JSON form. It is strict:
// unknown fields, another version, paths that are none, or content that does
// not give the id are errors, because what it returns will be applied.
func Decode(text []byte) (*Plan, error) {
	if len(text) > MaxFile {
		return nil, errors.New("plan: larger than 256 MiB")
	}
	var v struct {
		Version int             `json:"version"`
		Omitted json.RawMessage `json:"omitted"` // only what Encode wrote has it
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if v.Version != Version {
		return nil, fmt.Errorf("plan: version %d, this program knows %d; hint: make the plan again", v.Version, Version)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	s := new(saved)
	form := any(&s.Plan)
	if v.Omitted != nil {
		form = s
	}
	if err := dec.Decode(form); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("plan: something follows its end")
	}
	p := &s.Plan
	if v.Omitted != nil {
		var err error
		if p, err = s.unpack(maxNumbers); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return p, nil
}

var machineName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.-]{0,252}$`) })

func (p *Plan) check() error {
	if p.Kind != Update && p.Kind != Rollback {
		return fmt.Errorf("kind %q is none", p.Kind)
	}
	if !slices.Contains(engine.Goals(), p.Goal) {
		return fmt.Errorf("goal %q is none", p.Goal)
	}
	for i := range p.Hosts {
		if i > 0 && strings.Compare(p.Hosts[i-1].Machine, p.Hosts[i].Machine) >= 0 {
			return fmt.Errorf("%s: machines are out of order or there twice", p.Hosts[i].Machine)
		}
		if err := p.Hosts[i].check(p); err != nil {
			return fmt.Errorf("%q: %w", p.Hosts[i].Machine, err)
		}
	}
	if p.ID != p.sum() {
		return errors.New("the content does not fit the id: it was changed after it was made; hint: make the plan again")
	}
	return nil
}

func (e *Entry) check(p *Plan) error {
	if !machineName().MatchString(e.Machine) {
		return errors.New("is no name of a machine")
	}
	if e.Class != fleet.NixOS && e.Class != fleet.Darwin {
		return fmt.Errorf("class %q is none", e.Class)
	}
	if e.Group < -1 || e.Group >= len(p.Groups) {
		return fmt.Errorf("there is no group %d", e.Group)
	}
	for _, path := range []string{e.From.Path, e.From.Profile, e.To.Path} {
		if path != "" && !fleet.IsStorePath(path) {
			return fmt.Errorf("%q is no store path", path)
		}
	}
	if !e.AgeKey.known() {
		return fmt.Errorf("age key %q is no word for one", string(e.AgeKey))
	}
	if e.LeftOut < -1 || e.LeftOut >= len(p.LeftOut) {
		return fmt.Errorf("there is no list %d of what is left out", e.LeftOut)
	}
	if e.From.Generation < 0 || e.To.Generation < 0 || e.Copy.Bytes < 0 || e.Copy.Objects < 0 {
		return errors.New("a number is negative")
	}
	switch e.Status {
	case StatusUnreachable, StatusError, StatusUnchanged:
		return nil
	case StatusChange:
		if e.To.Path == "" || e.From.Path == "" && p.Goal != engine.GoalBuild {
			return errors.New("a change needs the system that runs and the one that is wanted")
		}
		return nil
	}
	return fmt.Errorf("status %q is none", e.Status)
}
