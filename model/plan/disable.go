package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

func disableWork() work {
	return work{
		from: []string{available}, care: careKept, judge: judgeDisable, steps: disableSteps,
		how: "amiscope enables it and shares it with all that could launch it",
	}
}

func judgeDisable(_ *draft, t *Target) {
	f := &t.Before
	if !t.readable(false) {
		return
	}
	if n := len(f.Permissions.grants()); n > 0 {
		t.warn(Note{Code: "consumers", Text: "it is shared with " + some(f.Permissions.grants()) + ": AWS takes all launch permissions away, and enabling does not bring them back; undo does"})
	}
	switch f.Usage.Verdict {
	case model.Used.String():
		t.warn(Note{Code: "used", Text: "it is used: " + first(f.Usage.Evidence) + "; what launches from it will fail", Grave: true})
	case model.Probable.String():
		t.warn(Note{Code: "probable", Text: "it is probably used: " + first(f.Usage.Evidence), Grave: true})
	case model.UseUnknown.String():
		t.warn(Note{Code: "unknown", Text: "who uses it is not known: " + blind(f), Grave: true})
	}
	t.picked(f.Family, "stop finding it")
}

// blind names what was not looked at.
func blind(f *Facts) string {
	if len(f.Usage.Blind) == 0 {
		return "it was not looked at"
	}
	return first(f.Usage.Blind)
}

func disableSteps(d *draft, i int) {
	d.step(i, &disableImage{onImage{d.Targets[i].Image.ID}}, "disable the image, which makes it private")
}

func enableWork() work {
	return work{from: []string{disabled}, care: careKept, judge: judgeEnable, steps: enableSteps, how: "amiscope disables it again"}
}

func judgeEnable(_ *draft, t *Target) {
	if i := slices.IndexFunc(t.Before.Snapshots, func(s Snapshot) bool { return s.Archived }); i >= 0 {
		t.block(Note{
			Code: "archived", Text: "its snapshot " + t.Before.Snapshots[i].ID + " is archived",
			Mend: "restore it from the archive for good first, which takes up to 72 hours",
		})
	}
	t.warn(Note{Code: "private", Text: "only its own account can launch it then: enabling brings no launch permissions back"})
}

func enableSteps(d *draft, i int) {
	d.step(i, &enableImage{onImage{d.Targets[i].Image.ID}}, "enable the image")
}
