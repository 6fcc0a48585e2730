package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"

	"assay/fleet/repo"
	"assay/secrets"
	"assay/secrets/generate"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// operatorName is the demo's user in the fleet's secrets.
const operatorName = "operator"

// hostKeys generates what the fleet lacks of host keys, encrypted in its own
// vars, and opens them for the hosts that this process plays. A real host
// has its key by itself.
func (w world) hostKeys(ctx context.Context, r *repo.Repository) (map[string]ssh.Signer, error) {
	identities, err := w.operator(r.Vars)
	if err != nil {
		return nil, err
	}
	machines := names(r.Fleet)
	if _, err := secrets.EnsureHostKeys(ctx, r.Vars, machines, identities); err != nil {
		return nil, fmt.Errorf("generate the hosts' keys: %w", err)
	}
	signers := make(map[string]ssh.Signer, len(machines))
	for _, machine := range machines {
		key, err := r.Vars.Secret(vars.Machine(machine, generate.HostKeyGenerator).Var(generate.HostKeyPrivate), identities)
		if err != nil {
			return nil, fmt.Errorf("host key of %s: %w", machine, err)
		}
		signer, err := ssh.ParsePrivateKey(key.Bytes())
		key.Wipe()
		if err != nil {
			return nil, fmt.Errorf("host key of %s: %w", machine, err)
		}
		signers[machine] = signer
	}
	return signers, nil
}

// operator returns the demo's age identity, made and registered as the
// fleet's user on the first start.
func (w world) operator(store *vars.Store) ([]sops.Identity, error) {
	if err := os.MkdirAll(filepath.Dir(w.operatorFile()), 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(w.operatorFile()); errors.Is(err, fs.ErrNotExist) {
		if _, err := store.UserKeys(operatorName); err == nil {
			return nil, fmt.Errorf("the demo's age identity %s is gone, and nothing else opens its secrets", w.operatorFile())
		}
	}
	identity, err := secrets.CreateOperator(store, w.operatorFile(), operatorName)
	if err != nil {
		return nil, fmt.Errorf("the demo's age identity: %w", err)
	}
	return []sops.Identity{identity}, nil
}
