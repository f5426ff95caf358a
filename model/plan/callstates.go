package plan

import (
	"time"
)

// enableDeprecation sets the date after which an image is deprecated.
type enableDeprecation struct {
	onImage
	At time.Time `json:"DeprecateAt"`
}

func (*enableDeprecation) api() string { return "ec2:EnableImageDeprecation" }
func (*enableDeprecation) deed() Deed  { return Deprecate }

func (e *enableDeprecation) back(before *Facts, s *Setting) way {
	if before.Deprecation != nil {
		return dateAgain(e.ID, *before.Deprecation, s)
	}
	if before.Permissions != nil && before.Permissions.Public {
		return way{lost: []Note{{Code: "date", Text: "AWS does not lift the deprecation of a public image"}}}
	}
	return way{calls: []input{&disableDeprecation{onImage{e.ID}}}}
}

// dateAgain sets the date that there was, which AWS takes as long as it has not
// passed.
func dateAgain(id string, at time.Time, s *Setting) way {
	if !at.After(s.Now) {
		return way{lost: []Note{{Code: "date", Text: "its deprecation date has passed, and AWS takes none that has"}}}
	}
	return way{calls: []input{&enableDeprecation{onImage{id}, at}}, until: &at}
}

func (e *enableDeprecation) settled(before, now *Facts) State {
	return told(sameMoment(now.Deprecation, &e.At), sameMoment(now.Deprecation, before.Deprecation))
}

// disableDeprecation lifts it.
type disableDeprecation struct{ onImage }

func (*disableDeprecation) api() string { return "ec2:DisableImageDeprecation" }
func (*disableDeprecation) deed() Deed  { return Undeprecate }

func (e *disableDeprecation) back(before *Facts, s *Setting) way {
	if before.Deprecation == nil {
		return way{}
	}
	return dateAgain(e.ID, *before.Deprecation, s)
}

func (*disableDeprecation) settled(before, now *Facts) State {
	return told(now.Deprecation == nil, sameMoment(now.Deprecation, before.Deprecation))
}

// sameMoment reports whether two dates are the same to AWS, which rounds to the
// minute.
func sameMoment(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Round(time.Minute).Equal(b.Round(time.Minute))
}

// The states of images that deeds lead from and to.
const (
	available = "available"
	disabled  = "disabled"
)

// disableImage makes an image that cannot be launched, and takes all launch
// permissions away (EC2 user guide, disable-an-ami).
type disableImage struct{ onImage }

func (*disableImage) api() string { return "ec2:DisableImage" }
func (*disableImage) deed() Deed  { return Disable }

func (e *disableImage) back(before *Facts, s *Setting) way {
	w := way{}
	if before.Permissions != nil {
		w = shareAgain(e.ID, before.Permissions.grants(), s)
	}
	w.calls = append([]input{&enableImage{onImage{e.ID}}}, w.calls...)
	return w
}

func (*disableImage) settled(_, now *Facts) State {
	return told(now.State == disabled, now.State == available)
}

// enableImage makes it launchable again, by its owner alone.
type enableImage struct{ onImage }

func (*enableImage) api() string { return "ec2:EnableImage" }
func (*enableImage) deed() Deed  { return Enable }

func (e *enableImage) back(*Facts, *Setting) way {
	return way{calls: []input{&disableImage{onImage{e.ID}}}}
}

func (*enableImage) settled(_, now *Facts) State {
	return told(now.State == available, now.State == disabled)
}

// What EC2 says of deregistration protection. It lists no values anywhere; these
// are those of its examples.
const (
	Unprotected  = "disabled"
	ProtectedNow = "enabled-without-cooldown"
	ProtectedYet = "enabled-with-cooldown" // for 24 hours after it is turned off, too
)

// cooldown is for how long an image cannot be deregistered after its protection with
// cooldown was turned off.
const cooldown = 24 * time.Hour

// enableProtection makes an image that cannot be deregistered.
type enableProtection struct {
	onImage
	Cooldown bool `json:"WithCooldown,omitempty"`
}

func (*enableProtection) api() string { return "ec2:EnableImageDeregistrationProtection" }
func (*enableProtection) deed() Deed  { return Protect }

// to is what EC2 says of the image then.
func (e *enableProtection) to() string {
	if e.Cooldown {
		return ProtectedYet
	}
	return ProtectedNow
}

func (e *enableProtection) back(before *Facts, _ *Setting) way {
	w := way{calls: []input{&disableProtection{onImage{e.ID}}}}
	switch before.Protection {
	case ProtectedNow, ProtectedYet:
		w.calls = []input{&enableProtection{onImage{e.ID}, before.Protection == ProtectedYet}}
	}
	if e.Cooldown && before.Protection != ProtectedYet {
		w.lost = []Note{{Code: "cooldown", Text: "when the protection is turned off again, it can be deleted only 24 hours later"}}
	}
	return w
}

func (e *enableProtection) settled(before, now *Facts) State {
	return told(now.Protection == e.to(), now.Protection != "" && now.Protection == before.Protection)
}

// disableProtection lets it be deregistered, with cooldown only 24 hours later.
type disableProtection struct{ onImage }

func (*disableProtection) api() string { return "ec2:DisableImageDeregistrationProtection" }
func (*disableProtection) deed() Deed  { return Unprotect }

func (e *disableProtection) back(before *Facts, _ *Setting) way {
	return way{calls: []input{&enableProtection{onImage{e.ID}, before.Protection == ProtectedYet}}}
}

func (*disableProtection) settled(before, now *Facts) State {
	return told(now.Protection == Unprotected, now.Protection != "" && now.Protection == before.Protection)
}
