package plan

// AgeKey says what a run does about a host's age identity, the key with which
// it decrypts its secrets.
type AgeKey string

// The answers; "" says that the fleet has no identity for the machine.
const (
	AgeKeyDeliver   AgeKey = "deliver"   // the host lacks it or has another one; the run brings it
	AgeKeyUnchanged AgeKey = "unchanged" // the host has it
	AgeKeyMissing   AgeKey = "missing"   // the host has none, and nobody here can open the machine's
	AgeKeyUnopened  AgeKey = "unopened"  // the host has one; nobody here can open the machine's to compare
)

func (k AgeKey) known() bool {
	switch k {
	case "", AgeKeyDeliver, AgeKeyUnchanged, AgeKeyMissing, AgeKeyUnopened:
		return true
	}
	return false
}

// lacksKey says of a host that is where the goal wants it why it has to go
// there once more.
const lacksKey = "the host does not have its age identity, with which it decrypts its secrets"
