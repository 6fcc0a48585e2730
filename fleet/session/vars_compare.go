package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/vars"
)

// comparison collects where Nix says something else of generators than the
// files, what is the same on several machines once.
type comparison struct {
	differ map[difference][]string // machines
	only   map[string][]string     // machines, by a generator that only Nix knows
}

type difference struct {
	at   fleet.Pos
	text string // after the names of the machines
}

func newComparison() *comparison {
	return &comparison{map[difference][]string{}, map[string][]string{}}
}

// compare looks at one machine, which is written at a place. What was read as
// unknown or conditional is no disagreement, whatever Nix says.
func (c *comparison) compare(read *fleet.Declaration, told fleet.Declaration, at fleet.Pos) {
	note := func(at fleet.Pos, format string, args ...any) {
		d := difference{at, fmt.Sprintf(format, args...)}
		c.differ[d] = append(c.differ[d], read.Machine)
	}
	for i := range read.Generators {
		was := &read.Generators[i]
		is := told.Generator(was.Name)
		switch {
		case is != nil:
			differ(was, is, note)
		case was.Certainty == fleet.Exact:
			note(was.At, "generator %s was read as one of its own, and Nix says that it is not", was.Name)
		}
	}
	for i := range told.Generators {
		name := told.Generators[i].Name
		if read.Generator(name) != nil {
			continue
		}
		if c.only[name] = append(c.only[name], read.Machine); len(read.Open) == 0 {
			note(at, "generator %s is one of its own, as Nix says, and the files were not read so", name)
		}
	}
}

// differ compares a generator that both know.
func differ(was, is *fleet.Generator, note func(at fleet.Pos, format string, args ...any)) {
	if was.Certainty != fleet.Exact {
		return
	}
	of := func(at fleet.Pos, what string, read, told any) {
		if read != told {
			note(at, "generator %s: for %s %v was read, and Nix says %v", was.Name, what, read, told)
		}
	}
	if was.Share.Why == "" {
		of(was.At, "share", was.Share.Value, is.Share.Value)
	}
	if was.DependenciesWhy == "" {
		of(was.At, "dependencies", list(was.Dependencies), list(is.Dependencies))
	}
	if was.Script.Why == "" && is.Script.Why == "" && strings.TrimSpace(was.Script.Value) != strings.TrimSpace(is.Script.Value) {
		note(was.At, "generator %s: its script is another one, as Nix says, than was read", was.Name)
	}
	if was.ValidationWhy == "" && is.ValidationWhy == "" {
		read, err := vars.Hash(was.Validation)
		told, err2 := vars.Hash(is.Validation)
		if err == nil && err2 == nil && read != told {
			note(was.At, "generator %s: its validation is another one, as Nix says, than was read", was.Name)
		}
	}
	for i := range was.Files {
		f := &was.Files[i]
		now := is.File(f.Name)
		switch {
		case f.Condition != "":
		case now == nil:
			note(f.At, "generator %s: file %s was read as one of its own, and Nix says that it is not", was.Name, f.Name)
		default:
			differFile(f, now, func(what string, read, told any) { of(f.At, what+" of "+f.Name, read, told) })
		}
	}
	if was.FilesWhy == "" {
		for _, f := range is.Files {
			if was.File(f.Name) == nil {
				note(was.At, "generator %s: file %s is one of its own, as Nix says, and the files were not read so", was.Name, f.Name)
			}
		}
	}
}

// differFile compares a file that both know. What is "" was not known.
func differFile(was, is *fleet.VarFile, of func(what string, read, told any)) {
	if was.Secret.Why == "" {
		of("secret", was.Secret.Value, is.Secret.Value)
	}
	if was.Deploy.Why == "" {
		of("deploy", was.Deploy.Value, is.Deploy.Value)
	}
	for _, what := range []struct{ name, read, told string }{
		{"owner", was.Owner, is.Owner}, {"mode", was.Mode, is.Mode}, {"neededFor", was.NeededFor, is.NeededFor},
	} {
		if what.read != "" {
			of(what.name, what.read, what.told)
		}
	}
	if was.Group != "" && was.Group != "root" { // the default, which is wheel on darwin
		of("group", was.Group, is.Group)
	}
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// problems are the disagreements, in order.
func (c *comparison) problems() []fleet.Problem {
	var out []fleet.Problem
	for d, machines := range c.differ {
		slices.Sort(machines)
		out = append(out, fleet.Problem{Severity: fleet.Warning, At: d.at, Text: machineNames(machines) + ": " + d.text, Hint: nixIsRight})
	}
	slices.SortFunc(out, func(a, b fleet.Problem) int { return strings.Compare(a.Text, b.Text) })
	fleet.SortProblems(out)
	return out
}

// found are the generators that only Nix knows.
func (c *comparison) found() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(c.only)) {
		slices.Sort(c.only[name])
		out = append(out, name+" of "+machineNames(c.only[name]))
	}
	return out
}
