package nix

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// unknownMemory is taken for the memory that is available where the system
// does not say: /proc/meminfo is Linux's.
const unknownMemory = 6 << 30

// availableMemory returns the bytes that programs can use without swapping.
func availableMemory() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return unknownMemory
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemAvailable:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err == nil {
				return kib << 10
			}
		}
	}
	return unknownMemory
}
