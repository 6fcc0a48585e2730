// Package svg draws the screen of a terminal, for the README's pictures. Only
// tests use it. Its functions are pure and safe for concurrent use.
package svg

import (
	"fmt"
	"html"
	"iter"
	"strconv"
	"strings"
)

// Paint is how a place of a screen looks. Colours count from 1, in the order
// of SGR with the bright ones after the others; 0 is the terminal's own.
type Paint struct {
	text, ground                                   int
	bold, faint, italic, underline, struck, turned bool
}

// Cell is one place of a screen.
type Cell struct {
	Char  rune
	Paint Paint
}

// Text is what a row says.
func Text(row []Cell) string {
	chars := make([]rune, 0, len(row))
	for _, c := range row {
		chars = append(chars, c.Char)
	}
	return string(chars)
}

// Parse reads a screen as tmux captures it with colours.
func Parse(captured string) ([][]Cell, error) {
	var rows [][]Cell
	var now Paint // goes on from line to line
	for line := range strings.Lines(captured) {
		row := []Cell{}
		for rest := strings.TrimSuffix(line, "\n"); rest != ""; {
			sgr, isSGR := strings.CutPrefix(rest, "\x1b[")
			if isSGR {
				attributes, after, found := strings.Cut(sgr, "m")
				if !found {
					return nil, fmt.Errorf("no end of SGR in %q", line)
				}
				for attribute := range strings.SplitSeq(attributes, ";") {
					if err := now.add(attribute); err != nil {
						return nil, err
					}
				}
				rest = after
				continue
			}
			char := []rune(rest)[0]
			if char < ' ' {
				return nil, fmt.Errorf("%q on the screen", char)
			}
			row = append(row, Cell{char, now})
			rest = rest[len(string(char)):]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// add adds an attribute of SGR. The console uses the sixteen colours only.
func (p *Paint) add(attribute string) error {
	n, err := strconv.Atoi("0" + attribute)
	switch {
	case err != nil:
		return err
	case n == 0:
		*p = Paint{}
	case n == 1:
		p.bold = true
	case n == 2:
		p.faint = true
	case n == 3:
		p.italic = true
	case n == 4:
		p.underline = true
	case n == 9:
		p.struck = true
	case n == 7:
		p.turned = true
	case n >= 30 && n <= 37:
		p.text = n - 30 + 1
	case n == 39:
		p.text = 0
	case n >= 40 && n <= 47:
		p.ground = n - 40 + 1
	case n == 49:
		p.ground = 0
	case n >= 90 && n <= 97:
		p.text = n - 90 + 9
	case n >= 100 && n <= 107:
		p.ground = n - 100 + 9
	default:
		return fmt.Errorf("SGR %q is not known here", attribute)
	}
	return nil
}

// The sizes of a drawing, in its own units.
const (
	charWidth  = 8.4
	lineHeight = 18
	fontSize   = 14
	margin     = 14
)

// palette is the terminal's own two colours, and the sixteen.
var palette = struct {
	text, ground string
	colours      [16]string
}{"#d8dbe2", "#15181e", [16]string{
	"#2b303b", "#f0716f", "#7fc66b", "#e2b04a", "#6ea6ee", "#cb8ce4", "#58c7cb", "#c3c8d2",
	"#6b7280", "#ff8f8c", "#9adf86", "#f5c969", "#8fbcff", "#dfa8f5", "#7adfe2", "#ffffff",
}}

// colours are those of the text and of what is behind it.
func (p Paint) colours() (text, ground string) {
	text, ground = palette.text, palette.ground
	if p.text > 0 {
		text = palette.colours[p.text-1]
	}
	if p.ground > 0 {
		ground = palette.colours[p.ground-1]
	}
	if p.turned {
		return ground, text
	}
	return text, ground
}

// Draw draws the screen as SVG, without fonts, styles or scripts of its own,
// so that whoever shows it need not trust it.
func Draw(title string, screen [][]Cell) string {
	columns := 0
	for _, row := range screen {
		columns = max(columns, len(row))
	}
	w, h := number(float64(columns)*charWidth+2*margin), number(float64(len(screen)*lineHeight+2*margin))
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %[1]s %[2]s\" role=\"img\">\n", w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, "<rect x=\"0.5\" y=\"0.5\" width=\"%s\" height=\"%s\" rx=\"8\" fill=\"%s\" stroke=\"#4a505c\"/>\n",
		number(float64(columns)*charWidth+2*margin-1), number(float64(len(screen)*lineHeight+2*margin-1)), palette.ground)
	fmt.Fprintf(&b, "<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace\" font-size=\"%d\">\n", fontSize)
	for y, row := range screen {
		for x, n := range runs(row, func(a, b Cell) bool { return ground(a) == ground(b) }) {
			if colour := ground(row[x]); colour != palette.ground {
				fmt.Fprintf(&b, "<rect x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"%s\"/>\n",
					left(x), margin+y*lineHeight, number(float64(n)*charWidth), lineHeight, colour)
			}
		}
		for x, n := range runs(row, together) {
			b.WriteString(drawn(row[x:x+n], x, y))
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func ground(c Cell) string { _, colour := c.Paint.colours(); return colour }

// number writes a length with one decimal at most.
func number(f float64) string { return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0") }

func left(column int) string { return number(margin + float64(column)*charWidth) }

// runs are the column and the length of each run of cells that belong
// together.
func runs(row []Cell, together func(a, b Cell) bool) iter.Seq2[int, int] {
	return func(yield func(x, n int) bool) {
		for x := 0; x < len(row); {
			n := 1
			for x+n < len(row) && together(row[x+n-1], row[x+n]) {
				n++
			}
			if !yield(x, n) {
				return
			}
			x += n
		}
	}
}

// together reports whether two neighbours are drawn as one: words one by one,
// and symbols too, which fonts draw in widths of their own.
func together(a, b Cell) bool {
	return a.Paint == b.Paint && kindOf(a.Char) == kindOf(b.Char) && kindOf(a.Char) != symbol && kindOf(a.Char) != block
}

type kind int

const (
	word kind = iota
	space
	border
	block
	symbol
)

func kindOf(char rune) kind {
	switch {
	case char == ' ':
		return space
	case arms[char] != "":
		return border
	case blocks[char] != 0:
		return block
	case char > '~':
		return symbol
	}
	return word
}

// arms are the lines from the middle of a character to its sides.
var arms = map[rune]string{'─': "lr", '│': "ud", '╭': "rd", '╮': "ld", '╰': "ru", '╯': "lu"}

// blocks are filled from the left, so much of their width.
var blocks = map[rune]float64{'▌': 0.5, '█': 1}

// drawn is a run of cells of one kind.
func drawn(run []Cell, x, y int) string {
	p := run[0].Paint
	colour, _ := p.colours()
	switch kindOf(run[0].Char) {
	case space:
		return ""
	case border:
		return fmt.Sprintf("<path d=\"%s\" stroke=\"%s\"%s/>\n", lines(run, x, y), colour, attribute(p.faint, `stroke-opacity=".6"`))
	}
	faint := attribute(p.faint, `fill-opacity=".6"`)
	if width := blocks[run[0].Char]; width != 0 {
		return fmt.Sprintf("<rect x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"%s\"%s/>\n",
			left(x), margin+y*lineHeight, number(width*charWidth), lineHeight, colour, faint)
	}
	style := attribute(p.bold, `font-weight="bold"`) + faint +
		attribute(p.italic, `font-style="italic"`) + attribute(p.underline && !p.struck, `text-decoration="underline"`) +
		attribute(p.struck, `text-decoration="line-through"`)
	return fmt.Sprintf("<text x=\"%s\" y=\"%d\" textLength=\"%s\" lengthAdjust=\"spacingAndGlyphs\" fill=\"%s\"%s>%s</text>\n",
		left(x), margin+y*lineHeight+fontSize-1, number(float64(len(run))*charWidth), colour, style, html.EscapeString(Text(run)))
}

func attribute(is bool, text string) string {
	if is {
		return " " + text
	}
	return ""
}

// lines is the path of a run of borders, which a font might not join.
func lines(run []Cell, x, y int) string {
	var b strings.Builder
	for i, c := range run {
		middle := fmt.Sprintf("M%s %d", number(margin+(float64(x+i)+0.5)*charWidth), margin+y*lineHeight+lineHeight/2)
		for _, arm := range arms[c.Char] {
			b.WriteString(middle + map[rune]string{'l': "h-4.2", 'r': "h4.2", 'u': "v-9", 'd': "v9"}[arm])
		}
	}
	return b.String()
}
