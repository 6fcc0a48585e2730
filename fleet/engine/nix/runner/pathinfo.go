package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// PathInfo is what Nix knows of a valid path in a store.
type PathInfo struct {
	Path       string          `json:"path"`
	NarHash    string          `json:"narHash"`
	NarSize    int64           `json:"narSize"` // bytes
	References []string        `json:"references"`
	Signatures []string        `json:"signatures"`
	CA         json.RawMessage `json:"ca"`
}

// ReadPathInfos reads the answer of `nix path-info --json`, by path, in each of
// its shapes: a list whose elements have a path (2.8), an object keyed by path
// (2.19), the same below "info", where paths may stand without their directory
// (formats of 2.33 and later). Paths that are not valid are left out.
func ReadPathInfos(text []byte) ([]PathInfo, error) {
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("[")) {
		var list []PathInfo
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("nix path-info: %w", err)
		}
		return list, nil
	}
	var keyed map[string]json.RawMessage
	if err := json.Unmarshal(text, &keyed); err != nil {
		return nil, fmt.Errorf("nix path-info: %w", err)
	}
	dir := "/nix/store"
	if info, ok := keyed["info"]; ok {
		if d, ok := keyed["storeDir"]; ok {
			if err := json.Unmarshal(d, &dir); err != nil {
				return nil, fmt.Errorf("nix path-info: %w", err)
			}
		}
		keyed = nil
		if err := json.Unmarshal(info, &keyed); err != nil {
			return nil, fmt.Errorf("nix path-info: %w", err)
		}
	}
	return keyedInfos(dir, keyed)
}

func keyedInfos(dir string, keyed map[string]json.RawMessage) ([]PathInfo, error) {
	var list []PathInfo
	for p, raw := range keyed {
		var o *PathInfo
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, fmt.Errorf("nix path-info: %s: %w", p, err)
		}
		if o == nil { // not valid
			continue
		}
		o.Path = inStore(dir, p)
		for i, r := range o.References {
			o.References[i] = inStore(dir, r)
		}
		list = append(list, *o)
	}
	slices.SortFunc(list, func(a, b PathInfo) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

func inStore(dir, p string) string {
	if path.IsAbs(p) {
		return p
	}
	return path.Join(dir, p)
}
