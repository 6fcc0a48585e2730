package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"assay/fleet/session"
)

// secretPath is the path below the fleet's directory of a file that was named
// on the command line: from the working directory, or from the fleet's.
func (a *app) secretPath(s *session.Session, arg string) (string, error) {
	if arg == "" {
		return "", usagef("the file's name is empty")
	}
	top, err := filepath.EvalSymlinks(s.Repo.Dir)
	if err != nil {
		return "", err
	}
	below := func(file string) (string, bool) {
		dir, err := filepath.EvalSymlinks(filepath.Dir(file))
		if err != nil {
			dir = filepath.Dir(file)
		}
		rel, err := filepath.Rel(top, filepath.Join(dir, filepath.Base(file)))
		return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel) && rel != "."
	}
	here, err := filepath.Abs(arg)
	if err != nil {
		return "", err
	}
	name, inside := below(here)
	if _, err := os.Lstat(here); inside && err == nil || filepath.IsAbs(arg) {
		if !inside {
			return "", usagef("%s is not in the fleet's directory %s", arg, s.Repo.Dir)
		}
		return name, nil
	}
	there := filepath.Join(s.Repo.Dir, arg)
	if _, err := os.Lstat(there); err == nil || !inside {
		if name, inside = below(there); !inside {
			return "", usagef("%s is not in the fleet's directory %s", arg, s.Repo.Dir)
		}
	}
	return name, nil
}

// valuePath reads the path of a value in a file: names joined by dots, or as
// the sops command takes it: ["name"]["other.name"][0]
func valuePath(text string) ([]string, error) {
	if !strings.HasPrefix(text, "[") {
		path := strings.Split(text, ".")
		for _, name := range path {
			if name == "" {
				return nil, usagef("%q has an empty name; hint: [\"a.b\"][\"\"] for names with dots and empty ones", text)
			}
		}
		return path, nil
	}
	var path []string
	for rest := text; rest != ""; {
		var part any
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(rest, "[")))
		d.UseNumber()
		if err := d.Decode(&part); err != nil || !strings.HasPrefix(rest, "[") {
			return nil, usagef("%q: expected a path such as [\"name\"][0]", text)
		}
		after := rest[1+d.InputOffset():]
		if after == "" || after[0] != ']' {
			return nil, usagef("%q: expected a path such as [\"name\"][0]", text)
		}
		rest = after[1:]
		switch part := part.(type) {
		case string:
			path = append(path, part)
		case json.Number:
			n, err := strconv.Atoi(part.String())
			if err != nil || n < 0 {
				return nil, usagef("%q: %s is no position", text, part)
			}
			path = append(path, fmt.Sprint(n))
		default:
			return nil, usagef("%q: expected names and positions", text)
		}
	}
	return path, nil
}

// secretPaths completes an encrypted file.
func secretPaths(s *session.Session) []string {
	found, err := s.SecretFiles(context.Background(), nil)
	if err != nil {
		return nil
	}
	var out []string
	for _, f := range found.Files {
		out = append(out, f.Path)
	}
	return out
}
