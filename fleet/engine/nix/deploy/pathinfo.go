package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// pathInfo is what Nix knows of a path in its store.
type pathInfo struct {
	Path       string          `json:"path"`
	NarHash    string          `json:"narHash"`
	NarSize    int64           `json:"narSize"`
	References []string        `json:"references"`
	Signatures []string        `json:"signatures"`
	CA         json.RawMessage `json:"ca"`
}

// addressed reports whether the path's name follows from its content alone;
// such a path needs no signature.
func (p pathInfo) addressed() bool {
	ca := string(bytes.TrimSpace(p.CA))
	return ca != "" && ca != "null" && ca != `""`
}

// infos asks the local store about the closures of the paths.
func (d *Deployer) infos(ctx context.Context, paths []string) ([]pathInfo, error) {
	args := []string{"path-info", "--recursive", "--sigs", "--json"}
	if v, err := d.o.Runner.Version(ctx); err == nil && v.AtLeast(2, 34) {
		args = append(args, "--json-format", "1") // which it would warn about otherwise
	}
	out, err := d.nix(ctx, nil, nil, append(args, paths...)...)
	if err != nil {
		return nil, err
	}
	return parseInfos(out)
}

// parseInfos reads the answer of nix path-info --json, in each of its shapes: a
// list (2.8), an object by path (2.19), the same below "info" with names in
// place of paths (the second format, 2.33).
func parseInfos(text []byte) ([]pathInfo, error) {
	text = bytes.TrimSpace(text)
	var list []pathInfo
	if bytes.HasPrefix(text, []byte("[")) {
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("nix path-info: %w", err)
		}
		return list, nil
	}
	var top struct {
		Info json.RawMessage `json:"info"`
	}
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("nix path-info: %w", err)
	}
	if top.Info != nil {
		text = top.Info
	}
	var byPath map[string]*pathInfo
	if err := json.Unmarshal(text, &byPath); err != nil {
		return nil, fmt.Errorf("nix path-info: %w", err)
	}
	for p, info := range byPath {
		if info == nil {
			continue // not valid
		}
		info.Path = inStore(p)
		for i, r := range info.References {
			info.References[i] = inStore(r)
		}
		list = append(list, *info)
	}
	slices.SortFunc(list, func(a, b pathInfo) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

func inStore(p string) string {
	if path.IsAbs(p) {
		return p
	}
	return "/nix/store/" + p
}
