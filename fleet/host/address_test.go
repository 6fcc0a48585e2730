package host

import "testing"

// TestParseAddress: an address is of the repository, and may end up in a
// ProxyCommand, which a shell reads.
func TestParseAddress(t *testing.T) {
	for text, want := range map[string]Address{
		"web":                      {"", "web", "22"},
		"root@web.example:2222":    {"root", "web.example", "2222"},
		"a_b@10.0.0.1":             {"a_b", "10.0.0.1", "22"},
		"[fe80::1%eth0]:22":        {"", "fe80::1%eth0", "22"},
		"deploy@[2001:db8::1]:222": {"deploy", "2001:db8::1", "222"},
	} {
		if got, err := ParseAddress(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "-oProxyCommand=x", "-l@web", "web;touch", "$(touch)", "`id`", "a|b", "a&b", "a>b", "{a,b}", "w*", "!web", "we?",
		"$USER@web", "a;b@web", "a%h", "we\nb", "web\tx", "[fe80::1%$(touch)]", "[fe80::1%a;b]", "[fe80::1%-x]", "[::1]x", "::1", "web:0", "web:x", "#web",
	} {
		if got, err := ParseAddress(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}
