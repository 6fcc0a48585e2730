package fleet

import "fmt"

// Truth is a three-valued truth: a fact that is not known is neither true nor
// false. The operations are Kleene's.
type Truth int8

// The truth values. The zero Truth is Unknown.
const (
	False   Truth = -1
	Unknown Truth = 0
	True    Truth = 1
)

// TruthOf returns the Truth of a known fact.
func TruthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Not negates; Unknown stays Unknown.
func (t Truth) Not() Truth { return -t }

// And is the lesser of two truths.
func (t Truth) And(u Truth) Truth { return min(t, u) }

// Or is the greater of two truths.
func (t Truth) Or(u Truth) Truth { return max(t, u) }

func (t Truth) String() string {
	switch t {
	case True:
		return "yes"
	case False:
		return "no"
	}
	return "unknown"
}

// MarshalText writes "yes", "no" or "unknown", so that JSON has words.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (t *Truth) UnmarshalText(text []byte) error {
	for _, u := range []Truth{True, False, Unknown} {
		if u.String() == string(text) {
			*t = u
			return nil
		}
	}
	return fmt.Errorf("expected yes, no or unknown, found %q", clip(string(text)))
}
