package model

import "time"

// Standing is how far the usage sources of a scope were looked at.
type Standing struct {
	Looked  int       // sources that were read, or that need not be
	Of      int       // all of them
	Missing []Missing // what was not read
	Notes   []string  // why some need not be read
}

// Missing is a source that was not read, and why.
type Missing struct {
	Source Kind
	What   string    // "denied", "not read yet"
	Err    *OpError  // nil where it was not tried
	AsOf   time.Time // of what is known of it nevertheless
}

// Standing tells how far the usage sources of a scope were looked at.
func (p UsagePolicy) Standing(inv Inventory, s Scope, now time.Time) Standing {
	out := Standing{Of: len(Sources())}
	for _, source := range Sources() {
		st := inv.Status(s, source)
		what, note := p.see(source, st, now)
		switch {
		case what != "":
			out.Missing = append(out.Missing, Missing{source, what, st.Err, st.AsOf})
			continue
		case note != "":
			out.Notes = append(out.Notes, note)
		}
		out.Looked++
	}
	return out
}
