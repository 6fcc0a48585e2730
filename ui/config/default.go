package config

import _ "embed"

//go:embed default.toml
var defaultText string

// Default returns the text of a file with every setting in a comment, for the
// operator to begin with.
func Default() string { return defaultText }
