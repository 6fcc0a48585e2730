package generate

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/go-crypt/x/yescrypt"
)

// TestSHA512CryptVector is the one of the specification that has the default
// number of rounds.
func TestSHA512CryptVector(t *testing.T) {
	const want = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
	if got := sha512Crypt([]byte("Hello world!"), []byte("saltstring")); string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestYescryptAgrees asks crypt(3), through mkpasswd: 200 times at the least
// cost that it takes, and a few times at the one we use.
func TestYescryptAgrees(t *testing.T) {
	t.Parallel()
	mkpasswd, err := exec.LookPath("mkpasswd")
	if err != nil {
		t.Skip("not run: mkpasswd is not installed")
	}
	n := 8
	if given, err := strconv.Atoi(os.Getenv("ASSAY_CASES")); err == nil {
		n = given
	}
	for i := range n + 1 {
		prefix := "$y$j75$"
		if i >= n {
			prefix = yescryptDefault
		}
		password := randomOf(cryptAlphabet+" $:'\"\\\xff\x80", 1+i%120)
		hash, err := yescrypt.Hash(password, append([]byte(prefix), yescrypt.Encode64(random(16))...))
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), mkpasswd, "-s", "-m", "yescrypt", "-S", string(hash[:bytes.LastIndexByte(hash, '$')]))
		cmd.Stdin = bytes.NewReader(append(password, '\n'))
		out, err := cmd.Output()
		if err != nil || !bytes.Equal(bytes.TrimSpace(out), hash) {
			t.Fatalf("mkpasswd: %q, %v; want %q", out, err, hash)
		}
	}
}

func TestBelowIsEven(t *testing.T) {
	var count [7]int
	for range 70000 { // 10000 of each are expected, the deviation is 93
		count[below(7)]++
	}
	for i, n := range count {
		if n < 9400 || n > 10600 {
			t.Errorf("%d comes %d times in 70000", i, n)
		}
	}
}
