package generate

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"assay/secrets/generate/shell"
)

// compiled is a script of which every command is known here, as the steps
// that do the same. Files go by their paths: out/FILE, in/GENERATOR/FILE,
// prompts/PROMPT, and ./FILE for others.
type compiled []step

type step func(*scriptRun) error

// stage is a command: it turns what it reads into what it writes.
type stage func(r *scriptRun, stdin []byte) ([]byte, error)

// scriptRun is what a script has made so far.
type scriptRun struct {
	ctx   context.Context
	files map[string][]byte
	vars  map[string][]byte
	spent int // bytes that commands have read and made
}

// maxSpent is how many bytes the commands of a script may read and make, all
// together: a few lines that double a text would fill the memory.
const maxSpent = 64 << 20

// spend counts bytes. Its error is that they are too many, or ctx's.
func (r *scriptRun) spend(n int) error {
	if r.spent += n; r.spent > maxSpent {
		return fmt.Errorf("%w: the script makes more than %d MiB", ErrOutput, maxSpent>>20)
	}
	return r.ctx.Err()
}

func (r *scriptRun) wipe() {
	for _, held := range []map[string][]byte{r.files, r.vars} {
		for _, b := range held {
			clear(b)
		}
	}
}

// read returns a file that the script reads.
func (r *scriptRun) read(name string) ([]byte, error) {
	b, ok := r.files[name]
	if !ok {
		return nil, fmt.Errorf("%w: the script reads %s, which is not there", ErrInput, name)
	}
	return b, r.spend(len(b))
}

// write sets a file. The bytes are r's from now on.
func (r *scriptRun) write(name string, b []byte) {
	clear(r.files[name])
	r.files[name] = b
}

// compiler turns statements into steps and knows which files and variables
// there are at each.
type compiler struct {
	dependencies []string
	files, vars  map[string]bool
	line         int             // of the statement at hand
	reads        map[string]bool // files that the pipeline at hand reads
}

// compile turns the script of a declared generator into steps. Its errors are
// shell.ErrUnsupported, and say what is not known.
func compile(d Declared) (compiled, error) {
	list, err := shell.Parse(d.Script)
	if err != nil {
		return nil, err
	}
	c := &compiler{dependencies: d.Dependencies, files: map[string]bool{}, vars: map[string]bool{}}
	for _, p := range d.Prompts {
		c.files["prompts/"+p.Name] = true
		if p.Persist {
			c.files["out/"+p.Name] = true
		}
	}
	steps, err := c.list(list)
	if err != nil {
		return nil, err
	}
	for _, f := range d.Files {
		if !c.files["out/"+f.Name] {
			return nil, fmt.Errorf("%w: it does not make %s", shell.ErrUnsupported, f.Name)
		}
	}
	return steps, nil
}

// run makes the files.
func (steps compiled) run(ctx context.Context, in Input, prompts []Prompt) (Contents, error) {
	r := &scriptRun{ctx: ctx, files: map[string][]byte{}, vars: map[string][]byte{}}
	defer r.wipe()
	for generator, files := range in.Dependencies {
		for name, v := range files {
			r.files["in/"+generator+"/"+name] = bytes.Clone(v.Bytes())
		}
	}
	for _, p := range prompts {
		answer := in.Answers[p.Name].Bytes()
		r.files["prompts/"+p.Name] = bytes.Clone(answer)
		if p.Persist {
			r.files["out/"+p.Name] = bytes.Clone(answer)
		}
	}
	for _, s := range steps {
		if err := s(r); err != nil {
			return nil, err
		}
	}
	made := Contents{}
	for name, b := range r.files {
		if file, ok := strings.CutPrefix(name, "out/"); ok {
			made[file] = owned(b)
		}
	}
	return made, nil
}

func (c *compiler) list(list []shell.Statement) (compiled, error) {
	var out compiled
	for _, s := range list {
		next, err := c.statement(s)
		if err != nil {
			return nil, err
		}
		out = append(out, next)
	}
	return out, nil
}

func (c *compiler) statement(s shell.Statement) (step, error) {
	switch s := s.(type) {
	case shell.Assignment:
		c.line = s.Line
		if slices.Contains(directories, s.Name) || s.Name == "PATH" || s.Name == "IFS" {
			return nil, unknown(s.Line, s.Name+"=")
		}
		value, err := c.text(s.Value, true)
		if err != nil {
			return nil, err
		}
		c.vars[s.Name] = true
		return func(r *scriptRun) error {
			b, err := value(r)
			clear(r.vars[s.Name])
			r.vars[s.Name] = b
			return err
		}, nil
	case shell.Run:
		p, err := c.pipeline(s.Pipeline)
		if err != nil {
			return nil, err
		}
		return func(r *scriptRun) error {
			b, err := p(r)
			clear(b)
			return err
		}, nil
	case shell.Choice:
		return c.choice(s)
	}
	return nil, unknown(0, "a statement")
}

func (c *compiler) choice(s shell.Choice) (step, error) {
	c.line = s.Line
	value, err := c.text(s.NotEmpty, true)
	if err != nil {
		return nil, err
	}
	then := &compiler{dependencies: c.dependencies, files: cloneSet(c.files), vars: cloneSet(c.vars)}
	first, err := then.list(s.Then)
	if err != nil {
		return nil, err
	}
	other := &compiler{dependencies: c.dependencies, files: cloneSet(c.files), vars: cloneSet(c.vars)}
	second, err := other.list(s.Else)
	if err != nil {
		return nil, err
	}
	c.files, c.vars = intersect(then.files, other.files), intersect(then.vars, other.vars)
	return func(r *scriptRun) error {
		b, err := value(r)
		if err != nil {
			return err
		}
		steps := second
		if len(b) > 0 {
			steps = first
		}
		clear(b)
		for _, s := range steps {
			if err := s(r); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// pipeline turns commands into one function that returns what the last one
// writes, where that goes into no file.
func (c *compiler) pipeline(p shell.Pipeline) (func(*scriptRun) ([]byte, error), error) {
	around := c.reads
	c.reads = map[string]bool{}
	defer func() { c.reads = around }()
	var stages []stage
	input, err := c.input(p[0])
	if err != nil {
		return nil, err
	}
	for i, command := range p {
		s, err := c.command(command, i > 0 || input != "")
		if err != nil {
			return nil, err
		}
		stages = append(stages, s)
	}
	output, err := c.output(p[len(p)-1])
	if err != nil {
		return nil, err
	}
	if c.reads[output] { // the shell empties it before it is read
		return nil, unknown(c.line, output+" as input and output")
	}
	return func(r *scriptRun) ([]byte, error) { return r.pipe(input, stages, output) }, nil
}

// pipe runs the stages of a pipeline. Input and output are files, or "".
func (r *scriptRun) pipe(input string, stages []stage, output string) ([]byte, error) {
	var b []byte
	if input != "" {
		held, err := r.read(input)
		if err != nil {
			return nil, err
		}
		b = bytes.Clone(held)
	}
	for _, s := range stages {
		next, err := s(r, b)
		clear(b)
		if err == nil {
			err = r.spend(len(next))
		}
		if err != nil {
			clear(next)
			return nil, err
		}
		b = next
	}
	if output == "" {
		return b, nil
	}
	r.write(output, b)
	return nil, nil
}

func (c *compiler) input(command shell.Command) (string, error) {
	if command.In == nil {
		return "", nil
	}
	return c.readable(command.In, command.Line)
}

func (c *compiler) output(command shell.Command) (string, error) {
	if command.Out == nil {
		return "", nil
	}
	if text, ok := command.Out.Static(); ok && text == "/dev/null" {
		return "./dev-null", nil
	}
	return c.writable(command.Out, command.Line)
}

// directories are the variables that a generator's script is given.
var directories = []string{"out", "in", "prompts"}

// path returns the path of a file that a word names.
func (c *compiler) path(w shell.Word, line int) (string, error) {
	root := "."
	if len(w) > 0 && w[0].Kind == shell.Literal && w[0].Text == "" {
		w = w[1:] // the quote before a variable
	}
	if len(w) > 0 && w[0].Kind == shell.Variable && slices.Contains(directories, w[0].Text) {
		root, w = w[0].Text, w[1:]
	}
	text, ok := w.Static()
	relative, below := strings.CutPrefix(text, "/")
	depth := map[string]int{".": 1, "out": 1, "prompts": 1, "in": 2}[root]
	if !ok || below != (root != ".") || relative == "" || path.Clean(relative) != relative ||
		strings.HasPrefix(relative, "..") || strings.Count(relative, "/") != depth-1 {
		return "", unknown(line, "a file "+text)
	}
	return root + "/" + relative, nil
}

// readable is the path of a file that is there.
func (c *compiler) readable(w shell.Word, line int) (string, error) {
	name, err := c.path(w, line)
	if c.reads != nil {
		c.reads[name] = true
	}
	if err != nil || c.files[name] {
		return name, err
	}
	if rest, ok := strings.CutPrefix(name, "in/"); ok {
		if generator, _, _ := strings.Cut(rest, "/"); slices.Contains(c.dependencies, generator) {
			return name, nil
		}
	}
	return "", unknown(line, name+" before it is made")
}

// writable is the path of a file that is made.
func (c *compiler) writable(w shell.Word, line int) (string, error) {
	name, err := c.path(w, line)
	if err == nil {
		c.files[name] = true
	}
	return name, err
}

func unknown(line int, what string) error {
	return fmt.Errorf("%w: line %d: %.60s", shell.ErrUnsupported, line, what)
}
