package session

import (
	"context"
	"runtime"

	"assay/fleet"
	"assay/modules/compose"
)

// declareSealed is Declare, with the encrypted files that the machines and
// their homes name, from one composition of each.
func (s *Session) declareSealed(ctx context.Context, machines []string) ([]fleet.Declaration, []fleet.SealedUses, error) {
	tree, err := s.Repo.Tree()
	if err != nil {
		return nil, nil, err
	}
	declared, uses := make([]fleet.Declaration, len(machines)), make([]fleet.SealedUses, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		c, err := s.Repo.Secrets(name)
		declared[i] = s.declaration(tree, name, c, err)
		uses[i] = compose.SealedUsesOf(c)
		uses[i].Machine = name
		if err != nil {
			uses[i].Open = append(uses[i].Open, s.uncomposed(name, err))
		}
	})
	return declared, uses, ctx.Err()
}
