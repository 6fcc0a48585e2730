package sops

import "bytes"

// Change is how one version of a file differs from an earlier one, as far as
// can be told without a key.
type Change string

// The kinds of changes.
const (
	Unchanged Change = "unchanged" // the same values; readers may differ, as after sops updatekeys
	Rewritten Change = "rewritten" // written anew by somebody who held a key
	Forged    Change = "forged"    // other contents under the same MAC: changed by somebody without a key
	Older     Change = "older"     // its time of change is before that of the earlier version
)

// Compare tells how a file changed since an earlier version, such as the one
// that git has. Whoever writes a file with a key makes a new MAC, so other
// contents under the same one were put there by hand. That shows what the MAC
// itself does not protect: names in clear, empty values, lists of one.
// Comments count as contents. A file of another store is Rewritten.
func Compare(before, after *File) Change {
	switch {
	case after.Modified.Before(before.Modified):
		return Older
	case before.Store != after.Store || before.mac != after.mac || before.lastModified != after.lastModified:
		return Rewritten
	case before.Selector != after.Selector || !bytes.Equal(before.contents(), after.contents()):
		return Forged
	}
	return Unchanged
}

// contents is the encrypted text without the metadata, laid out anew.
func (f *File) contents() []byte {
	var text []byte
	var err error
	switch f.Store {
	case Binary:
		return []byte(f.data)
	case JSON:
		text, err = emitJSON(f.docs[0], 0)
	default:
		text, err = emitYAML(f.docs, 0)
	}
	if err != nil {
		return nil
	}
	return text
}
