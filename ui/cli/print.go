package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"assay/fleet/host"
)

// printer writes a command's answer. Everything that came from a repository
// or a host passes through clean before it gets here or in cell.
type printer struct {
	out    io.Writer
	colour bool
	width  int                 // columns of the terminal; 0 away from one
	whole  bool                // long lists of a plan are shown whole
	redact func(string) string // of what anything may be in; nil where secrets may be asked for
}

// room is how many runes a value may take on a line that also holds used
// others: the rest of a terminal's line, or a generous bound for a file.
func (p *printer) room(used int) int {
	if p.width == 0 {
		return 160
	}
	return max(p.width-used, 24)
}

// role is what a piece of text means; colours follow from it.
type role int

const (
	plain role = iota
	good
	bad
	warn
	faint
	strong
)

// The terminal's own 16 colours, as SGR parameters.
var sgr = map[role]string{good: "32", bad: "31", warn: "33", faint: "2", strong: "1"}

// paint wraps text in its role's colour where colours are wanted.
func (p *printer) paint(r role, text string) string {
	code, ok := sgr[r]
	if !ok || !p.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p.out, format+"\n", args...)
}

// json writes one indented JSON value and a newline.
func (p *printer) json(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// cell is one field of a table.
type cell struct {
	text string
	role role
}

// breaks are what would break a cell, in texts that people wrote.
var breaks = strings.NewReplacer("\n", " ", "\t", " ")

func c(text string) cell          { return cr(plain, text) }
func cr(r role, text string) cell { return cell{text: breaks.Replace(host.Sanitize(text)), role: r} }
func (c cell) width() int         { return utf8.RuneCountInString(c.text) }

// clean prints a text that may hold anything, folded where it is too wide.
func (p *printer) clean(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if p.redact != nil {
		text = p.redact(text)
	}
	for line := range strings.SplitSeq(host.Sanitize(text), "\n") {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		p.line("%s", p.fold(line, 0, indent+4))
	}
}

// fold breaks a text that is too wide for the terminal between its words. So
// many columns are used before it on its first line, and so many are empty
// before its further lines.
func (p *printer) fold(text string, used, indent int) string {
	if p.width == 0 || used+utf8.RuneCountInString(text) <= p.width {
		return text
	}
	var b strings.Builder
	column := used
	for i, word := range strings.Split(text, " ") {
		wide := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column > indent && column+1+wide > p.width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += wide
	}
	return b.String()
}

// table prints rows under a head, columns as wide as their widest cell and
// two spaces between them. Empty columns are dropped.
func (p *printer) table(head []string, rows [][]cell) {
	widths := widthsOf(rows)
	if len(rows) == 0 {
		return
	}
	titles := make([]cell, len(head))
	for i, title := range head {
		titles[i] = cell{text: title, role: faint}
		if widths[i] > 0 {
			widths[i] = max(widths[i], len(title))
		}
	}
	p.row("", titles, widths)
	for _, row := range rows {
		p.row("", row, widths)
	}
}

// beside reports whether some cell of the last column fits on its row's line:
// else all of them stand below their rows.
func (p *printer) beside(head []string, rows [][]cell) bool {
	if p.width == 0 || len(rows) == 0 {
		return true
	}
	widths := widthsOf(rows)
	last, at := len(widths)-1, 0
	for i, w := range widths[:last] {
		if w > 0 {
			at += max(w, len(head[i])) + 2
		}
	}
	return slices.ContainsFunc(rows, func(row []cell) bool {
		return len(row) > last && row[last].text != "" && at+row[last].width() <= p.width
	})
}

// rows prints rows without a head, each after the indent.
func (p *printer) rows(indent string, rows [][]cell) {
	widths := widthsOf(rows)
	for _, row := range rows {
		p.row(indent, row, widths)
	}
}

func widthsOf(rows [][]cell) []int {
	var widths []int
	for _, row := range rows {
		for len(widths) < len(row) {
			widths = append(widths, 0)
		}
		for i, c := range row {
			widths[i] = max(widths[i], c.width())
		}
	}
	return widths
}

// row prints one row. On a terminal that is too narrow for it, what does not
// fit goes to lines of its own below, further indented.
func (p *printer) row(indent string, cells []cell, widths []int) {
	var b strings.Builder
	column, pending := 0, len(indent)
	for i, c := range cells {
		if widths[i] == 0 {
			continue
		}
		if c.text != "" {
			if p.width > 0 && column > 0 && column+pending+c.width() > p.width {
				b.WriteByte('\n')
				column, pending = 0, len(indent)+4
			}
			b.WriteString(strings.Repeat(" ", pending))
			text := c.text
			if below := len(indent) + 4; column == 0 && pending == below { // on a line of its own
				text = p.fold(text, below, below)
			}
			b.WriteString(p.paint(c.role, text))
			column += pending + c.width()
			pending = 0
		}
		pending += widths[i] - c.width() + 2
	}
	fmt.Fprintln(p.out, b.String())
}
