package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// tagsAtMost is how many tags a thing may have, those of AWS not counted (EC2 user
// guide, Using_Tags).
const tagsAtMost = 50

func tagWork() work {
	return work{care: careTold, judge: judgeTag, steps: tagSteps, how: "amiscope sets the tags as they were"}
}

// differing are the tags that are to be set and are not so, and those that are to be
// removed and are there.
func (d *draft) differing(t *Target) (set, gone []tag) {
	for _, key := range slices.Sorted(maps.Keys(d.Options.Set)) {
		x := tagOf(model.Tag{Key: key, Value: d.Options.Set[key]})
		if !t.Before.held(x) {
			set = append(set, x)
		}
	}
	for _, key := range sorted(d.Options.Remove) {
		if x := (tag{Key: key}); t.Before.held(x) {
			gone = append(gone, x)
		}
	}
	return set, gone
}

func judgeTag(d *draft, t *Target) {
	f := &t.Before
	switch {
	case f.State == Binned:
		t.block(Note{Code: "binned", Text: "it is in the Recycle Bin", Mend: "restore it first"})
		return
	case !f.there():
		t.block(Note{Code: "gone", Text: "it is gone"})
		return
	case !f.TagsKnown:
		t.block(Note{Code: "tags", Text: "its tags were not read, so that undoing could not bring them back", Mend: "refresh its scope"})
		return
	}
	set, gone := d.differing(t)
	if len(set)+len(gone) == 0 {
		t.Done = "its tags are so already"
		return
	}
	if n := f.tagsAfter(set, gone); n > tagsAtMost {
		t.block(Note{Code: "quota", Text: fmt.Sprintf("it would have %d tags, and AWS allows %d", n, tagsAtMost), Mend: "remove some"})
	}
}

// tagsAfter counts the tags of people after a change.
func (f *Facts) tagsAfter(set, gone []tag) int {
	n := -len(gone)
	for _, t := range f.Tags {
		if own(t) {
			n++
		}
	}
	for _, t := range set {
		if !f.held(tag{Key: t.Key}) {
			n++
		}
	}
	return n
}

func tagSteps(d *draft, i int) {
	t := &d.Targets[i]
	set, gone := d.differing(t)
	on := []string{t.Image.ID}
	if len(set) > 0 {
		d.step(i, &createTags{tagged{on, set}}, "set "+tagNames(set))
	}
	if len(gone) > 0 {
		d.step(i, &deleteTags{tagged{on, gone}}, "remove "+tagNames(gone))
	}
}

func tagNames(tags []tag) string {
	var names []string
	for _, t := range tags[:min(len(tags), 3)] {
		names = append(names, t.Key)
	}
	text := "tag " + names[0]
	if len(tags) > 1 {
		text = "tags " + strings.Join(names, ", ")
	}
	if len(tags) > 3 {
		text += fmt.Sprintf(" and %d more", len(tags)-3)
	}
	return text
}
