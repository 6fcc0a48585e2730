package embedded

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"assay/fleet/engine"
	"assay/modules/compose"
)

const (
	recordVersion = 1
	maxRecord     = 16 << 20 // bytes of a record.json
)

// newRecord describes a composition in a record without its files.
func (e *Engine) newRecord(c compose.Composition, left []engine.LeftOut) engine.Record {
	r := engine.Record{
		Version:  recordVersion,
		Engine:   e.Name(),
		Machine:  c.Machine,
		System:   line(c.System),
		Aspects:  []string{},
		Options:  []engine.Option{},
		Files:    []engine.File{},
		Packages: []engine.Package{},
		LeftOut:  left,
	}
	if r.LeftOut == nil {
		r.LeftOut = []engine.LeftOut{}
	}
	aspects := make(map[string]bool)
	for _, scope := range append([]compose.Scope{c.Scope}, c.Homes...) {
		for _, a := range scope.Aspects {
			name := a.Name
			if scope.User != "" {
				name = "~" + scope.User + "/" + name
			}
			aspects[line(name)] = true
		}
		for _, o := range scope.Options {
			if len(o.Definitions) > 0 {
				r.Options = append(r.Options, recordOption(scope.User, o))
			}
		}
		r.Packages = append(r.Packages, e.recordPackages(scope, c.System)...)
	}
	r.Aspects = slices.AppendSeq(r.Aspects, maps.Keys(aspects))
	slices.Sort(r.Aspects)
	slices.SortStableFunc(r.Options, func(a, b engine.Option) int {
		return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Path, b.Path))
	})
	return r
}

func (e *Engine) recordPackages(scope compose.Scope, system string) []engine.Package {
	seen := make(map[string]bool)
	var out []engine.Package
	for _, p := range scope.Packages {
		if seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		layer, channel := e.supply(p.Name, system)
		out = append(out, engine.Package{
			Scope: line(scope.User), Name: line(p.Name), Layer: line(layer), Channel: line(channel)})
	}
	slices.SortFunc(out, func(a, b engine.Package) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func recordOption(scope string, o compose.Option) engine.Option {
	out := engine.Option{Scope: line(scope), Path: line(o.Path)}
	if o.Merged.State == compose.Known {
		out.Known = true
		out.Value = line(o.Merged.Value.Text)
		return out
	}
	var written []string
	for _, d := range o.Definitions {
		written = append(written, asWritten(d))
	}
	if len(written) == 1 {
		out.Value = line(written[0])
		return out
	}
	for i, w := range written {
		written[i] = wrap(w)
	}
	out.Value = line("mkMerge [ " + strings.Join(written, " ") + " ]")
	return out
}

// asWritten renders a definition in one line of Nix source.
func asWritten(d compose.Definition) string {
	text := d.Value.Text
	switch d.Order {
	case 0, 1000:
	case 500:
		text = "mkBefore " + wrap(text)
	case 1500:
		text = "mkAfter " + wrap(text)
	default:
		text = "mkOrder " + strconv.Itoa(d.Order) + " " + wrap(text)
	}
	switch d.Priority {
	case 0, 100:
	case 50:
		text = "mkForce " + wrap(text)
	case 1000:
		text = "mkDefault " + wrap(text)
	default:
		text = "mkOverride " + strconv.Itoa(d.Priority) + " " + wrap(text)
	}
	if d.Condition != "" {
		text = "mkIf " + wrap(d.Condition) + " " + wrap(text)
	}
	return text
}

// wrap puts an expression in parentheses unless it is a single word.
func wrap(text string) string {
	if !strings.ContainsAny(text, " \t\n") {
		return text
	}
	return "(" + text + ")"
}

// encodeRecord gives the bytes of record.json.
func encodeRecord(r engine.Record) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, err
	}
	if b.Len() > maxRecord {
		return nil, fmt.Errorf("the record of %s has %d bytes, more than %d; hint: give large files as a source that is not text",
			r.Machine, b.Len(), maxRecord)
	}
	return b.Bytes(), nil
}

// DecodeRecord reads a record.json. Whoever wrote it is not trusted: unknown
// fields and other versions are errors, and no string comes out of it that
// could not have gone in.
func DecodeRecord(data []byte) (engine.Record, error) {
	if len(data) > maxRecord {
		return engine.Record{}, fmt.Errorf("the record is larger than %d bytes", maxRecord)
	}
	var r engine.Record
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return engine.Record{}, fmt.Errorf("the record cannot be read: %s", clip(line(err.Error()), 200))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return engine.Record{}, errors.New("the record cannot be read: there is more after its end")
	}
	if r.Version != recordVersion {
		return engine.Record{}, fmt.Errorf("the record has version %d, this program reads %d", r.Version, recordVersion)
	}
	cleanRecord(&r)
	return r, nil
}

func cleanRecord(r *engine.Record) {
	clean := func(fields ...*string) {
		for _, f := range fields {
			*f = line(*f)
		}
	}
	clean(&r.Engine, &r.Machine, &r.System)
	for i := range r.Aspects {
		clean(&r.Aspects[i])
	}
	for i := range r.Options {
		o := &r.Options[i]
		clean(&o.Scope, &o.Path, &o.Value)
	}
	for i := range r.Files {
		f := &r.Files[i]
		clean(&f.Path, &f.Hash, &f.Mode)
		if !isText(f.Text) || len(f.Text) > maxText {
			f.Text, f.Binary = "", true
		}
		f.Size = max(f.Size, 0)
	}
	for i := range r.Packages {
		p := &r.Packages[i]
		clean(&p.Scope, &p.Name, &p.Layer, &p.Channel)
	}
	for i := range r.LeftOut {
		l := &r.LeftOut[i]
		clean(&l.Scope, &l.What, &l.Why)
	}
}
