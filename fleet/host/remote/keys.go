package remote

import (
	"context"
	"errors"
	"strings"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// HostKeys returns the keys by which Connect would recognise the target at its
// first address, in the form of Target.HostKeys: its own pins, or what the
// other sources know. None means that it would be refused.
func (c *Connector) HostKeys(ctx context.Context, target host.Target) ([]string, error) {
	if len(target.HostKeys) > 0 {
		return target.HostKeys, nil
	}
	if len(target.Addresses) == 0 {
		return nil, errors.New("no address is known; hint: add deploy targets for it")
	}
	r, err := c.route(ctx, target, target.Addresses[0])
	if err != nil {
		return nil, err
	}
	p := c.trust(target.Machine, r)
	var lines []string
	for _, list := range []struct {
		mark string
		keys []ssh.PublicKey
	}{{"", p.keys}, {"@cert-authority ", p.authorities}, {"@revoked ", p.revoked}} {
		for _, key := range list.keys {
			lines = append(lines, list.mark+strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))))
		}
	}
	return lines, nil
}
