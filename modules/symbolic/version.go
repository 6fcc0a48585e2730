package symbolic

// CompareVersions orders two versions as builtins.compareVersions does: it is
// -1, 0 or 1.
func CompareVersions(a, b string) int { return int(compareVersions(a, b)) }
