package state

import "strings"

// Level is how bad a log line says it is.
type Level uint8

// The levels. A line without a word that gives it away is Info.
const (
	Info Level = iota
	Warning
	Error
	levels
)

// looked is how many bytes of a line are looked at for its level: who has
// something to shout, does so at the beginning.
const looked = 512

// signs are the words that give a line's level away. A loud one stands where
// programs put the level: first in the line, before a colon or a bracket,
// after "=" or an opening bracket. Others count wherever they stand as a word.
var signs = []struct {
	word  string
	loud  bool
	level Level
}{
	{"failed", false, Error},
	{"fatal", false, Error},
	{"error", true, Error},
	{"panic", true, Error},
	{"critical", true, Error},
	{"warning", true, Warning},
	{"warn", true, Warning},
}

// LevelOf tells a line's level by its words, without regard to case. Error:
// the word "failed" unless it counts nothing ("0 failed", "failed=0"), the
// word "fatal", and "error", "panic" and "critical" where a program puts the
// level, as in "error: no such file", "[error] no such file" and
// "level=error". Warning: "warning" and "warn" in such a place. Everything
// else is Info: "non-fatal", "error.log" and "on error continue" are no
// errors. The first 512 bytes decide. The stream says nothing: programs print
// what they do to standard error.
func LevelOf(text string) Level {
	text = text[:min(len(text), looked)]
	level, within := Info, uint8(0)
	for i := range len(text) {
		k := kinds[text[i]]
		if k&^within&begins != 0 {
			level = max(level, signAt(text, i))
			if level == Error {
				break
			}
		}
		within = k << 1 // goesOn takes the place of begins: no word begins here
	}
	return level
}

// What a byte can be. LevelOf looks at each of each line: hence a table.
const (
	goesOn = 1 << iota // a name may go on after it
	begins             // a sign begins with it
	inName             // a part of a name
)

var kinds = kindsOf()

func kindsOf() (k [256]uint8) {
	for c := range k {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '/' || c >= 0x80 {
			k[c] |= inName | goesOn
		}
	}
	k['.'] |= goesOn
	for _, s := range signs {
		k[s.word[0]] |= begins
		k[s.word[0]-'a'+'A'] |= begins
	}
	return k
}

// signAt is the level of the sign that begins at text[i], where a word begins.
func signAt(text string, i int) Level {
	for _, s := range signs {
		end := i + len(s.word)
		if text[i]|' ' != s.word[0] || end > len(text) || !strings.EqualFold(text[i:end], s.word) || !ends(text, end) {
			continue
		}
		if s.loud && isLoud(text, i, end) || !s.loud && !countsNothing(text, i, end) {
			return s.level
		}
	}
	return Info
}

// ends reports whether a word ends at text[end].
func ends(text string, end int) bool {
	if end < len(text) && text[end] == '.' {
		end++ // a sentence may end there, if no name goes on
	}
	return end == len(text) || kinds[text[end]]&inName == 0
}

func isLoud(text string, i, end int) bool {
	switch {
	case i == 0:
		return true
	case end < len(text) && strings.IndexByte(":]>", text[end]) >= 0:
		return true
	}
	return strings.IndexByte("=[<", text[i-1]) >= 0
}

// countsNothing reports whether the number before or after a word is zero.
func countsNothing(text string, i, end int) bool {
	part := func(at int) bool {
		return at >= 0 && at < len(text) && (kinds[text[at]]&inName != 0 || text[at] == '.')
	}
	if n := len(strings.TrimRight(text[:i], " ")); n > 0 && text[n-1] == '0' && !part(n-2) {
		return true
	}
	n := len(text) - len(strings.TrimLeft(text[end:], ":= "))
	return n < len(text) && text[n] == '0' && !part(n+1)
}
