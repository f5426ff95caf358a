package finding

import "github.com/amiscope/amiscope/model"

// Judged reports whether an image was gone through by the rules: an account that
// was read owns it, and it came to be. Of one that was not nothing is said.
func (f *Findings) Judged(im *model.Image) bool {
	return f != nil && f.scopes[model.Scope{Account: im.Owner, Region: im.Region}] && !broken(im)
}

// Document is what is wrong with an image, as JSON shows it, the worst first; nil
// where it was not judged.
func (f *Findings) Document(im *model.Image) []model.FindingDocument {
	if !f.Judged(im) {
		return nil
	}
	out := []model.FindingDocument{}
	for _, x := range f.Of(im) {
		out = append(out, model.FindingDocument{ID: x.Rule.ID, Severity: x.Severity.String(), State: x.State.String()})
	}
	return out
}
