package tuitest

import (
	"errors"
	"time"

	"github.com/amiscope/amiscope/model"
)

// ScannedImage is one that Amazon Inspector has found something in.
const ScannedImage = UnreadImage

// ForeignImage is one that a stranger shares with an account.
const ForeignImage = "ami-0f0f0f0f0f0f0f0f0"

// Foreign is the list of an account with an image that a stranger shares with it.
func Foreign() model.Event {
	p := pass(Prod)
	im := image(model.Scope{Account: "887766554433", Region: Prod.Region}, 40)
	im.ID, im.Name, im.Launched, im.Detail.TagsRead, im.Detail.Tags = ForeignImage, "vendor-appliance-7.2", model.Maybe, false, nil
	p.Images = append(p.Images, im)
	return p
}

// openness are the passes over what tells how open a scope is: one where nothing is
// blocked and a snapshot is public, one where a setting may not be read, one that is
// denied, and some where all is blocked.
func openness(s model.Scope) []model.Event {
	settings := model.Page{Scope: s, Kind: model.Settings, Calls: 4, At: Now.Add(-6 * time.Minute), Last: true, Settings: []*model.Setting{
		{Name: model.AllowedImages, State: "audit-mode", By: "account", Rules: []string{"of amazon or 111111111111", "of aws-marketplace, made at most 300 d ago"}},
		{Name: model.BlockImages, State: "block-new-sharing", By: "declarative-policy"},
		{Name: model.BlockSnapshots, State: model.BlockAll, By: "account"},
		{Name: model.EncryptVolumes, State: model.On},
	}}
	public := model.Page{Scope: s, Kind: model.PublicSnapshots, Calls: 1, At: Now.Add(-6 * time.Minute), Last: true}
	denied := func(api string) *model.OpError {
		return &model.OpError{Op: api, Scope: s, Kind: model.Denied, Err: errors.New("no identity-based policy allows the action"), Help: "allow " + api + " for the role audit"}
	}
	switch {
	case s == Prod:
		settings.Settings = []*model.Setting{
			{Name: model.AllowedImages, State: model.Off, By: "account"},
			{Name: model.BlockImages, State: model.Unblocked, By: "account"},
			{Name: model.BlockSnapshots, State: "block-new-sharing", By: "account"},
			{Name: model.EncryptVolumes, State: model.Off},
		}
		public.Public = []*model.PublicSnapshot{{ID: "snap-11100000000000001"}}
	case s == Dev:
		settings.Settings[1] = &model.Setting{Name: model.BlockImages, Err: denied("ec2:GetImageBlockPublicAccessState")}
	case s.Account == "333333333333" && s.Region == "us-east-1":
		settings.Settings, settings.Err = nil, denied("ec2:GetImageBlockPublicAccessState")
		public.Err = denied("ec2:DescribeSnapshots")
	}
	return []model.Event{settings, public}
}
