package browse

import (
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// measureActions are what the palette offers where there are snapshots at hand.
func measureActions() []kit.Action {
	return []kit.Action{{Name: "measure", Note: "list the snapshots' blocks, to know exactly what they cost; AWS bills the requests", Intent: keys.Measure{}}}
}

// measure offers to measure the marked images, else the one under the cursor.
func (s Images) measure(env kit.Env) []kit.Effect {
	targets := env.Marks.Keys()
	if im, ok := s.current(); ok && len(targets) == 0 {
		targets = []model.ImageKey{im.ImageKey}
	}
	return []kit.Effect{kit.Measure{Images: targets}}
}
