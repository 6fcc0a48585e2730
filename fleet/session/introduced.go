package session

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// introduction is the commit that a line is from.
type introduction struct {
	commit, subject string
	day             string // of the author's, in UTC
	boundary        bool   // the history that is here ends with it
}

// blameTime bounds how long git may look for the commits of one file.
const blameTime = 20 * time.Second

// introduced asks git which commits lines of a file are from, by the lines'
// numbers in its present text. What is committed is looked at, since to look
// at the file itself git would run filters that the repository names. A line
// that is not committed is not in the answer; why is for a file of which git
// knows nothing.
func (g git) introduced(file, text string, lines []int) (found map[int]introduction, why string) {
	ctx, cancel := context.WithTimeout(g.ctx, blameTime)
	defer cancel()
	g.ctx = ctx
	committed, err := g.ask("cat-file", "blob", "HEAD:./"+file)
	if err != nil {
		return nil, "git has no commit of " + file
	}
	at := linesIn(text, committed, lines)
	args := []string{"blame", "--porcelain", "-w", "--no-textconv"}
	for _, n := range slices.Sorted(maps.Values(at)) {
		args = append(args, "-L", strconv.Itoa(n)+",+1")
	}
	if len(at) == 0 {
		return nil, ""
	}
	out, err := g.ask(append(args, "HEAD", "--", file)...)
	switch {
	case ctx.Err() != nil:
		return nil, "git takes too long to tell"
	case err != nil:
		return nil, "git blame failed: " + err.Error()
	}
	shallow, _ := g.ask("rev-parse", "--is-shallow-repository")
	told := readBlame(out)
	found = map[int]introduction{}
	for line, n := range at {
		if o, ok := told[n]; ok {
			o.boundary = o.boundary && shallow == "true"
			found[line] = o
		}
	}
	return found, ""
}

// linesIn finds lines of a text in another version of it: for each number the
// number of the same line there, the nearest of several. A line that is not
// there is not in the answer.
func linesIn(text, other string, lines []int) map[int]int {
	clean := func(s string) []string {
		all := strings.Split(s, "\n")
		for i := range all {
			all[i] = strings.TrimSpace(all[i])
		}
		return all
	}
	now, then := clean(text), clean(other)
	at := map[int]int{}
	for _, line := range lines {
		if line < 1 || line > len(now) {
			continue
		}
		best := 0
		for i, l := range then {
			if l == now[line-1] && (best == 0 || max(line-i-1, i+1-line) < max(line-best, best-line)) {
				best = i + 1
			}
		}
		if best > 0 {
			at[line] = best
		}
	}
	return at
}

// readBlame reads what git blame --porcelain prints: a commit's first line has
// its facts below it, and every line of the file begins with the commit and
// two numbers, the second that of the line.
func readBlame(out string) map[int]introduction {
	commits := map[string]introduction{}
	found := map[int]introduction{}
	current, line := "", 0
	for text := range strings.Lines(out) {
		text = strings.TrimSuffix(text, "\n")
		key, value, _ := strings.Cut(text, " ")
		c := commits[current]
		switch {
		case strings.HasPrefix(text, "\t"):
			if current != "" && line > 0 {
				found[line] = c
			}
			current, line = "", 0
			continue
		case current == "":
			fields := strings.Fields(value)
			if len(fields) < 2 {
				continue
			}
			current = key
			line, _ = strconv.Atoi(fields[1])
			c = commits[current]
			c.commit = key
		case key == "author-time":
			if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && seconds > 0 && seconds < 1<<37 {
				c.day = time.Unix(seconds, 0).UTC().Format(time.DateOnly)
			}
		case key == "summary":
			c.subject = value
		case key == "boundary":
			c.boundary = true
		}
		commits[current] = c
	}
	return found
}
