package audit

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/sops/policy"
)

// rules says what is wrong with every .sops.yaml.
func (j *judge) rules() {
	for i := range j.in.Rules {
		p := &j.in.Rules[i]
		var all []string
		for _, f := range slices.Concat(j.in.Tracked, j.in.Untracked) {
			if rest, ok := below(p.Dir, f); ok && j.policyOf(f) == p {
				all = append(all, rest)
			}
		}
		told := map[int]bool{}
		for _, problem := range p.Config.Check(all) {
			kind, severity := troubleOf(problem.Kind)
			told[problem.Rule] = told[problem.Rule] || kind == RuleUnused || kind == RuleShadow
			j.find(Finding{severity, kind, place(problem.At), "", problem.Text, problem.Hint})
		}
		for r := range p.Config.Rules {
			rule := &p.Config.Rules[r]
			if j.won[rule] || told[r] || rule.Err != nil {
				continue
			}
			text := fmt.Sprintf("path_regex %.80q decides for no encrypted file", rule.PathRegex)
			if rule.PathRegex == "" {
				text = "the rule decides for no encrypted file"
			}
			j.find(Finding{Note, RuleUnused, place(rule.At), "", text, "remove the rule where none is to come"})
		}
	}
}

func troubleOf(t policy.Trouble) (Kind, Severity) {
	switch t {
	case policy.Broken, policy.Nobody:
		return RuleBroken, Error
	case policy.Unused:
		return RuleUnused, Warning
	case policy.Shadowed:
		return RuleShadow, Warning
	case policy.Unanchored:
		return RuleLoose, Warning
	case policy.SSHKey:
		return SSHForm, Warning
	case policy.Unknown:
		return Nobody, Note
	case policy.Repeated:
		return SameKey, Note
	case policy.Foreign:
		return NotCompared, Note
	}
	return RuleOther, Warning
}

// hostDir finds the host that a rule's path is of.
var hostDir = regexp.MustCompile(`(?:^|/|\^)(?:hosts|machines|systems|servers|nodes)/([A-Za-z0-9][A-Za-z0-9_-]*)(?:/|\\\.|$)`)

// machines compares the machines that .sops.yaml names with the fleet's.
func (j *judge) machines() {
	named := map[string]bool{} // machines of the fleet whose key some rule has
	anyMachine := false
	for _, p := range j.in.Rules {
		for r := range p.Config.Rules {
			rule := &p.Config.Rules[r]
			for key := range ruled(rule) {
				for _, h := range j.holders[key] {
					if h.Kind == "machine" && slices.Contains(j.in.Fleet, h.Name) {
						named[h.Name], anyMachine = true, true
					}
				}
			}
		}
		j.invented(p)
	}
	if !anyMachine {
		return // hosts have no part in it
	}
	unnamed := slices.DeleteFunc(slices.Clone(j.in.Fleet), func(m string) bool { return named[m] })
	if len(unnamed) == 0 {
		return
	}
	text := "machine " + unnamed[0] + " is named by no rule: it can read none of the files"
	if len(unnamed) > 1 {
		text = fmt.Sprintf("%d machines are named by no rule, and can read none of the files: %s", len(unnamed), strings.Join(unnamed, ", "))
	}
	j.find(Finding{Note, Forgotten, fleet.Pos{File: j.in.Rules[0].Config.File}, "", text, "add their keys where they need one"})
}

// invented finds hosts of a .sops.yaml that the fleet does not have: the
// directory of a host in a rule's path. One that has files is no host where the
// rule is for several.
func (j *judge) invented(p Policy) {
	seen := map[string]bool{}
	for r := range p.Config.Rules {
		rule := &p.Config.Rules[r]
		m := hostDir.FindStringSubmatch(rule.PathRegex)
		if m == nil || slices.Contains(j.in.Fleet, m[1]) || seen[m[1]] || j.shared(rule, m[1]) && j.decides(rule) {
			continue
		}
		seen[m[1]] = true
		severity, more := Warning, ""
		if j.in.Why != "" {
			severity, more = Note, " ("+j.in.Why+")"
		}
		j.find(Finding{severity, Invented, place(rule.At), "", "the rule is for " + m[1] + ", which is no machine of the fleet" + more,
			cmp.Or(nearest(m[1], j.in.Fleet), "remove the rule and the key")})
	}
}

// shared reports whether a rule is for several of the fleet's machines, and for
// none of another name: by the words in the names of its keys.
func (j *judge) shared(rule *policy.Rule, name string) bool {
	machines := map[string]bool{}
	for _, g := range rule.Groups {
		for _, k := range g.Keys {
			for _, word := range append(strings.FieldsFunc(k.Name, func(r rune) bool { return r == '_' || r == '-' }), k.Name) {
				if word == name {
					return false
				}
				if slices.Contains(j.in.Fleet, word) {
					machines[word] = true
				}
			}
		}
	}
	return len(machines) > 1
}

// decides reports whether there is a file that the rule decides about.
func (j *judge) decides(rule *policy.Rule) bool {
	return slices.ContainsFunc(j.in.Files, func(f File) bool { return j.rule(f.Path) == rule })
}

func nearest(name string, candidates []string) string {
	if n := fleet.Nearest(name, candidates); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}
