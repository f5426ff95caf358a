package tui

import (
	"testing"

	"github.com/amiscope/amiscope/tui/kit"
)

// Who only ever goes deeper keeps the newest screens, and the view below them.
func TestStageHasABottom(t *testing.T) {
	s := newStage([]view{{name: "images", screen: kit.Menu{Title: "view"}}})
	for range 100 {
		s.push(kit.Menu{Title: "box"})
	}
	if len(s.stack) != deepest {
		t.Errorf("%d screens on the view, want %d", len(s.stack), deepest)
	}
	if _, found := s.byID(s.nextID - 1); !found {
		t.Error("the newest screen cannot be found")
	}
	for range deepest {
		s.pop()
	}
	if top, ok := s.top().(kit.Menu); !ok || top.Title != "view" {
		t.Errorf("below is %+v", s.top())
	}
}
