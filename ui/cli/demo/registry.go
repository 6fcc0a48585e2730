package demo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assay/fleet"
	"assay/fleet/fleetfile"
)

// keepFirst are the machines that a smaller fleet keeps longest, because the
// example's services and the tour name them. The others follow by name.
var keepFirst = []string{"cinnabar", "scheelite", "stibnite", "galena"}

// LeastHosts is the smallest fleet whose tags and services all have a member.
const LeastHosts = 2

// MostHosts keeps the registry well below fleetfile's limit.
const MostHosts = 10_000

// registry returns the text of a fleet.toml with n machines: the example's
// own, without the last ones where n is smaller, and with copies of them where
// n is larger. A copy of galena is galena-2: the same aspects under another
// name.
func registry(example []byte, n int) ([]byte, error) {
	if n < LeastHosts {
		return nil, fmt.Errorf("a demo of %d hosts: the example's services need at least %d", n, LeastHosts)
	}
	file, err := fleetfile.Parse("fleet.toml", example)
	if err != nil {
		return nil, err
	}
	machines := inOrder(file.Fleet.Machines)
	if n <= len(machines) {
		return without(example, machines[n:]), nil
	}
	var b strings.Builder
	b.Write(example)
	b.WriteString("\n\n# Copies, so that there are as many machines as were asked for.\n")
	for i := len(machines); i < n; i++ {
		writeCopy(&b, machines[i%len(machines)], i/len(machines)+1)
	}
	return []byte(b.String()), nil
}

func inOrder(machines []fleet.Machine) []fleet.Machine {
	rank := func(m fleet.Machine) int {
		if i := slices.Index(keepFirst, m.Name); i >= 0 {
			return i
		}
		return len(keepFirst)
	}
	out := slices.Clone(machines)
	slices.SortStableFunc(out, func(x, y fleet.Machine) int { return rank(x) - rank(y) })
	return out
}

var tableHeader = regexp.MustCompile(`^\s*\[+([^\]]+)\]`)

// without removes the tables of the given machines, comments inside included.
func without(text []byte, gone []fleet.Machine) []byte {
	var b strings.Builder
	skip := false
	for line := range strings.Lines(string(text)) {
		if m := tableHeader.FindStringSubmatch(line); m != nil {
			skip = slices.ContainsFunc(gone, func(machine fleet.Machine) bool {
				table := "machines." + machine.Name
				return m[1] == table || strings.HasPrefix(m[1], table+".")
			})
		}
		if !skip {
			b.WriteString(line)
		}
	}
	return []byte(b.String())
}

func writeCopy(b *strings.Builder, m fleet.Machine, number int) {
	name := fmt.Sprintf("%s-%d", m.Name, number)
	own := fmt.Sprintf("machines/%s/%s", m.Class, m.Name)
	fmt.Fprintf(b, "\n[machines.%s]\nsystem = %q\ntype = %q\nuser = %q\ntags = %s\naspects = %s\n",
		name, m.System, m.Type, m.User, quoted(m.Tags), quoted(append(namesOf(m.Aspects), own)))
	if len(m.Home) == 0 {
		return
	}
	fmt.Fprintf(b, "[machines.%s.home]\n", name)
	for _, home := range m.Home {
		fmt.Fprintf(b, "%s = %s\n", home.User, quoted(namesOf(home.Aspects)))
	}
}

func namesOf(list []fleet.Named) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.Name
	}
	return out
}

// quoted is a TOML array of strings.
func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}
