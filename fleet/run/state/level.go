package state

import "bytes"

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
	var buffer [looked]byte
	low := buffer[:copy(buffer[:], text)]
	fold(low)
	for _, s := range signs {
		if says(low, s.word, s.loud) {
			return s.level
		}
	}
	return Info
}

func says(low []byte, word string, loud bool) bool {
	for from := 0; ; {
		i := bytes.Index(low[from:], []byte(word))
		if i < 0 {
			return false
		}
		i += from
		from = i + len(word)
		if isWord(low, i, from) && (loud && isLoud(low, i, from) || !loud && !countsNothing(low, i, from)) {
			return true
		}
	}
}

// isWord reports whether low[i:end] is no part of a name.
func isWord(low []byte, i, end int) bool {
	if i > 0 && (inName(low[i-1]) || low[i-1] == '.') {
		return false
	}
	if end == len(low) || low[end] == '.' && (end+1 == len(low) || !inName(low[end+1])) {
		return true // a sentence may end there
	}
	return !inName(low[end]) && low[end] != '.'
}

func inName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '/' || c >= 0x80
}

func isLoud(low []byte, i, end int) bool {
	switch {
	case end < len(low) && (low[end] == ':' || low[end] == ']' || low[end] == '>'):
		return true
	case i == 0:
		return true
	}
	return low[i-1] == '=' || low[i-1] == '[' || low[i-1] == '<'
}

// countsNothing reports whether the number before or after a word is zero.
func countsNothing(low []byte, i, end int) bool {
	before := bytes.TrimRight(low[:i], " ")
	if n := len(before); n > 0 && before[n-1] == '0' && (n == 1 || !inName(before[n-2]) && before[n-2] != '.') {
		return true
	}
	after := bytes.TrimLeft(low[end:], ":= ")
	return len(after) > 0 && after[0] == '0' && (len(after) == 1 || !inName(after[1]) && after[1] != '.')
}
