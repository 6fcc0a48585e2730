package plan

import (
	"strings"
	"testing"
)

func TestUnpackIsBounded(t *testing.T) {
	s := saved{
		Options: []OptionChange{{Path: "a"}, {Path: "b"}},
		Groups:  []savedGroup{{Change: savedChange{Options: []int{0, 1}}}, {Change: savedChange{Options: []int{1}}}},
		LeftOut: [][]int{{}},
	}
	p, err := s.unpack(3)
	if err != nil || len(p.Groups[0].Change.Options) != 2 || p.Groups[1].Change.Options[0].Path != "b" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := s.unpack(2); err == nil || !strings.Contains(err.Error(), "more than 2") {
		t.Errorf("three differences where two may be: %v", err)
	}
}
