package embedded

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// Missing asks the host in one round trip. An object that is there and is not
// what its path says is missing too: the host hashes all files of the closure,
// which are few and small. Their modes are not looked at. A system that runs and
// whose files are not all in their places is missing as well: it has to be
// activated again. What the host answers is believed only where it is about what
// was asked for. The objects have to be in the local store.
func (e *Engine) Missing(ctx context.Context, conn host.Conn, c engine.Closure) ([]engine.Object, error) {
	q := newQuestion()
	for _, o := range c.Objects {
		in, err := e.store.inspect(o.Path)
		if err != nil {
			return nil, fmt.Errorf("missing objects of %s: %w", path.Base(c.System), err)
		}
		q.add(path.Base(o.Path), in.sums)
	}
	answer := limited{limit: q.limit}
	err := runLimited(ctx, conn, host.Command{Script: preludeSh + missingSh, Stdin: strings.NewReader(q.names.String())}, &answer)
	if err != nil {
		return nil, explain("ask for missing objects", err)
	}
	for line := range strings.Lines(answer.String()) {
		if !q.strike(strings.TrimSuffix(line, "\n")) {
			return nil, errors.New("ask for missing objects: the host named objects that nobody asked for")
		}
	}
	lacks := q.lacks()
	var missing []engine.Object
	for _, o := range c.Objects {
		if base := path.Base(o.Path); lacks[base] {
			missing = append(missing, o)
			delete(lacks, base)
		}
	}
	return missing, nil
}

// question is the files that a host is asked for, named as below its store.
type question struct {
	names strings.Builder   // a line each
	sums  map[string]string // SHA-256 that each should have
	have  map[string]bool   // those that have it
	wrong map[string]bool   // objects that were asked for; true: a link or a place is wrong
	limit int               // bytes of an answer
}

func newQuestion() *question {
	return &question{sums: make(map[string]string), have: make(map[string]bool), wrong: make(map[string]bool)}
}

// add asks for an object, whose files are given as sha256sum writes them.
func (q *question) add(object, sums string) {
	if _, is := q.wrong[object]; is {
		return
	}
	q.wrong[object] = false
	q.limit += len("wrong \n") + len(object) + len(sums)
	for line := range strings.Lines(sums) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		q.sums[name] = sum
		q.names.WriteString(name + "\n")
	}
}

// strike takes a line of the answer and reports whether it is about something
// that was asked for.
func (q *question) strike(line string) bool {
	if object, ok := strings.CutPrefix(line, "wrong "); ok {
		_, asked := q.wrong[object]
		q.wrong[object] = asked
		return asked
	}
	sum, name, _ := strings.Cut(line, "  ")
	should, asked := q.sums[name]
	q.have[name] = q.have[name] || sum == should
	return asked
}

// lacks is the objects that the host has not, or not whole.
func (q *question) lacks() map[string]bool {
	out := make(map[string]bool)
	for object, wrong := range q.wrong {
		if wrong {
			out[object] = true
		}
	}
	for name := range q.sums {
		if !q.have[name] {
			object, _, _ := strings.Cut(name, "/")
			out[object] = true
		}
	}
	return out
}
