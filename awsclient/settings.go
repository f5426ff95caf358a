package awsclient

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// settingList is what the account sets for all that it has in a region: a call for
// each setting. One that may not be read leaves the others.
type settingList struct{}

func (settingList) read(ctx context.Context, r *reading) error {
	p, refused := model.Page{}, (*model.OpError)(nil)
	known := false
	for i, ask := range settingAsks() {
		s := &model.Setting{Name: model.SettingNames()[i]}
		err := r.ask(ctx, model.Settings.Calls()[i], func(ctx context.Context) error { return ask(ctx, r, s) })
		op, told := errors.AsType[*model.OpError](err)
		switch {
		case err == nil:
			known = true
		case !told || !isRefusal(op.Kind):
			return err
		default:
			s.Err = op
			refused = cmp.Or(refused, op)
		}
		p.Settings = append(p.Settings, s)
	}
	if !known {
		return refused
	}
	r.tell(p)
	return nil
}

// isRefusal reports whether an error is of the call and will be there the next time
// too, and not of the moment or the login.
func isRefusal(k model.ErrorKind) bool {
	switch k {
	case model.Denied, model.Closed, model.Unsupported, model.NotOffered, model.Invalid:
		return true
	case model.Unknown, model.Expired, model.Throttled, model.InUse, model.NotFound, model.Protected, model.DisabledRegion, model.Network:
	}
	return false
}

// settingAsk reads one setting.
type settingAsk func(ctx context.Context, r *reading, s *model.Setting) error

// settingAsks are in the order of model.SettingNames.
func settingAsks() []settingAsk {
	return []settingAsk{imageBlock, snapshotBlock, allowedImages, volumeEncryption}
}

func imageBlock(ctx context.Context, r *reading, s *model.Setting) error {
	out, err := r.session.ec2(r.scope.Region).GetImageBlockPublicAccessState(ctx, &ec2.GetImageBlockPublicAccessStateInput{})
	if err != nil {
		return err
	}
	return r.settle(s, aws.ToString(out.ImageBlockPublicAccessState), out.ManagedBy)
}

func snapshotBlock(ctx context.Context, r *reading, s *model.Setting) error {
	out, err := r.session.ec2(r.scope.Region).GetSnapshotBlockPublicAccessState(ctx, &ec2.GetSnapshotBlockPublicAccessStateInput{})
	if err != nil {
		return err
	}
	return r.settle(s, string(out.State), out.ManagedBy)
}

func allowedImages(ctx context.Context, r *reading, s *model.Setting) error {
	out, err := r.session.ec2(r.scope.Region).GetAllowedImagesSettings(ctx, &ec2.GetAllowedImagesSettingsInput{})
	if err != nil {
		return err
	}
	for i := range out.ImageCriteria {
		s.Rules = append(s.Rules, criterion(&out.ImageCriteria[i]))
	}
	return r.settle(s, aws.ToString(out.State), out.ManagedBy)
}

func volumeEncryption(ctx context.Context, r *reading, s *model.Setting) error {
	out, err := r.session.ec2(r.scope.Region).GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
	switch {
	case err != nil:
		return err
	case out.EbsEncryptionByDefault == nil:
		return errForeign
	case *out.EbsEncryptionByDefault:
		s.State = model.On
	default:
		s.State = model.Off
	}
	return nil
}

// settle takes the state of a setting in. An answer without one is none.
func (r *reading) settle(s *model.Setting, state string, by ec2types.ManagedBy) error {
	if state == "" {
		return errForeign
	}
	conv := r.converter()
	s.State, s.By = word(conv, state), word(conv, by)
	return nil
}

// criterion says in words what an allowed image must be; all of it must hold.
func criterion(c *ec2types.ImageCriterion) string {
	var parts []string
	oneOf := func(what string, values []string) {
		if len(values) > 0 {
			parts = append(parts, what+" "+strings.Join(values, " or "))
		}
	}
	within := func(what string, days *int32) {
		if days != nil {
			parts = append(parts, what+" at most "+strconv.Itoa(int(*days))+" d ago")
		}
	}
	oneOf("of", c.ImageProviders)
	oneOf("named", c.ImageNames)
	oneOf("with the product code", c.MarketplaceProductCodes)
	var marks []string
	for _, w := range c.ImageWatermarks {
		marks = append(marks, cmp.Or(aws.ToString(w.WatermarkKey), "*"))
	}
	oneOf("with the watermark", marks)
	if d := c.CreationDateCondition; d != nil {
		within("made", d.MaximumDaysSinceCreated)
	}
	if d := c.DeprecationTimeCondition; d != nil {
		within("deprecated", d.MaximumDaysSinceDeprecated)
	}
	if c.ScanResultCondition != nil {
		parts = append(parts, "with a scan of Amazon Inspector that is good enough")
	}
	return strings.Join(parts, ", ")
}

// publicList is those of the account's snapshots that everybody may make volumes
// of.
type publicList struct{}

func (publicList) read(ctx context.Context, r *reading) error {
	in := ownSnapshots(r.scope)
	in.RestorableByUserIds = []string{"all"}
	return r.describeSnapshots(ctx, in, func(page []*model.Snapshot) {
		p := model.Page{}
		for _, s := range page {
			p.Public = append(p.Public, &model.PublicSnapshot{ID: s.ID})
		}
		r.tell(p)
	})
}
