package audit

import (
	"bytes"

	"assay/secrets/sops"
)

// metadata is the part of an encrypted file that tells of the file itself, in
// the notation of JSON or YAML; nil where there is none. The fields beside it
// have any names, those of the metadata too.
func metadata(path string, text []byte) []byte {
	switch sops.StoreOf(path) {
	case sops.YAML:
		return block(text)
	case sops.Dotenv, sops.INI:
		return flat(text)
	}
	return member(text, "sops")
}

// block is what stands below the field sops of a YAML file.
func block(text []byte) []byte {
	name := []byte("sops:\n")
	if !bytes.HasPrefix(text, name) {
		_, rest, ok := bytes.Cut(text, []byte("\nsops:\n"))
		if !ok {
			return nil
		}
		text = rest
	} else {
		text = text[len(name):]
	}
	end := 0
	for line := range bytes.Lines(text) {
		if line[0] != ' ' && line[0] != '\n' {
			break
		}
		end += len(line)
	}
	return text[:end]
}

// flat writes the metadata of a dotenv or INI file, which is a line for each
// value, as "FIELD: VALUE".
func flat(text []byte) (out []byte) {
	ini := false // within the section of the metadata
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte("[")) {
			ini = bytes.Equal(line, []byte("[sops]"))
		}
		name, value, ok := bytes.Cut(line, []byte("="))
		name, env := bytes.CutPrefix(bytes.TrimSpace(name), []byte("sops_"))
		if !ok || !ini && !env {
			continue
		}
		if i := bytes.LastIndex(name, []byte("__map_")); i >= 0 {
			name = name[i+len("__map_"):]
		}
		out = append(append(append(append(out, name...), ": "...), bytes.TrimSpace(value)...), '\n')
	}
	return out
}

// after returns what stands behind a field of sops' metadata, in its notations
// of JSON and YAML, up to the end of the text, and what follows; nil at the
// end.
func after(t []byte, field string) (value, rest []byte) {
	for {
		i := bytes.Index(t, []byte(field))
		if i < 0 {
			return nil, nil
		}
		starts := i == 0 || bytes.IndexByte([]byte("\n\t {,\"-"), t[i-1]) >= 0
		t = t[i+len(field):]
		v := bytes.TrimLeft(bytes.TrimPrefix(t, []byte{'"'}), " \t")
		if !starts || len(v) == 0 || v[0] != ':' {
			continue
		}
		v = bytes.TrimLeft(v[1:], " \t\"")
		if end := bytes.IndexAny(v, "\"\n"); end >= 0 {
			return v[:end], v[end:]
		}
		return v, nil
	}
}
