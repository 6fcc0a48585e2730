package sops

import (
	"fmt"
	"strconv"
	"time"
)

// plainBytes is the text of a value that is encrypted and hashed, and its
// type's name in the file. sops took both over from its Python ancestor.
func plainBytes(v any) ([]byte, string, error) {
	switch v := v.(type) {
	case string:
		return []byte(v), "str", nil
	case int:
		return strconv.AppendInt(nil, int64(v), 10), "int", nil
	case float64:
		return strconv.AppendFloat(nil, v, 'f', -1, 64), "float", nil
	case bool:
		if v {
			return []byte("True"), "bool", nil
		}
		return []byte("False"), "bool", nil
	case time.Time:
		b, err := v.MarshalText()
		if err != nil {
			return nil, "", fmt.Errorf("%w: a time that cannot be written", ErrFormat)
		}
		return b, "time", nil
	case comment:
		return []byte(v.text), "comment", nil
	}
	return nil, "", fmt.Errorf("%w: a kind of value that sops does not know", ErrFormat)
}

// typed makes a value of the decrypted text. The type beside a value is not
// authenticated, so the text must be exactly what the type is written as.
func typed(plain []byte, kind string) (any, error) {
	text := string(plain)
	var v any
	var err error
	switch kind {
	case "str":
		return text, nil
	case "comment":
		return comment{text: text, opened: true}, nil
	case "int":
		v, err = strconv.Atoi(text)
	case "float":
		v, err = strconv.ParseFloat(text, 64)
	case "bool":
		v = text == "True"
	case "time":
		var t time.Time
		err = t.UnmarshalText(plain)
		v = t
	default:
		return nil, fmt.Errorf("%w: an encrypted value of an unknown type", ErrFormat)
	}
	if err == nil {
		var again []byte
		if again, _, err = plainBytes(v); err == nil && string(again) == text {
			return v, nil
		}
	}
	return nil, fmt.Errorf("an encrypted value is not of the type that stands beside it: %w", ErrTampered)
}

// ambiguous reports whether a text could be that of another type: then the
// type could be changed unnoticed.
func ambiguous(v any) bool {
	text, ok := v.(string)
	if !ok {
		return true
	}
	if len(text) > 400 {
		return false
	}
	for _, kind := range []string{"int", "float", "bool", "time"} {
		if _, err := typed([]byte(text), kind); err == nil {
			return true
		}
	}
	return false
}
