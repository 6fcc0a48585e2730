package care

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/overlay"
)

var (
	conditionVersion = regexp.MustCompile(`(?:(>=|≥|==?|>)\s*|(?:^|\s))v?([0-9][0-9A-Za-z.+_-]*)(\s+(?:or|and)\s+(?:later|newer|above|up)\b)?`)
	conditionDay     = regexp.MustCompile(`^(?i:(?:after|from|on|since|until|it is)\s+)?(20[0-9]{2}-[01][0-9]-[0-3][0-9])$`)
	conditionGreen   = regexp.MustCompile(`(?i)^(?:(?:the|its|linked|hydra'?s?|job|build|is|are|on|again|turns|goes|last|hydra:)\s+)*(?:green|succeeds|passes)(?:\s+(?:again|on hydra|there))?$`)
	conditionWord    = regexp.MustCompile(`[^\s,;()]+`)
)

// fillers are the words that a condition on a version may have beside the
// names of the package and of a channel. With any other word it may mean more
// than the version, and only people can tell.
var fillers = []string{"has", "have", "is", "are", "at", "in", "on", "the", "a", "version", "versions", "reaches", "ships", "carries", "contains",
	"or", "later", "newer", "above", "and", "up", "lands", "once", "when"}

// condition decides the condition of removal, where that can be decided.
func (j *judge) condition() Finding {
	if j.h.Note == nil || j.h.Note.RemoveWhen == "" {
		return j.linked("")
	}
	text := strings.TrimRight(strings.TrimSpace(j.h.Note.RemoveWhen), ".")
	if m := conditionDay.FindStringSubmatch(text); m != nil {
		if day, err := time.Parse(time.DateOnly, m[1]); err == nil {
			if j.facts.Now.Before(day) {
				return Finding{ByCondition, Needed, "it is to stay until " + m[1]}
			}
			return Finding{ByCondition, CanGo, m[1] + ", until when it was to stay, has passed"}
		}
	}
	if conditionGreen.MatchString(text) {
		if len(j.h.Targets()) == 0 {
			return Finding{ByCondition, Unknown, fmt.Sprintf("it can go when %q, and no job of a Hydra is linked", text)}
		}
		return Finding{} // that is what Hydra is asked
	}
	if c, ok := j.versionIn(text); ok && len(j.h.Systems) > 0 {
		return j.reached(c)
	}
	return j.linked(text)
}

// linked is what is left to people: a text, or what the links lead to.
func (j *judge) linked(text string) Finding {
	var refs []string
	for _, l := range j.h.links(overlay.LinkPull, overlay.LinkIssue, overlay.LinkNumber) {
		refs = append(refs, cmp.Or(l.URL, l.Ref))
	}
	at := strings.Join(refs, ", ")
	switch {
	case text != "" && at != "":
		return Finding{ByCondition, Unknown, fmt.Sprintf("it can go when %q, see %s", text, at)}
	case text != "":
		return Finding{ByCondition, Unknown, fmt.Sprintf("it can go when %q, which only people can tell", text)}
	case at != "":
		return Finding{ByCondition, Unknown, "see " + at}
	}
	return Finding{}
}

// reaching is a condition on the version that a channel has.
type reaching struct {
	pkg, channel, operator, version string
}

func (c reaching) String() string { return fmt.Sprintf("%s %s %s", c.channel, c.operator, c.version) }

// versionIn reads a condition such as "unstable >= 2.3.3" or "nixpkgs has
// ripgrep 15.1 or later". It is none where the text may say more than that.
func (j *judge) versionIn(text string) (reaching, bool) {
	c := reaching{pkg: j.of()}
	at := slices.DeleteFunc(conditionVersion.FindAllStringSubmatchIndex(text, -1), func(m []int) bool {
		return m[2] < 0 && m[6] < 0 // a number alone
	})
	if len(at) != 1 {
		return c, false
	}
	m := at[0]
	c.operator, c.version = ">=", strings.TrimRight(text[m[4]:m[5]], ".")
	if m[2] >= 0 && text[m[2]:m[3]] != "≥" && (m[6] < 0 || text[m[2]:m[3]] == ">") {
		c.operator = text[m[2]:m[3]]
	}
	for _, word := range conditionWord.FindAllString(text[:m[0]]+" "+text[m[1]:], -1) {
		lower := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(word), "'s"), "'")
		switch channel, known := j.channelNamed(lower); {
		case lower == strings.ToLower(c.pkg), lower == strings.ToLower(j.h.Package), slices.Contains(fillers, lower):
		case known && (c.channel == "" || c.channel == channel):
			c.channel = channel
		default:
			return c, false
		}
	}
	c.channel = cmp.Or(c.channel, j.stack.Default())
	return c, c.channel != ""
}

// of is the package's name in the channels.
func (j *judge) of() string {
	for _, e := range j.h.entries {
		return cmp.Or(e.Of, j.h.Package)
	}
	return j.h.Package
}

// channelNamed is the channel that a word means: its name, its alias, its
// input, or how nixpkgs itself calls it.
func (j *judge) channelNamed(word string) (string, bool) {
	for _, c := range j.stack.Channels() {
		if len(j.h.Systems) > 0 && !fleet.MatchAny(c.Systems, j.h.Systems[0]) {
			continue
		}
		if word == strings.ToLower(c.Name) || word == strings.ToLower(cmp.Or(c.As, c.Name)) || word == strings.ToLower(c.Input) {
			return c.Name, true
		}
	}
	if def := j.stack.Default(); def != "" && slices.Contains([]string{"nixpkgs", "unstable", "nixos-unstable", "nixpkgs-unstable"}, word) {
		return def, true
	}
	return "", false
}

// reached looks whether the channel has that version on all systems of the
// hotfix.
func (j *judge) reached(c reaching) Finding {
	var below, unknown []string
	has := ""
	for _, system := range j.h.Systems {
		switch version, why := j.version(c, system); {
		case why != "":
			unknown = append(unknown, why)
		case !holds(version, c.operator, c.version):
			below = append(below, version)
		default:
			has = version
		}
	}
	switch {
	case len(below) > 0:
		return Finding{ByCondition, Needed, fmt.Sprintf("%s has %s, and it can go when %s", c.channel, below[0], c)}
	case len(unknown) > 0:
		return Finding{ByCondition, Unknown, fmt.Sprintf("it can go when %s; %s", c, strings.Join(slices.Compact(unknown), ", "))}
	}
	return Finding{ByCondition, CanGo, fmt.Sprintf("%s has %s, and it can go when %s", c.channel, has, c)}
}

// version is what the channel has on a system: as Nix says, else by its index.
func (j *judge) version(c reaching, system string) (version, unknown string) {
	if j.facts.Evaluated != nil && c.pkg == j.h.Package && j.old(system) == "" {
		if told := j.facts.Evaluated(c.pkg, system); told != nil {
			for _, is := range told.Channels {
				if is.Channel == c.channel && is.Version != "" {
					return is.Version, ""
				}
			}
		}
	}
	for _, v := range j.stack.Which(c.pkg, system).Versions {
		switch {
		case v.Channel == c.channel && v.Version == "":
			return "", v.String()
		case v.Channel == c.channel:
			return v.Version, ""
		}
	}
	return "", "the version in " + c.channel + " is not known"
}

// holds compares versions as Nix does.
func holds(version, operator, than string) bool {
	d := symbolic.CompareVersions(version, than)
	switch operator {
	case ">=":
		return d >= 0
	case ">":
		return d > 0
	}
	return d == 0
}
