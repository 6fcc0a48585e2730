package session

import "context"

// Seer is an engine that knows which files it would have to be told of.
type Seer interface {
	// Untracked returns the .nix files below the repository's directory,
	// relative to it, that version control does not track, and that are not
	// read for that.
	Untracked(ctx context.Context) ([]string, error)
}

// Unseen lists the .nix files in the repository that Nix does not see because
// git does not track them; none where that cannot be told.
func (s *Session) Unseen(ctx context.Context) []string {
	if s.reach == nil {
		return nil
	}
	if seer, ok := s.reach.Engine.(Seer); ok {
		files, _ := seer.Untracked(ctx) // whoever needs git will say what is wrong with it
		return files
	}
	return nil
}
