package generate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"assay/secrets/generate/shell"
)

// cat knows files, and none as a filter.
func (a *arguments) cat() (stage, error) {
	if err := a.parse(nil); err != nil || len(a.operands) == 0 && !a.fed {
		return nil, a.unknown()
	}
	var files []string
	for _, w := range a.operands {
		file, err := a.readable(w, a.line)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return func(r *scriptRun, stdin []byte) ([]byte, error) {
		if len(files) == 0 {
			return bytes.Clone(stdin), nil
		}
		var pieces [][]byte
		for _, f := range files {
			b, err := r.read(f)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, b)
		}
		return slices.Concat(pieces...), nil
	}, nil
}

// echo knows -n.
func (a *arguments) echo() (stage, error) {
	words, end := a.words, "\n"
	if len(words) > 0 {
		if text, _ := words[0].Static(); text == "-n" {
			words, end = words[1:], ""
		}
	}
	if len(words) > 0 {
		if text, _ := words[0].Static(); isEchoOption(text) {
			return nil, a.unknown()
		}
	}
	texts, err := a.texts(words)
	if err != nil {
		return nil, err
	}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		pieces, err := texts(r)
		return append(bytes.Join(pieces, []byte(" ")), end...), err
	}, nil
}

// printf knows formats with %s, %% and the escapes of newline, tab and
// backslash, and as many arguments as they name.
func (a *arguments) printf() (stage, error) {
	if len(a.words) == 0 {
		return nil, a.unknown()
	}
	format, ok := a.words[0].Static()
	pieces, ok2 := cutFormat(format)
	if !ok || !ok2 || len(pieces) != len(a.words) || strings.HasPrefix(format, "-") {
		return nil, a.unknown()
	}
	var makers []func(*scriptRun) ([]byte, error)
	for _, w := range a.words[1:] {
		next, err := a.text(w, false)
		if err != nil {
			return nil, err
		}
		makers = append(makers, next)
	}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		out := [][]byte{[]byte(pieces[0])}
		for i, m := range makers {
			b, err := m(r)
			if err != nil {
				return nil, err
			}
			out = append(out, b, []byte(pieces[i+1]))
		}
		return slices.Concat(out...), nil
	}, nil
}

// cutFormat returns the texts around each %s.
func cutFormat(format string) (pieces []string, ok bool) {
	text := ""
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c != '%' && c != '\\' {
			text += string(format[i : i+1])
			continue
		}
		if i++; i == len(format) {
			return nil, false
		}
		switch string([]byte{c, format[i]}) {
		case "%s":
			pieces, text = append(pieces, text), ""
		case "%%":
			text += "%"
		case `\n`:
			text += "\n"
		case `\t`:
			text += "\t"
		case `\\`:
			text += `\`
		default:
			return nil, false
		}
	}
	return append(pieces, text), true
}

func (a *arguments) mv() (stage, error) { return a.copyTo(true) }
func (a *arguments) cp() (stage, error) { return a.copyTo(false) }

// copyTo knows one file and its new name.
func (a *arguments) copyTo(move bool) (stage, error) {
	if err := a.parse(nil); err != nil || len(a.operands) != 2 {
		return nil, a.unknown()
	}
	from, err := a.readable(a.operands[0], a.line)
	if err != nil {
		return nil, err
	}
	if move {
		delete(a.files, from)
	}
	to, err := a.writable(a.operands[1], a.line)
	if err != nil || to == from {
		return nil, a.unknown()
	}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		b, err := r.read(from)
		if err != nil {
			return nil, err
		}
		r.write(to, bytes.Clone(b))
		if move {
			clear(b)
			delete(r.files, from)
		}
		return nil, nil
	}, nil
}

// mkdir knows -p of the directory that a script is given: there it is.
func (a *arguments) mkdir() (stage, error) {
	err := a.parse(map[string]bool{"-p": false})
	if err != nil || !a.has("-p") || len(a.operands) != 1 || !isDirectory(a.operands[0]) {
		return nil, a.unknown()
	}
	return nothing, nil
}

func isDirectory(w shell.Word) bool {
	w = slices.DeleteFunc(slices.Clone(w), func(p shell.Part) bool { return p.Kind == shell.Literal && p.Text == "" })
	return len(w) == 1 && w[0].Kind == shell.Variable && w[0].Text == "out"
}

// set knows the options that make a script stop at what fails.
func (a *arguments) set() (stage, error) {
	a.operands = a.words
	words, err := a.operandTexts()
	for _, w := range words {
		if !slices.Contains([]string{"-e", "-u", "-eu", "-euo", "-o", "pipefail", "-eo", "-ue"}, w) {
			return nil, a.unknown()
		}
	}
	return nothing, err
}

func nothing(*scriptRun, []byte) ([]byte, error) { return nil, nil }

// tr knows -d, -c and -dc, and the translation of one set into another of the
// same size.
func (a *arguments) tr() (stage, error) {
	first := slices.IndexFunc(a.words, func(w shell.Word) bool { // what follows the first set is no option
		text, _ := w.Static()
		return text == "-" || !strings.HasPrefix(text, "-")
	})
	if first < 0 {
		return nil, a.unknown()
	}
	sets := a.words[first:]
	a.words = a.words[:first]
	err := a.parse(map[string]bool{"-d": false, "-c": false, "-dc": false, "-cd": false})
	a.operands = sets
	texts, textErr := a.operandTexts()
	if err != nil || textErr != nil || !a.fed || len(texts) > 2 {
		return nil, a.unknown()
	}
	return translation(texts, a.has("-d", "-dc", "-cd"), a.has("-c", "-dc", "-cd"), a.unknown())
}

// translation is what tr does with one or two sets, or the error unknown.
func translation(texts []string, remove, complement bool, unknown error) (stage, error) {
	var sets [][]byte
	for _, text := range texts {
		set, err := trSet(text)
		if err != nil {
			return nil, unknown
		}
		sets = append(sets, set)
	}
	switch {
	case remove && len(sets) == 1:
		return func(_ *scriptRun, stdin []byte) ([]byte, error) {
			out := make([]byte, 0, len(stdin))
			for _, b := range stdin {
				if (bytes.IndexByte(sets[0], b) >= 0) == complement {
					out = append(out, b)
				}
			}
			return out, nil
		}, nil
	case !remove && !complement && len(sets) == 2 && len(sets[0]) == len(sets[1]):
		return func(_ *scriptRun, stdin []byte) ([]byte, error) {
			out := bytes.Clone(stdin)
			for i, b := range out {
				if at := bytes.LastIndexByte(sets[0], b); at >= 0 {
					out[i] = sets[1][at]
				}
			}
			return out, nil
		}, nil
	}
	return nil, unknown
}

// trSet expands a set of tr: characters, ranges, and the escapes of newline,
// tab and backslash.
func trSet(text string) ([]byte, error) {
	var chars []byte
	escaped := map[int]bool{}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '[' || c >= 0x80 {
			return nil, fmt.Errorf("a class")
		}
		if c == '\\' {
			if i++; i == len(text) {
				return nil, fmt.Errorf("an escape")
			}
			plain, ok := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\'}[text[i]]
			if !ok {
				return nil, fmt.Errorf("an escape")
			}
			c, escaped[len(chars)] = plain, true
		}
		chars = append(chars, c)
	}
	var out []byte
	for i := 0; i < len(chars); i++ {
		if i+2 < len(chars) && chars[i+1] == '-' && !escaped[i+1] {
			if chars[i] > chars[i+2] {
				return nil, fmt.Errorf("a range")
			}
			for c := int(chars[i]); c <= int(chars[i+2]); c++ {
				out = append(out, byte(c))
			}
			i += 2
			continue
		}
		out = append(out, chars[i])
	}
	return out, nil
}
