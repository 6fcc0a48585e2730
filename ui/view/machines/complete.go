package machines

import (
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/ui/known"
)

// selectorKey is a key of the grammar and where its values come from.
type selectorKey struct {
	name   string
	values func(k *known.Known) []string
}

// keys are the keys in the order of the grammar's description.
var keys = []selectorKey{
	{"class", fixed(fleet.KindClass)},
	{"system", ofMachines(func(m *fleet.Machine) []string { return []string{m.System} })},
	{"user", ofMachines(users)},
	{"aspect", aspects},
	{"role", roles},
	{"state", fixed(fleet.KindState)},
	{"drift", fixed(fleet.KindDrift)},
	{"reboot", fixed(fleet.KindReboot)},
}

// fixed are the values that the grammar allows.
func fixed(kind fleet.Kind) func(*known.Known) []string {
	return func(*known.Known) []string { return fleet.ValuesOf(kind) }
}

// ofMachines are the values that machines have, sorted, each once.
func ofMachines(of func(*fleet.Machine) []string) func(*known.Known) []string {
	return func(k *known.Known) []string {
		var out []string
		for i := range k.Fleet.Machines {
			out = append(out, of(&k.Fleet.Machines[i])...)
		}
		return once(out)
	}
}

func users(m *fleet.Machine) []string {
	out := []string{m.User}
	for _, home := range m.Home {
		out = append(out, home.User)
	}
	return out
}

// aspects are those that compositions reach, or as long as nobody composed
// anything those that the registry names.
func aspects(k *known.Known) []string {
	var out []string
	for _, subject := range k.Subjects.Value {
		out = append(out, subject.Aspects...)
	}
	for i := range k.Fleet.Machines {
		for _, named := range k.Fleet.Machines[i].Aspects {
			out = append(out, named.Name)
		}
	}
	return once(out)
}

func roles(k *known.Known) []string {
	var out []string
	for _, service := range k.Fleet.Services {
		out = append(out, service.Name)
		for _, role := range service.Roles {
			out = append(out, service.Name+"/"+role.Name)
		}
	}
	return once(out)
}

func once(values []string) []string {
	slices.Sort(values)
	values = slices.Compact(values)
	return slices.DeleteFunc(values, func(s string) bool { return s == "" })
}

// completion is what the last press of tab offered.
type completion struct {
	text  string   // what it made of the line
	head  string   // the line before the word
	words []string // what the word may become
	at    int      // which one is on the line, -1 only what they have in common
}

// next completes the last word of a line: to what all candidates have in
// common, and pressed again to one after the other.
func (c *completion) next(k *known.Known, line string) string {
	if line == c.text && len(c.words) > 1 {
		c.at = (c.at + 1) % len(c.words)
		c.text = c.head + c.words[c.at]
		return c.text
	}
	at := wordStart(line)
	head, word := line[:at], line[at:]
	*c = completion{text: line, head: head, words: candidates(k, word), at: -1}
	if len(c.words) == 0 {
		return line
	}
	shared := common(c.words)
	if !strings.HasPrefix(shared, word) { // they only have the word in them
		c.at, shared = 0, c.words[0]
	}
	c.text = head + shared
	return c.text
}

// offers are the candidates that are worth showing.
func (c *completion) offers(line string) []string {
	if line != c.text || len(c.words) < 2 {
		return nil
	}
	return c.words
}

// wordStart is where the last word of a selector begins, without the minus of
// a negation.
func wordStart(line string) int {
	at := strings.LastIndexAny(line, " \t(,") + 1
	if at == 0 && strings.HasPrefix(line, exactly) {
		at = len(exactly)
	}
	for at < len(line) && line[at] == '-' {
		at++
	}
	return at
}

// candidates are what a word may become, in their order: what begins with it,
// or where nothing does, the tags that have it in them.
func candidates(k *known.Known, word string) []string {
	all := vocabulary(k, word)
	out := matching(all, word, strings.HasPrefix)
	if len(out) == 0 && plainWord(word) {
		out = matching(allTags(k), word, strings.Contains)
	}
	return out
}

// vocabulary is everything that could stand where the word is.
func vocabulary(k *known.Known, word string) []string {
	if name, _, keyed := strings.Cut(word, ":"); keyed {
		return valuesOf(k, name)
	}
	if strings.HasPrefix(word, "@") {
		return allTags(k)
	}
	var all []string
	for _, key := range keys {
		all = append(all, key.name+":")
	}
	if word == "" {
		all = append(all, allTags(k)...)
	}
	for i := range k.Fleet.Machines {
		all = append(all, k.Fleet.Machines[i].Name)
	}
	return all
}

func matching(all []string, word string, match func(s, word string) bool) (out []string) {
	for _, s := range all {
		if match(s, word) {
			out = append(out, s)
		}
	}
	return out
}

// valuesOf are the values of a key, with it.
func valuesOf(k *known.Known, name string) (out []string) {
	for _, key := range keys {
		if key.name == name {
			for _, value := range key.values(k) {
				out = append(out, name+":"+value)
			}
		}
	}
	return out
}

// allTags are the tags that machines have, as selectors write them.
func allTags(k *known.Known) []string {
	has := map[string]bool{"@failed": true}
	for i := range k.Fleet.Machines {
		m := &k.Fleet.Machines[i]
		for _, list := range [][]string{m.Tags, m.Computed} {
			for _, tag := range list {
				has["@"+tag] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(has))
}

// common is the longest beginning that all words have.
func common(words []string) string {
	out := words[0]
	for _, word := range words[1:] {
		for !strings.HasPrefix(word, out) {
			out = out[:len(out)-1]
		}
	}
	return out
}
