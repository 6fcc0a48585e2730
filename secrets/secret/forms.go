package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// addForms adds the forms in which programs write a secret. Each has at least
// Least bytes.
func addForms(known map[string]kind, text string) {
	for _, form := range []string{text, inJSON(text, false), inJSON(text, true), inner(strconv.Quote(text)),
		url.QueryEscape(text), url.PathEscape(text), percent(text, true, "-._~"), percent(text, false, "-._~"), percent(text, false, ""),
	} {
		add(known, form, whole)
	}
	digits := hex.EncodeToString([]byte(text))
	add(known, digits, whole)
	add(known, strings.ToUpper(digits), whole)
	for _, as := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for behind := range 3 {
			add(known, aligned(as, text, behind), word)
		}
	}
	for _, width := range columns {
		for line := range slices.Chunk([]byte(text), width) {
			if len(line) < len(text) && len(line) >= leastLine {
				add(known, aligned(base64.StdEncoding, string(line), 0), word)
			}
		}
	}
}

// columns are how many bytes the programs base64, openssl and those that follow
// RFC 7468 write on a line of base64.
var columns = []int{57, 48}

// add keeps the kind that reaches further.
func add(known map[string]kind, form string, k kind) {
	if len(form) >= Least {
		known[form] = max(known[form], k)
	}
}

// aligned is what base64 has of a text that begins so many bytes into a group,
// without the groups that depend on what is around it.
func aligned(as *base64.Encoding, text string, behind int) string {
	all := append(make([]byte, behind), text...)
	from, to := (behind+2)/3*4, len(all)/3*4
	return as.EncodeToString(all)[from:to]
}

// percent escapes all bytes but letters, digits and those of keep.
func percent(text string, upper bool, keep string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		if isAlphanumeric(b) || strings.IndexByte(keep, b) >= 0 {
			out.WriteByte(b)
			continue
		}
		digits := hex.EncodeToString([]byte{b})
		if upper {
			digits = strings.ToUpper(digits)
		}
		out.WriteString("%" + digits)
	}
	return out.String()
}

// inJSON is the text in a JSON string, without its quotes.
func inJSON(text string, html bool) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(html)
	_ = e.Encode(text) // a string always encodes
	return inner(strings.TrimSpace(out.String()))
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }
