package clan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// maxNesting bounds sets and lists inside of each other.
const maxNesting = 200

// fromJSON reads JSON as a value whose parts know their lines.
func fromJSON(name string, content []byte) (symbolic.Value, error) {
	f, err := placed(name, content)
	if err != nil {
		return nil, err
	}
	d := &decoder{Decoder: json.NewDecoder(bytes.NewReader(content)), file: f}
	d.UseNumber()
	v, err := d.value(0)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the value")
		}
	}
	if err != nil {
		at := f.Position(syntax.Pos(d.InputOffset()))
		return nil, fmt.Errorf("cannot read line %d of %s: %w", at.Line, name, err)
	}
	return v, nil
}

// placed makes a file for positions: one of spaces with the same lines is
// parsed, which then gets the text.
func placed(name string, content []byte) (*syntax.File, error) {
	blank := bytes.Repeat([]byte(" "), len(content))
	for i, c := range content {
		if c == '\n' || c == '\r' {
			blank[i] = c
		}
	}
	f, err := syntax.Parse(name, append(blank, "{}"...))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	f.Source = string(content)
	return f, nil
}

type decoder struct {
	*json.Decoder
	file *syntax.File
}

// place is that of the token which was just read.
func (d *decoder) place(start int64) symbolic.Place {
	end := d.InputOffset()
	for start < end && strings.IndexByte(" \t\r\n,:", d.file.Source[start]) >= 0 {
		start++
	}
	return symbolic.Place{File: d.file, Span: syntax.Span{Start: syntax.Pos(start), End: syntax.Pos(end)}}
}

func (d *decoder) value(depth int) (symbolic.Value, error) {
	if depth > maxNesting {
		return nil, errors.New("it is nested too deeply")
	}
	start := d.InputOffset()
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	at := d.place(start)
	switch t := t.(type) {
	case nil:
		return symbolic.Null{Place: at}, nil
	case bool:
		return symbolic.Bool{Place: at, B: t}, nil
	case string:
		return symbolic.Text(at, t), nil
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return symbolic.Int{Place: at, N: n}, nil
		}
		n, err := t.Float64()
		return symbolic.Float{Place: at, F: n}, err
	case json.Delim:
		if t == '[' {
			return d.list(at, depth)
		}
		return d.set(at, depth)
	}
	return nil, errors.New("it is not JSON")
}

func (d *decoder) list(at symbolic.Place, depth int) (symbolic.Value, error) {
	l := &symbolic.List{Place: at}
	for d.More() {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, symbolic.Item{V: symbolic.Done(v), At: v.Where()})
	}
	_, err := d.Token()
	return l, err
}

func (d *decoder) set(at symbolic.Place, depth int) (symbolic.Value, error) {
	values, places := map[string]symbolic.Value{}, map[string]symbolic.Place{}
	for d.More() {
		start := d.InputOffset()
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			return nil, errors.New("a name is not a string")
		}
		place := d.place(start)
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		values[name], places[name] = v, place
	}
	set := symbolic.NewAttrs(at, values)
	for name, place := range places {
		set.Attr(name).At = place
	}
	_, err := d.Token()
	return set, err
}
