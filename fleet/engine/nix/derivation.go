package nix

import (
	"io"
	"os"
	"strings"
)

// mostDerivation bounds how much of a derivation is read, in bytes: its outputs
// stand first.
const mostDerivation = 1 << 20

// fixed reports whether the outputs of a derivation in the store are known by
// their hashes: then they are the same whatever they are made with. One that
// cannot be read is not.
func (e *Engine) fixed(derivation string) bool {
	f, err := os.Open(e.file(derivation))
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostDerivation))
	if err != nil {
		return false
	}
	outputs, ok := readOutputs(string(text))
	return ok && len(outputs) == 1 && outputs[0].hash != ""
}

// derivationOutput is an output of a derivation: its path, "" where that is
// known only when it is built, and its hash, "" where that is not fixed.
type derivationOutput struct{ path, hash string }

// readOutputs reads the outputs of a derivation as Nix writes it: a term that
// begins with a list of tuples of a name, a path, and how the hash is made and
// is. None of these has a quotation mark inside.
func readOutputs(text string) (outputs []derivationOutput, ok bool) {
	rest, ok := strings.CutPrefix(text, "Derive([")
	for ok {
		if len(outputs) > 0 {
			if strings.HasPrefix(rest, "],") {
				return outputs, true
			}
			if rest, ok = strings.CutPrefix(rest, ","); !ok {
				break
			}
		}
		var tuple string
		if rest, ok = strings.CutPrefix(rest, `("`); !ok {
			break
		}
		if tuple, rest, ok = strings.Cut(rest, `")`); !ok {
			break
		}
		fields := strings.Split(tuple, `","`)
		if len(fields) != 4 {
			break
		}
		outputs = append(outputs, derivationOutput{fields[1], fields[3]})
	}
	return nil, false
}
