package generate

import (
	"sync"

	"assay/secrets/secret"

	"github.com/sethvargo/go-diceware/diceware"
)

// The words of a passphrase are as short and as long as xkcdpass takes them
// where it is told nothing, from the same list: the EFF's long one.
const (
	shortestWord = 5
	longestWord  = 9
)

// words are those of the list that a passphrase may have.
var words = sync.OnceValue(func() []string {
	list := diceware.WordListEffLarge()
	var out []string
	for roll := 11111; roll <= 66666; roll++ {
		if w := list.WordAt(roll); shortestWord <= len(w) && len(w) <= longestWord {
			out = append(out, w)
		}
	}
	return out
})

// NewPassphrase makes a passphrase of n words, each drawn apart from the
// others (12.7 bits each), with the delimiter between them and no newline.
func NewPassphrase(n int, delimiter string) secret.Value {
	return passphrase(n, delimiter, func() bool { return false })
}

// passphrase asks for each word whether it has capitals.
func passphrase(n int, delimiter string, capitals func() bool) secret.Value {
	list := words()
	out := make([]byte, 0, n*(longestWord+len(delimiter))) // never grows: no copy stays behind
	for i := range n {
		if i > 0 {
			out = append(out, delimiter...)
		}
		word, upper := list[below(len(list))], capitals()
		for j := range len(word) {
			c := word[j]
			if upper && 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			out = append(out, c)
		}
	}
	return secret.New(out)
}

// Passphrase is the generator of a passphrase of n words with hyphens between.
func Passphrase(name, file string, n int) Generator {
	return single(name, file, func() (secret.Value, error) { return NewPassphrase(n, "-"), nil })
}
