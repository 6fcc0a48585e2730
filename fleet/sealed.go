package fleet

// SealedUse is a secret of sops-nix as the files of a machine declare it:
// sops.secrets.NAME, of the machine itself or of a home on it.
type SealedUse struct {
	User string // of a home; "" for the machine itself
	Name string
	// File is the encrypted file, below the fleet's directory, or absolute where
	// it lies outside of it; At is where it is named.
	File Fact
	At   Pos
	// Condition is why it may not be declared; "" if it surely is.
	Condition string
}

// SealedUses are all of them of one machine, as far as its files say.
type SealedUses struct {
	Machine string
	// KeyFile is where sops-nix takes the machine's age key from; without a Value
	// and without Why nothing in the tree says it.
	KeyFile Fact
	Uses    []SealedUse // the machine's own first, by name
	// Open is what may declare others, each with the reason.
	Open []Opening
}
