package nix

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"assay/fleet/engine"
)

// Todo says what Build would build and fetch for the systems. Nothing is
// built, fetched or changed; substituters are asked.
func (e *Engine) Todo(ctx context.Context, systems []engine.System) (engine.Todo, error) {
	version, err := e.run.Version(ctx)
	if err != nil {
		return engine.Todo{}, err
	}
	var paths []string
	for _, s := range systems {
		paths = append(paths, s.Path)
	}
	invalid, err := e.lacking(ctx, slices.DeleteFunc(paths, e.lies))
	if err != nil {
		return engine.Todo{}, err
	}
	var installables []string
	for _, s := range systems {
		if !invalid[s.Path] {
			continue
		}
		if s.Derivation == "" {
			return engine.Todo{Unknown: "what builds " + s.Path + " is not known"}, nil
		}
		installables = append(installables, version.Outputs(s.Derivation))
	}
	var todo engine.Todo
	slices.Sort(installables)
	installables = slices.Compact(installables)
	if len(installables) == 0 {
		return todo, nil
	}
	accepted, err := e.fetched(ctx)
	if err != nil {
		return todo, err
	}
	var said strings.Builder
	c := e.nix(slices.Concat([]string{"build", "--dry-run", "--no-link"}, accepted, installables)...)
	c.Stderr = writer(func(line []byte) {
		if said.Len() < infoOutput {
			said.Write(line)
		}
	})
	if err := e.run.Run(ctx, c); err != nil {
		return engine.Todo{}, err
	}
	return readTodo(said.String()), nil
}

// What `nix build --dry-run` says before its lists of store paths, each on a
// line of its own that is indented by two spaces.
var (
	toBuild = regexp.MustCompile(`^(?:this derivation|these (?:\d+ )?derivations) will be built:$`)
	toFetch = regexp.MustCompile(`^(?:this path|these (?:\d+ )?paths) will be fetched \(([0-9.]+) ([KMGT]?i?B) download, ([0-9.]+) ([KMGT]?i?B) unpacked\):$`)
	cannot  = regexp.MustCompile(`^don't know how to build these paths`)
)

// readTodo reads what a dry run says. Lines that are neither a heading nor in
// a list are something else that Nix says.
func readTodo(text string) engine.Todo {
	var todo engine.Todo
	var list func(path string)
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if path, ok := strings.CutPrefix(line, "  /"); ok {
			if list != nil {
				list("/" + path)
			}
			continue
		}
		list = nil
		switch m := toFetch.FindStringSubmatch(line); {
		case m != nil:
			todo.Download += size(m[1], m[2])
			todo.Unpacked += size(m[3], m[4])
			list = func(string) { todo.Fetch++ }
		case toBuild.MatchString(line):
			list = func(path string) { todo.Build = append(todo.Build, storeName(path)) }
		case cannot.MatchString(line):
			todo.Unknown = "Nix does not know how to build a part of it"
		}
	}
	slices.Sort(todo.Build)
	return todo
}

// size is a number of bytes as Nix writes it: "1.23 MiB".
func size(number, unit string) int64 {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n < 0 || n > 1e9 {
		return 0
	}
	return int64(n * float64(int64(1)<<(10*max(0, strings.Index("BKMGT", unit[:1])))))
}
