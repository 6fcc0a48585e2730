package read

import (
	"io/fs"

	"assay/fleet"
	"assay/modules"
)

func (r *reader) unusedOverlays() []fleet.Problem { return nil }

func deadFiles(tree *modules.Tree, fsys fs.FS) []fleet.Problem { return nil }
