package probe

import (
	"path"
	"strings"
)

// The links to systems, by the names that the script has for them.
const (
	running  = "current-system"
	bootNext = "system"
)

// damaged says what is wrong with the systems that the host runs and boots
// next, "" where nothing is or the host has none.
func (a *answer) damaged() string {
	var found []string
	if what := a.damage(running, runDir+"/"+running, "the running system"); what != "" {
		found = append(found, what)
	}
	if a.facts.Profile == "" || a.facts.Profile != a.facts.Running {
		if what := a.damage(bootNext, profilesDir+"/"+bootNext, "the system that boots next"); what != "" {
			found = append(found, what)
		}
	}
	return strings.Join(found, "; ")
}

// damage says what is wrong with one system. A host need not have a profile,
// but one that has a profile runs something.
func (a *answer) damage(name, link, system string) string {
	target, strange := a.strange[name]
	broken, inside := a.broken[name]
	switch wrong := a.wrong[name]; {
	case strange:
		return link + " leads to " + short(target) + ", which is no store path"
	case wrong == "other":
		return link + " is not a link"
	case wrong == "absent" && name == running && a.hasProfile():
		return link + " is not there"
	case wrong == "missing":
		return system + " is missing on the host"
	case inside:
		return system + " is not whole: " + broken + ", which is not there"
	}
	return ""
}

func (a *answer) hasProfile() bool {
	return a.profile != "" || a.wrong[bootNext] != "" && a.wrong[bootNext] != "absent"
}

// addBroken notes a link of a system that leads nowhere, given as a line of
// "ls -ldn", when it should lead to a store path. Whoever makes a system may
// put a link to elsewhere into it. The first one counts.
func (a *answer) addBroken(name, entry string) {
	left, target, ok := strings.Cut(entry, " -> ")
	_, inside, ok2 := strings.Cut(left, "/"+name+"/")
	system := a.facts.Running
	if name == bootNext {
		system = a.bootsNext()
	}
	if _, is := a.broken[name]; is || !ok || !ok2 || system == "" {
		return
	}
	target = a.resolve(path.Dir(path.Join(system, inside)), target)
	if object, ok := strings.CutPrefix(target, storeDir+"/"); ok {
		object, _, _ = strings.Cut(object, "/")
		a.broken[name] = short(inside) + " leads to " + short(object)
	}
}

// bootsNext is the store path of the profile, as far as the answer goes.
func (a *answer) bootsNext() string {
	for _, g := range a.facts.Generations {
		if g.Number == generation(a.profile) {
			return g.Path
		}
	}
	return ""
}
