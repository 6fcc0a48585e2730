package generate

import (
	"context"

	"assay/secrets/secret"
)

// NewMachineID makes a machine-id(5): 32 lower-case hexadecimal digits without
// a newline, which are a random UUID (version 4), as systemd wants it to be.
func NewMachineID() secret.Value {
	id := random(16)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return secret.New(appendHex(nil, id))
}

// MachineID is the generator of clan's option clan.core.settings.machine-id.
func MachineID() Generator {
	g := Generator{Name: "machine-id", Files: []File{{Name: "machineId", Deploy: true}}}
	g.Make = func(context.Context, Input) (Contents, error) {
		return Contents{"machineId": NewMachineID()}, nil
	}
	return g
}
