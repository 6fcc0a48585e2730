package engine

import (
	"context"
	"errors"

	"assay/fleet/host"
)

// Guarded is a Deployer whose hosts guard an activation with goal switch or
// test: they go back by themselves unless it is confirmed. The profile, and
// what boots, change only in Confirm, which is refused, and leaves the guard,
// where the host does not run the system, or not all of it is there. The
// activation is found again by its ID.
type Guarded interface {
	// Join is what Activate would have returned for the activation, had its
	// connection not been lost. It never begins one.
	Join(ctx context.Context, conn host.Conn, a Activation, log func(line string)) error
	// Return makes the host go back now from the activation. Its error is nil
	// when the host has gone back, by this or by itself, and ErrConfirmed when
	// it was confirmed before.
	Return(ctx context.Context, conn host.Conn, a Activation, log func(line string)) error
}

// ErrBusy is returned by Activate when somebody else is changing the host;
// nothing was changed.
var ErrBusy = errors.New("the host is busy")

// ErrReturned is returned when an activation failed and the host went back to
// its former system by itself.
var ErrReturned = errors.New("returned")

// ErrConfirmed is returned by Return for an activation that lasts.
var ErrConfirmed = errors.New("the activation has been confirmed")

// ErrReboot is returned by Activate when the host cannot run the system without
// a reboot: it boots the new one and runs the former one until then.
var ErrReboot = errors.New("reboot pending")
