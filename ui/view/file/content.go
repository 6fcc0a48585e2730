package file

import (
	"bytes"
	"fmt"
	"strings"

	"assay/ui/widget"
	"assay/ui/word"
)

// What is shown of a file at most. The longest lines are cut where they are
// drawn.
const (
	mostBytes = 4 << 20
	mostLines = 200_000
	looked    = 8 << 10 // bytes that tell whether it is text
)

// content is a file as it is shown.
type content struct {
	lines []widget.Line
	why   string // why it is not shown
}

// read makes lines of a file's bytes.
func read(path string, text []byte) content {
	switch {
	case len(text) > mostBytes:
		return content{why: "it is too large, " + word.Size(int64(len(text)))}
	case bytes.IndexByte(text[:min(len(text), looked)], 0) >= 0:
		return content{why: "it is binary, " + word.Size(int64(len(text)))}
	case bytes.Count(text, []byte("\n")) > mostLines:
		return content{why: fmt.Sprintf("it is too long, more than %d lines", mostLines)}
	case len(text) == 0:
		return content{}
	}
	rest := strings.TrimSuffix(string(text), "\n")
	c := content{lines: make([]widget.Line, 0, strings.Count(rest, "\n")+1)}
	paint := painter(path)
	for line := range strings.SplitSeq(rest, "\n") {
		c.lines = append(c.lines, paint(strings.TrimSuffix(line, "\r")))
	}
	return c
}

// text is line i as it is in the file.
func (c content) text(i int) string {
	if i < 0 || i >= len(c.lines) {
		return ""
	}
	var b strings.Builder
	for _, s := range c.lines[i] {
		b.WriteString(s.Text)
	}
	return b.String()
}
