package deploy

import (
	"bytes"
	"context"

	"assay/fleet/engine/nix/runner"
)

// addressed reports whether a path's name follows from its content alone;
// such a path needs no signature.
func addressed(p runner.PathInfo) bool {
	ca := string(bytes.TrimSpace(p.CA))
	return ca != "" && ca != "null" && ca != `""`
}

// infos asks the local store about the closures of the paths.
func (d *Deployer) infos(ctx context.Context, paths []string) ([]runner.PathInfo, error) {
	args := []string{"path-info", "--recursive", "--sigs", "--json"}
	if v, err := d.o.Runner.Version(ctx); err == nil && v.AtLeast(2, 34) {
		args = append(args, "--json-format", "1") // which it would warn about otherwise
	}
	out, err := d.nix(ctx, nil, nil, append(args, paths...)...)
	if err != nil {
		return nil, err
	}
	return runner.ReadPathInfos(out)
}
