package engine

import (
	"context"
	"errors"

	"assay/fleet/host"
)

// Returner is a Deployer whose hosts guard an activation with goal switch or
// test: they go back by themselves unless it is confirmed. The profile, and
// what boots, change only in Confirm. When the connection is lost during
// Activate, calling it again with the same activation joins it.
type Returner interface {
	// Return makes the host go back now from the activation. Its error is nil
	// when the host runs what it ran before, by this or by itself.
	Return(ctx context.Context, conn host.Conn, a Activation, log func(line string)) error
}

// ErrBusy is returned by Activate when somebody else is changing the host;
// nothing was changed.
var ErrBusy = errors.New("the host is busy")

// ErrReturned is returned when an activation failed and the host went back to
// its former system by itself.
var ErrReturned = errors.New("rolled back")

// ErrReboot is returned by Activate when the host cannot run the system without
// a reboot: it boots the new one and runs the former one until then.
var ErrReboot = errors.New("reboot pending")
