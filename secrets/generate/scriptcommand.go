package generate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"assay/secrets/generate/shell"
)

// storeProgram is a program by its path in a Nix store.
var storeProgram = regexp.MustCompile(`^/nix/store/[0-9a-z]{32}-[0-9A-Za-z+._?=-]+/bin/([0-9A-Za-z._-]+)$`)

// command turns a command that is known here into a stage.
func (c *compiler) command(command shell.Command, fed bool) (stage, error) {
	c.line = command.Line
	name, ok := command.Words[0].Static()
	if m := storeProgram.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	known, isKnown := map[string]func(*arguments) (stage, error){
		"openssl": (*arguments).openssl, "ssh-keygen": (*arguments).sshKeygen, "xkcdpass": (*arguments).xkcdpass,
		"mkpasswd": (*arguments).mkpasswd, "pwgen": (*arguments).pwgen, "wg": (*arguments).wg,
		"nix": (*arguments).nix, "nix-store": (*arguments).nixStore, "zerotier-generate": (*arguments).zerotier,
		"head": (*arguments).head, "dd": (*arguments).dd, "base64": (*arguments).base64, "xxd": (*arguments).xxd, "tr": (*arguments).tr,
		"cat": (*arguments).cat, "echo": (*arguments).echo, "printf": (*arguments).printf,
		"mv": (*arguments).mv, "cp": (*arguments).cp, "mkdir": (*arguments).mkdir, "set": (*arguments).set,
	}[name]
	if !ok || !isKnown || command.ToStderr {
		return nil, unknown(command.Line, name)
	}
	a := &arguments{compiler: c, line: command.Line, name: name, words: command.Words[1:], fed: fed}
	return known(a)
}

// arguments are those of one command.
type arguments struct {
	*compiler
	line  int
	name  string
	words []shell.Word
	fed   bool // its input is a pipe or a file
	// after options:
	options  map[string]shell.Word
	operands []shell.Word
}

func (a *arguments) unknown() error { return unknown(a.line, a.name+" with these arguments") }

// parse sorts the words into options and operands. Of each option that may
// come, takes says whether it has a value. Long ones take it as the next word
// or after =, short ones as the next word or directly.
func (a *arguments) parse(takes map[string]bool) error {
	a.options = map[string]shell.Word{}
	for i := 0; i < len(a.words); i++ {
		text, static := a.words[i].Static()
		if !static || !strings.HasPrefix(text, "-") || text == "-" {
			a.operands = append(a.operands, a.words[i])
			continue
		}
		name, value, attached := strings.Cut(text, "=")
		if value, ok := takes[text]; ok && !value {
			a.options[text] = shell.Word{}
			continue
		}
		if !strings.HasPrefix(text, "--") && len(text) > 2 && takes[text[:2]] && !takes[text] {
			name, value, attached = text[:2], text[2:], true
		}
		switch {
		case !takes[name]:
			return a.unknown()
		case attached:
			a.options[name] = shell.Word{{Text: value, Quoted: true}}
		case i+1 < len(a.words):
			i++
			a.options[name] = a.words[i]
		default:
			return a.unknown()
		}
	}
	return nil
}

func (a *arguments) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { _, ok := a.options[n]; return ok })
}

// value is the text of the first of the options that is there, else fallback.
func (a *arguments) value(fallback string, names ...string) (string, error) {
	for _, n := range names {
		if w, ok := a.options[n]; ok {
			text, static := w.Static()
			if !static {
				return "", a.unknown()
			}
			return text, nil
		}
	}
	return fallback, nil
}

// number is the value of an option, or of an operand, from 1 to 65536.
func (a *arguments) number(text string, err error) (int, error) {
	n, convErr := strconv.Atoi(text)
	if err != nil || convErr != nil || n < 1 || n > 1<<16 {
		return 0, a.unknown()
	}
	return n, nil
}

// operandTexts are the operands, which must be literal.
func (a *arguments) operandTexts() ([]string, error) {
	var out []string
	for _, w := range a.operands {
		text, ok := w.Static()
		if !ok {
			return nil, a.unknown()
		}
		out = append(out, text)
	}
	return out, nil
}
