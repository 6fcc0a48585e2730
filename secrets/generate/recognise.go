package generate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/secrets/generate/shell"
)

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
	ByHand    Way = "set by the operator" // its script does nothing but fail
	Unknown   Way = "unknown"             // its script could not be read
)

// Recipe says how the files of a declared generator are made.
type Recipe struct {
	Way Way
	// Generator makes them, with ByBuiltin and ByPrompt. It has the files,
	// prompts and dependencies of the declaration.
	Generator Generator
	// Reason is why this is the way, in words for people.
	Reason string
	// Commands are what the script would run, with ByScript and ByHand: its
	// lines without indentation, blank ones and comments left out.
	Commands []string
}

// Recognise says how the files of a declared generator are made. A script that
// is known decides: it is done in Go if each of its commands is known here, or
// if it is that of one of clan's services, by name, files and what it runs.
// One that could not be read is taken for that of a service only if that
// service is known to declare it, with the same files. Nothing is guessed.
func Recognise(d Declared) Recipe {
	if d.ScriptKnown && strings.TrimSpace(d.Script) == "" {
		return recognisePrompts(d)
	}
	if d.ScriptKnown {
		return recogniseScript(d)
	}
	clan, reason := ofClan(d)
	if reason != "" {
		return Recipe{Way: Unknown, Reason: "the script could not be read, and " + reason}
	}
	return Recipe{Way: ByBuiltin, Generator: d.with(clan.Make), Reason: "that of clan's service " + d.Service}
}

// with is the declared generator, made by make.
func (d Declared) with(make func(context.Context, Input) (Contents, error)) Generator {
	return Generator{Name: d.Name, Shared: d.Shared, Dependencies: d.Dependencies, Prompts: d.Prompts, Files: d.Files, Make: make}
}

// recognisePrompts is a generator without a script: persisted prompts are all
// it can make.
func recognisePrompts(d Declared) Recipe {
	for _, f := range d.Files {
		if !slices.ContainsFunc(d.Prompts, func(p Prompt) bool { return p.Persist && p.Name == f.Name }) {
			return Recipe{Way: ByHand, Reason: fmt.Sprintf("it has no script, and no prompt is kept as %s", f.Name)}
		}
	}
	return Recipe{Way: ByPrompt, Generator: d.with(nil), Reason: "its files are the answers to its prompts"}
}

func recogniseScript(d Declared) Recipe {
	commands := commandLines(d.Script)
	steps, err := compile(d)
	if err == nil {
		make := func(ctx context.Context, in Input) (Contents, error) { return steps.run(ctx, in, d.Prompts) }
		if copiesPrompts(d) {
			return Recipe{Way: ByPrompt, Generator: d.with(make), Reason: "its script copies the answers to its prompts"}
		}
		return Recipe{Way: ByBuiltin, Generator: d.with(make), Reason: "each command of its script is known"}
	}
	if clan, reason := ofClan(d); reason == "" {
		return Recipe{Way: ByBuiltin, Generator: d.with(clan.Make), Reason: "its script is that of a service of clan's"}
	}
	if onlyFails(d.Script) {
		return Recipe{Way: ByHand, Commands: commands, Reason: "its script does nothing but fail: the value is set by hand"}
	}
	why := strings.TrimPrefix(err.Error(), shell.ErrUnsupported.Error()+": ")
	return Recipe{Way: ByScript, Commands: commands, Reason: "needs a sandboxed script: not known here: " + why}
}

// copiesPrompts says that a script consists of cat and cp of prompts.
func copiesPrompts(d Declared) bool {
	list, err := shell.Parse(d.Script)
	return err == nil && len(d.Prompts) > 0 && !slices.ContainsFunc(list, func(s shell.Statement) bool {
		run, ok := s.(shell.Run)
		return !ok || slices.ContainsFunc(run.Pipeline, func(c shell.Command) bool {
			name, _ := c.Words[0].Static()
			return !slices.Contains([]string{"cat", "cp", "mkdir", "set", "tr"}, name)
		})
	})
}

// onlyFails says that a script prints words to its standard error and exits
// with a failure.
func onlyFails(script string) bool {
	list, err := shell.Parse(script)
	if err != nil || len(list) == 0 {
		return false
	}
	for i, s := range list {
		run, ok := s.(shell.Run)
		if !ok || len(run.Pipeline) != 1 {
			return false
		}
		c := run.Pipeline[0]
		name, _ := c.Words[0].Static()
		if last := i == len(list)-1; !last && name == "echo" && c.ToStderr && c.In == nil {
			continue
		} else if last && len(c.Words) == 2 && name == "exit" {
			code, static := c.Words[1].Static()
			return static && code != "0"
		}
		return false
	}
	return false
}

// commandLines are the lines of a script that do something.
func commandLines(script string) []string {
	var out []string
	for line := range strings.Lines(strings.ReplaceAll(script, "\\\n", " ")) {
		if line = strings.Join(strings.Fields(line), " "); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// ofClan finds the generator of clan's services that a declaration is, by its
// name, files and dependencies, and by its script where that is known, else by
// its service. Otherwise it says why it is none.
func ofClan(d Declared) (Generator, string) {
	for _, c := range clanGenerators() {
		g, err := c.make(d)
		if errors.Is(err, errOther) {
			continue
		}
		if err != nil {
			return Generator{}, err.Error()
		}
		switch {
		case !d.ScriptKnown && !slices.Contains(c.services, d.Service):
			return Generator{}, fmt.Sprintf("it is not known whether clan's service %s declares it", c.services[0])
		case d.ScriptKnown && !marked(d.Script, c.marks):
			return Generator{}, "its script is not that of clan's service " + c.services[0]
		case g.Shared != d.Shared || !sameFiles(g.Files, d.Files) || !sameSet(g.Dependencies, d.Dependencies):
			return Generator{}, "its files are not those of clan's service " + c.services[0]
		}
		return g, ""
	}
	return Generator{}, "it is none of those of clan's services that are built in"
}

// marked says that a script has all of the marks. Without any it cannot be
// told by its text.
func marked(script string, marks []string) bool {
	text := strings.Join(strings.Fields(script), " ")
	return len(marks) > 0 && !slices.ContainsFunc(marks, func(m string) bool { return !strings.Contains(text, m) })
}

// sameFiles compares names and secrecy. Where a file is deployed is the
// declaration's to say.
func sameFiles(a, b []File) bool {
	set := func(list []File) map[string]bool {
		m := map[string]bool{}
		for _, f := range list {
			m[f.Name] = f.Secret
		}
		return m
	}
	return len(a) == len(b) && maps.Equal(set(a), set(b))
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
