package remote

import (
	"errors"
	"fmt"
	"strings"

	"assay/fleet/host"
)

// commandLimit bounds the command line in bytes: Linux takes at most 128 KiB
// in one argument, and sshd hands the whole line to the login shell as one.
const commandLimit = 120 << 10

// commandStart is what stands before the quoted script.
const commandStart = `exec /bin/sh -c 'eval "$(printf %b "$1")"' assay `

// commandLine returns what the login shell is asked to run. The login shell
// may be anything, and what is special inside quotes differs: a backslash in
// fish, "!" and newlines in csh. Therefore the line holds one quoted word in
// which every byte that is special anywhere is written as the octal escape
// that POSIX printf %b reads, and /bin/sh gets the script out of it.
func commandLine(cmd host.Command) (string, error) {
	var b strings.Builder
	b.WriteString("set --")
	for _, arg := range cmd.Args {
		b.WriteString(" '" + strings.ReplaceAll(arg, "'", `'\''`) + "'")
	}
	b.WriteString("\n" + cmd.Script)
	script := b.String()
	if strings.IndexByte(script, 0) >= 0 {
		return "", errors.New("a command cannot hold a NUL byte")
	}
	line := commandStart + "'" + octal(script) + "'"
	if len(line) > commandLimit {
		return "", fmt.Errorf("a command of %d bytes is too long, the limit is %d; hint: send content on standard input", len(line), commandLimit)
	}
	return line, nil
}

// octal writes every byte that some shell could see as more than itself
// inside single quotes as \0ooo.
func octal(s string) string {
	b := make([]byte, 0, len(s)+len(s)/4)
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c >= 0x7f || c == '\'' || c == '\\' || c == '!':
			b = append(b, '\\', '0', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
