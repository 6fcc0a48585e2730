// Package secret holds a secret value in memory in such a way that printing,
// logging and encoding do not show it. Package secrets re-exports the type as
// secrets.Secret; it stands here so that the packages below secrets can use it.
//
// A Value is a small handle: copies share the same bytes. Reading from several
// goroutines is safe; Wipe must not run at the same time as a use of Bytes.
package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"runtime"
)

// Redacted is what stands for a secret wherever one is printed.
const Redacted = "[secret]"

// Value is a secret. The bytes live behind a closure and not in a field:
// package fmt walks unexported fields by reflection without asking for any
// method, and would print a []byte or string it finds there. Of a func it can
// print no more than an address. The zero Value is an empty secret.
type Value struct {
	hold func(wipe bool) []byte
}

// New returns a Value that owns b: the caller must not use b afterwards.
func New(b []byte) Value {
	return Value{hold: func(wipe bool) []byte {
		if wipe {
			clear(b[:cap(b)])
			runtime.KeepAlive(b)
			b = nil
		}
		return b
	}}
}

// Bytes returns the secret itself, not a copy. The caller must not keep it
// longer than the Value, nor turn it into a string if it can be helped.
func (v Value) Bytes() []byte {
	if v.hold == nil {
		return nil
	}
	return v.hold(false)
}

// Len is the length of the secret in bytes.
func (v Value) Len() int { return len(v.Bytes()) }

// Wipe overwrites the bytes of v and of all its copies, which are empty
// afterwards. It is best effort: the runtime, the kernel or a library may have
// copied them before.
func (v Value) Wipe() {
	if v.hold != nil {
		v.hold(true)
	}
}

// Equal compares two secrets in a time that depends on their lengths only.
func (v Value) Equal(w Value) bool {
	return subtle.ConstantTimeCompare(v.Bytes(), w.Bytes()) == 1
}

// String returns Redacted.
func (Value) String() string { return Redacted }

// GoString returns Redacted.
func (Value) GoString() string { return Redacted }

// Format prints Redacted for every verb.
func (Value) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Redacted)) }

// LogValue returns Redacted.
func (Value) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns Redacted: encodings are for people to read, never a
// way to store a secret.
func (Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }
