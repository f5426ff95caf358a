package plan

import "github.com/amiscope/amiscope/model"

// Past is what runs did, to be looked up by image. It is made once of what a journal
// tells, and does not change.
type Past struct {
	of     map[model.ImageKey][]Mention
	undone map[string]map[model.ImageKey]string // by run and image: the run that took it back
}

// Mention is what a run did to an image, or was to do to it.
type Mention struct {
	Portion
	Run    *Run
	Made   bool   // the image came of it: the portion is that of the image it was made of
	Undone string // the run that took it back; "" where none did, or that one was taken back
}

// Recollect files runs by image. They come newest first, so that who takes a run back
// is known before it. A run whose plan is lost names no image.
func Recollect(runs []Run) *Past {
	p := &Past{of: map[model.ImageKey][]Mention{}, undone: map[string]map[model.ImageKey]string{}}
	for i := range runs {
		for _, x := range runs[i].Portions() {
			p.file(&runs[i], x)
		}
	}
	return p
}

// file notes a portion under its image and under those that came of it.
func (p *Past) file(r *Run, x Portion) {
	m := Mention{Portion: x, Run: r}
	var made []model.ImageKey
	for _, s := range x.Steps {
		if id := r.Outcomes[s.ID].Result.Image; id != "" {
			made = append(made, model.ImageKey{Region: s.Scope.Region, ID: id})
		}
	}
	back := p.undone[r.ID]
	if m.Undone = back[x.Target.Image]; len(made) > 0 { // what is taken back of a copy is the copy
		m.Undone = back[made[0]]
		for _, k := range made[1:] {
			if back[k] == "" {
				m.Undone = ""
			}
		}
	}
	p.of[x.Target.Image] = append(p.of[x.Target.Image], m)
	for _, k := range made {
		one := m
		one.Made, one.Undone = true, back[k]
		p.of[k] = append(p.of[k], one)
	}
	if r.Plan.Undoes != "" && x.Done > 0 && m.Undone == "" {
		p.takeBack(r.Plan.Undoes, x.Target.Image, r.ID)
	}
}

// takeBack notes that a run took back what another had done to an image. The newest
// that did counts.
func (p *Past) takeBack(run string, image model.ImageKey, by string) {
	if p.undone[run] == nil {
		p.undone[run] = map[model.ImageKey]string{}
	}
	if p.undone[run][image] == "" {
		p.undone[run][image] = by
	}
}

// Of lists what was done to an image, or was to be, the newest first. That of nothing
// read is nothing.
func (p *Past) Of(image model.ImageKey) []Mention {
	if p == nil {
		return nil
	}
	return p.of[image]
}
