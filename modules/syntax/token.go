package syntax

import "strconv"

// kind is the class of a token.
type kind uint8

const (
	tEOF kind = iota
	tIdent
	tInt
	tFloat
	tPath      // start of a path literal; its end is not known yet
	tSearch    // <a/b>
	tURI       // a:b
	tQuote     // "
	tIndQuote  // ''
	tInterp    // ${
	tIf        // keywords, in the order of their table
	tThen      //
	tElse      //
	tAssert    //
	tWith      //
	tLet       //
	tIn        //
	tRec       //
	tInherit   //
	tOr        //
	tEllipsis  // ...
	tParen     // (
	tParenEnd  // )
	tBrace     // {
	tBraceEnd  // }
	tSquare    // [
	tSquareEnd // ]
	tAssign    // =
	tSemicolon // ;
	tColon     // :
	tComma     // ,
	tAt        // @
	tDot       // .
	tHas       // ?
	tNot       // !
	tConcat    // ++
	tMul       // *
	tDiv       // /
	tAdd       // +
	tSub       // -
	tUpdate    // //
	tLess      // <
	tLessEq    // <=
	tMore      // >
	tMoreEq    // >=
	tEqual     // ==
	tUnequal   // !=
	tAnd       // &&
	tOrOr      // ||
	tImply     // ->
	tPipe      // |>
	tPipeInv   // <|
)

// token is one token: its kind and where it stands.
type token struct {
	kind       kind
	start, end int
}

// keyword returns the kind of the word s: a keyword or an identifier.
func keyword(s string) kind {
	switch s {
	case "if":
		return tIf
	case "then":
		return tThen
	case "else":
		return tElse
	case "assert":
		return tAssert
	case "with":
		return tWith
	case "let":
		return tLet
	case "in":
		return tIn
	case "rec":
		return tRec
	case "inherit":
		return tInherit
	case "or":
		return tOr
	}
	return tIdent
}

// Character classes.
const (
	cIdentStart = 1 << iota // a-z A-Z _
	cIdent                  // identifier after its first character
	cDigit                  //
	cPath                   // a-z A-Z 0-9 . _ - +
	cScheme                 // URI scheme after its first letter
	cURI                    // URI after the colon
	cSpace                  // blank, tab, CR, LF; as in Nix no other white space
)

var class = classTable()

func classTable() (t [256]uint8) {
	set := func(bits uint8, chars string) {
		for i := range len(chars) {
			t[chars[i]] |= bits
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	set(cIdentStart|cIdent|cPath|cScheme|cURI, letters)
	set(cDigit|cIdent|cPath|cScheme|cURI, "0123456789")
	set(cIdentStart|cIdent|cPath|cURI, "_")
	set(cIdent|cPath|cScheme|cURI, "-")
	set(cIdent|cURI, "'")
	set(cPath|cScheme|cURI, ".+")
	set(cURI, "%/?:@&=$,!~*")
	set(cSpace, " \t\r\n")
	return t
}

// found describes a token for an error message.
func (l *lexer) found(t token) string {
	text := l.src[t.start:t.end]
	switch t.kind {
	case tEOF:
		return "end of file"
	case tIdent:
		return "identifier " + clip(text)
	case tInt, tFloat:
		return "number " + clip(text)
	case tPath:
		return "a path"
	case tSearch:
		return "search path " + clip(text)
	case tURI:
		return "URI " + clip(text)
	case tQuote, tIndQuote:
		return "a string"
	case tIf, tThen, tElse, tAssert, tWith, tLet, tIn, tRec, tInherit, tOr:
		return "keyword '" + text + "'"
	}
	return "'" + text + "'"
}

// clip quotes text of the source for a message; it is hostile and may be long.
func clip(s string) string {
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	q := strconv.Quote(s)
	return "'" + q[1:len(q)-1] + "'"
}
