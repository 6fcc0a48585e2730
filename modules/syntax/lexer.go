package syntax

import (
	"fmt"
	"strings"
)

// lexer cuts the source into tokens. Strings and paths are read by the parser, because they nest expressions: of them the lexer
// gives only the first token. tok is the current token, pos is where the search for the next one starts.
// Token shapes follow Nix's lexer: the longest match wins, so that a/b, a.b/c and -a/b are paths and x:y is a URI.
type lexer struct {
	name     string
	src      string
	pos      int
	prev     int // start of the token before tok
	prevEnd  int // its end
	tok      token
	comments []Comment
	noPath   int // no token that starts before this offset is a path (saves scanning a.b.c.d again for each name)
}

// at returns the byte at offset i, 0 behind the end. NUL bytes themselves are refused by next and in strings.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

func (l *lexer) is(i int, c uint8) bool { return i < len(l.src) && class[l.src[i]]&c != 0 }

// space returns the offset behind white space and comments from i on; with record it keeps the comments.
func (l *lexer) space(i int, record bool) int {
	for i < len(l.src) {
		switch c := l.src[i]; {
		case class[c]&cSpace != 0:
			i++
		case c == '#':
			end := i
			for end < len(l.src) && l.src[end] != '\n' && l.src[end] != '\r' {
				end++
			}
			if record {
				l.comment(i, end)
			}
			i = end
		case c == '/' && l.at(i+1) == '*':
			n := strings.Index(l.src[i+2:], "*/")
			if n < 0 {
				if record {
					l.fail(i, i+2, "unterminated comment", "", "", "close it with */")
				}
				return len(l.src)
			}
			if record {
				l.comment(i, i+2+n+2)
			}
			i += 2 + n + 2
		default:
			return i
		}
	}
	return i
}

func (l *lexer) comment(start, end int) {
	i := start
	for i > 0 && (l.src[i-1] == ' ' || l.src[i-1] == '\t') {
		i--
	}
	own := i == 0 || l.src[i-1] == '\n' || l.src[i-1] == '\r'
	l.comments = append(l.comments, Comment{Span{Pos(start), Pos(end)}, l.src[start:end], own})
}

// peek returns the first byte of the next token, 0 at the end.
func (l *lexer) peek() byte {
	l.pos = l.space(l.pos, true)
	return l.at(l.pos)
}

// next reads the next token into tok.
func (l *lexer) next() {
	l.prev, l.prevEnd = l.tok.start, l.tok.end
	i := l.space(l.pos, true)
	l.tok = token{tEOF, i, i}
	if i < len(l.src) {
		if c := l.src[i]; class[c]&cPath != 0 || c == '/' || c == '~' {
			l.word(i)
		} else {
			l.symbol(i)
		}
	}
	l.pos = l.tok.end
}

func (l *lexer) set(k kind, start, end int) { l.tok = token{k, start, end} }

// word reads a token that starts with a path character, "/" or "~": path, URI, identifier, number or operator.
func (l *lexer) word(i int) {
	if i >= l.noPath {
		run := i
		if l.src[i] == '~' {
			run++
		} else {
			for l.is(run, cPath) {
				run++
			}
		}
		if l.at(run) == '/' && (l.is(run+1, cPath) || l.at(run+1) == '$' && l.at(run+2) == '{') {
			l.set(tPath, i, run+1)
			return
		}
		l.noPath = run
	}
	c := l.src[i]
	switch {
	case class[c]&cIdentStart != 0:
		l.identifier(i)
	case class[c]&cDigit != 0, c == '.' && l.is(i+1, cDigit):
		l.number(i)
	case c == '.' && l.at(i+1) == '.' && l.at(i+2) == '.':
		l.set(tEllipsis, i, i+3)
	case c == '.':
		l.set(tDot, i, i+1)
	default:
		l.symbol(i)
	}
}

// identifier reads an identifier, a keyword or a URI.
func (l *lexer) identifier(i int) {
	end := i + 1
	for l.is(end, cIdent) {
		end++
	}
	// A URI's scheme has only path characters, so it can only end where the run of path characters ends.
	if l.at(l.noPath) == ':' && l.is(l.noPath+1, cURI) && l.src[i] != '_' {
		s := i
		for l.is(s, cScheme) {
			s++
		}
		if s == l.noPath {
			for s++; l.is(s, cURI); {
				s++
			}
			l.set(tURI, i, s)
			return
		}
	}
	l.set(keyword(l.src[i:end]), i, end)
}

// number reads [0-9]+ or ([1-9][0-9]*\.[0-9]*|0?\.[0-9]+)([Ee][+-]?[0-9]+)?, whichever is longer.
func (l *lexer) number(i int) {
	end := i
	for l.is(end, cDigit) {
		end++
	}
	digits := end - i
	fraction := l.at(end) == '.' && (digits > 0 && l.src[i] != '0' || digits <= 1 && l.is(end+1, cDigit))
	if !fraction {
		l.set(tInt, i, end)
		return
	}
	for end++; l.is(end, cDigit); {
		end++
	}
	if c := l.at(end); c == 'e' || c == 'E' {
		e := end + 1
		if c := l.at(e); c == '+' || c == '-' {
			e++
		}
		if l.is(e, cDigit) {
			for end = e; l.is(end, cDigit); {
				end++
			}
		}
	}
	l.set(tFloat, i, end)
}

// symbol reads an operator, a bracket or the start of a string.
func (l *lexer) symbol(i int) {
	c, d := l.src[i], l.at(i+1)
	if k := pair(c, d); k != tEOF {
		l.set(k, i, i+2)
		return
	}
	if c == '<' {
		if end := l.search(i); end > 0 {
			l.set(tSearch, i, end)
			return
		}
	}
	k := single(c)
	if k == tEOF {
		l.invalid(i)
	}
	l.set(k, i, i+1)
}

// search returns the end of a search path that starts at i, 0 if there is none.
func (l *lexer) search(i int) int {
	for {
		i++ // "<" or "/"
		start := i
		for l.is(i, cPath) {
			i++
		}
		switch {
		case i == start:
			return 0
		case l.at(i) == '>':
			return i + 1
		case l.at(i) != '/':
			return 0
		}
	}
}

func pair(c, d byte) kind {
	switch {
	case c == '\'' && d == '\'':
		return tIndQuote
	case c == '$' && d == '{':
		return tInterp
	case c == '+' && d == '+':
		return tConcat
	case c == '/' && d == '/':
		return tUpdate
	case c == '<' && d == '=':
		return tLessEq
	case c == '<' && d == '|':
		return tPipeInv
	case c == '>' && d == '=':
		return tMoreEq
	case c == '=' && d == '=':
		return tEqual
	case c == '!' && d == '=':
		return tUnequal
	case c == '&' && d == '&':
		return tAnd
	case c == '|' && d == '|':
		return tOrOr
	case c == '|' && d == '>':
		return tPipe
	case c == '-' && d == '>':
		return tImply
	}
	return tEOF
}

func single(c byte) kind {
	switch c {
	case '"':
		return tQuote
	case '(':
		return tParen
	case ')':
		return tParenEnd
	case '{':
		return tBrace
	case '}':
		return tBraceEnd
	case '[':
		return tSquare
	case ']':
		return tSquareEnd
	case '=':
		return tAssign
	case ';':
		return tSemicolon
	case ':':
		return tColon
	case ',':
		return tComma
	case '@':
		return tAt
	case '?':
		return tHas
	case '!':
		return tNot
	case '*':
		return tMul
	case '/':
		return tDiv
	case '+':
		return tAdd
	case '-':
		return tSub
	case '<':
		return tLess
	case '>':
		return tMore
	}
	return tEOF
}

// invalid refuses a byte that starts no token.
func (l *lexer) invalid(i int) {
	c := l.src[i]
	hint := ""
	switch {
	case i == 0 && len(l.src) >= 3 && l.src[:3] == "\xef\xbb\xbf":
		hint = "the file starts with a byte order mark; save it without"
	case c >= 0x80:
		hint = "text that is not ASCII can only stand in strings and comments"
	case c == '&' || c == '|':
		hint = fmt.Sprintf("the operator is %c%c", c, c)
	case c == '$':
		hint = "an interpolation is ${...}"
	}
	what := fmt.Sprintf("'%c'", c)
	if c < 0x20 || c >= 0x7f {
		what = fmt.Sprintf("byte 0x%02x", c)
	}
	l.fail(i, i+1, "invalid character", "", what, hint)
}
