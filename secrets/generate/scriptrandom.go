package generate

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"assay/secrets/generate/shell"
	"assay/secrets/secret"
)

// openssl knows rand, and base64 as a filter.
func (a *arguments) openssl() (stage, error) {
	if len(a.words) == 0 {
		return nil, a.unknown()
	}
	verb, _ := a.words[0].Static()
	a.words = a.words[1:]
	if err := a.parse(map[string]bool{"-hex": false, "-base64": false, "-out": true, "-A": false}); err != nil {
		return nil, err
	}
	switch {
	case verb == "rand" && !a.has("-A"):
		return a.opensslRand()
	case verb == "base64" && a.fed && len(a.operands) == 0 && !a.has("-hex", "-base64", "-out"):
		width := 64
		if a.has("-A") {
			width = 0
		}
		return func(_ *scriptRun, stdin []byte) ([]byte, error) { return base64Lines(stdin, width), nil }, nil
	}
	return nil, a.unknown()
}

func (a *arguments) opensslRand() (stage, error) {
	operands, err := a.operandTexts()
	if err != nil || len(operands) != 1 || a.has("-hex") && a.has("-base64") {
		return nil, a.unknown()
	}
	n, err := a.number(operands[0], nil)
	if err != nil {
		return nil, err
	}
	makes := func() []byte {
		b := random(n)
		switch {
		case a.has("-hex"):
			defer clear(b)
			return append(appendHex(make([]byte, 0, 2*n+1), b), '\n')
		case a.has("-base64"):
			defer clear(b)
			return base64Lines(b, 64)
		}
		return b
	}
	if a.has("-out") {
		return a.make("-out", func(*scriptRun) (secret.Value, error) { return secret.New(makes()), nil })
	}
	return func(*scriptRun, []byte) ([]byte, error) { return makes(), nil }, nil
}

// base64Lines encodes in lines of that width, each with a newline; or in one
// without any for width 0.
func base64Lines(b []byte, width int) []byte {
	text := base64.StdEncoding.AppendEncode(nil, b)
	if width == 0 {
		return text
	}
	defer clear(text)
	return wrapped(text, width)
}

// wrapped is a text in lines of that width, each with a newline.
func wrapped(text []byte, width int) []byte {
	out := make([]byte, 0, len(text)+len(text)/width+1)
	for len(text) > 0 {
		n := min(width, len(text))
		out = append(append(out, text[:n]...), '\n')
		text = text[n:]
	}
	return out
}

func (a *arguments) xkcdpass() (stage, error) {
	err := a.parse(map[string]bool{"-n": true, "--numwords": true, "-d": true, "--delimiter": true, "-c": true, "--count": true,
		"-C": true, "--case": true})
	if err != nil || len(a.operands) > 0 {
		return nil, a.unknown()
	}
	n, err1 := a.number(a.value("6", "-n", "--numwords"))
	delimiter, err2 := a.value(" ", "-d", "--delimiter")
	count, err3 := a.value("1", "-c", "--count")
	style, err4 := a.value("lower", "-C", "--case")
	capitals, known := map[string]func() bool{
		"lower":  func() bool { return false },
		"upper":  func() bool { return true },
		"random": func() bool { return below(2) == 1 },
	}[style]
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || count != "1" || !known {
		return nil, a.unknown()
	}
	return func(*scriptRun, []byte) ([]byte, error) {
		return append(passphrase(n, delimiter, capitals).Bytes(), '\n'), nil
	}, nil
}

// pwgen knows -s LENGTH 1. There is a capital and a digit in each, as in its.
func (a *arguments) pwgen() (stage, error) {
	err := a.parse(map[string]bool{"-s": false})
	operands, operandErr := a.operandTexts()
	if err != nil || operandErr != nil || !a.has("-s") || len(operands) != 2 || operands[1] != "1" {
		return nil, a.unknown()
	}
	n, err := a.number(operands[0], nil)
	if err != nil || n < 3 {
		return nil, a.unknown()
	}
	return func(*scriptRun, []byte) ([]byte, error) {
		for {
			b := randomOf(alphanumeric, n)
			if bytes.ContainsAny(b, alphanumeric[:26]) && bytes.ContainsAny(b, alphanumeric[52:]) {
				return append(b, '\n'), nil
			}
		}
	}, nil
}

// mkpasswd knows -s with the methods yescrypt, its default, and sha512crypt.
func (a *arguments) mkpasswd() (stage, error) {
	err := a.parse(map[string]bool{"-s": false, "--stdin": false, "-m": true, "--method": true})
	method, methodErr := a.value("yescrypt", "-m", "--method")
	// Its --method takes a value after = only.
	apart := slices.ContainsFunc(a.words, func(w shell.Word) bool { text, _ := w.Static(); return text == "--method" })
	if apart || err != nil || methodErr != nil || !a.fed || !a.has("-s", "--stdin") || len(a.operands) > 0 {
		return nil, a.unknown()
	}
	hash := HashYescrypt
	switch method {
	case "yescrypt":
	case "sha-512", "sha512crypt":
		hash = HashSHA512
	default:
		return nil, a.unknown()
	}
	return func(_ *scriptRun, stdin []byte) ([]byte, error) {
		line, _, _ := bytes.Cut(stdin, []byte("\n"))
		b, err := hash(secret.New(line))
		return append(b, '\n'), err
	}, nil
}

// dd knows if=/dev/urandom, or random, bs=SIZE count=NUMBER.
func (a *arguments) dd() (stage, error) {
	a.operands = a.words
	operands, err := a.operandTexts()
	size, count, source := "", "", false
	for _, o := range operands {
		name, value, _ := strings.Cut(o, "=")
		switch {
		case name == "bs":
			size = value
		case name == "count":
			count = value
		case o == "if=/dev/urandom" || o == "if=/dev/random":
			source = true
		case o != "status=none":
			return nil, a.unknown()
		}
	}
	n, err1 := a.number(size, err)
	times, err2 := a.number(count, err)
	if err1 != nil || err2 != nil || n*times > 1<<16 || !source {
		return nil, a.unknown()
	}
	return func(*scriptRun, []byte) ([]byte, error) { return random(n * times), nil }, nil
}

// head knows -c COUNT, of /dev/urandom or as a filter.
func (a *arguments) head() (stage, error) {
	err := a.parse(map[string]bool{"-c": true, "--bytes": true})
	operands, operandErr := a.operandTexts()
	n, countErr := a.number(a.value("", "-c", "--bytes"))
	switch {
	case err != nil || operandErr != nil || countErr != nil:
		return nil, a.unknown()
	case len(operands) == 1 && operands[0] == "/dev/urandom":
		return func(*scriptRun, []byte) ([]byte, error) { return random(n), nil }, nil
	case len(operands) == 0 && a.fed:
		return func(_ *scriptRun, stdin []byte) ([]byte, error) { return bytes.Clone(stdin[:min(n, len(stdin))]), nil }, nil
	}
	return nil, a.unknown()
}

func (a *arguments) base64() (stage, error) {
	err := a.parse(map[string]bool{"-w": true, "--wrap": true})
	wrap, wrapErr := a.value("76", "-w", "--wrap")
	if err != nil || wrapErr != nil || len(a.operands) > 0 || !a.fed || wrap != "76" && wrap != "0" {
		return nil, a.unknown()
	}
	width := map[string]int{"76": 76, "0": 0}[wrap]
	return func(_ *scriptRun, stdin []byte) ([]byte, error) { return base64Lines(stdin, width), nil }, nil
}

// xxd knows -p, with the bytes of a line as -c.
func (a *arguments) xxd() (stage, error) {
	err := a.parse(map[string]bool{"-p": false, "-c": true})
	columns, countErr := a.number(a.value("30", "-c"))
	if err != nil || countErr != nil || columns > 256 || !a.has("-p") || len(a.operands) > 0 || !a.fed {
		return nil, a.unknown()
	}
	return func(_ *scriptRun, stdin []byte) ([]byte, error) {
		text := appendHex(nil, stdin)
		defer clear(text)
		return wrapped(text, 2*columns), nil
	}, nil
}
