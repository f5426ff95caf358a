package awsclient

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// converter turns the SDK's records of one scope into the model's. A field that
// AWS left out becomes unknown or empty, never a guess.
type converter struct {
	scope   model.Scope
	strings *interner
}

// image converts an image as the scope's account sees it.
func (c converter) image(in *ec2types.Image) *model.Image {
	im := &model.Image{
		ImageKey:     model.ImageKey{Region: c.scope.Region, ID: aws.ToString(in.ImageId)},
		Owner:        c.text(in.OwnerId),
		OwnerAlias:   c.text(in.ImageOwnerAlias),
		Name:         aws.ToString(in.Name),
		State:        word(c, in.State),
		Architecture: word(c, in.Architecture),
		Platform:     platform(in.Platform),
		RootType:     word(c, in.RootDeviceType),
		Created:      timestamp(in.CreationDate),
		Deprecation:  timestamp(in.DeprecationTime),
		Public:       truth(in.Public),
		Protected:    protected(in.DeregistrationProtection),
		Detail:       c.detail(in),
	}
	if im.Owner == c.scope.Account { // only the owner is told
		im.LastLaunched = timestamp(in.LastLaunchedTime)
		im.Launched = model.Truth(!im.LastLaunched.IsZero())
	}
	im.Managed = manager(im)
	sumDevices(im)
	return im
}

// sumDevices fills what the list shows of the devices.
func sumDevices(im *model.Image) {
	volumes := 0
	encrypted := model.Yes
	for _, d := range im.Detail.Devices {
		disk := d.Disk.Value()
		if !disk.EBS() {
			continue
		}
		volumes++
		im.SizeGiB += disk.SizeGiB
		encrypted = encrypted.And(disk.Encrypted)
		if d.Snapshot != "" {
			im.Snapshots++
		}
	}
	if volumes > 0 {
		im.Encrypted = encrypted
	}
}

func (c converter) detail(in *ec2types.Image) *model.Detail {
	return &model.Detail{
		Description:    aws.ToString(in.Description),
		Devices:        c.devices(in.BlockDeviceMappings),
		Tags:           c.tags(in.Tags),
		ProductCodes:   c.productCodes(in.ProductCodes),
		Location:       aws.ToString(in.ImageLocation),
		SourceImage:    c.text(in.SourceImageId),
		SourceRegion:   c.text(in.SourceImageRegion),
		SourceInstance: aws.ToString(in.SourceInstanceId),
		Traits:         c.strings.traits(c.traits(in)),
		Scan:           scanOf(in.ScanResults),
		TagsRead:       aws.ToString(in.OwnerId) == c.scope.Account,
		ENA:            truth(in.EnaSupport),
		Allowed:        truth(in.ImageAllowed),
		FreeTier:       truth(in.FreeTierEligible),
		Inspected:      model.Truth(in.ScanResults != nil),
	}
}

func (c converter) traits(in *ec2types.Image) model.Traits {
	t := model.Traits{
		PlatformDetails: c.text(in.PlatformDetails),
		UsageOperation:  c.text(in.UsageOperation),
		IMDS:            word(c, in.ImdsSupport),
		BootMode:        word(c, in.BootMode),
		Virtualization:  word(c, in.VirtualizationType),
		Hypervisor:      word(c, in.Hypervisor),
		TPM:             word(c, in.TpmSupport),
		SriovNet:        c.text(in.SriovNetSupport),
		RootDevice:      c.text(in.RootDeviceName),
		ImageType:       word(c, in.ImageType),
		KernelID:        c.text(in.KernelId),
		RamdiskID:       c.text(in.RamdiskId),
		Protection:      c.text(in.DeregistrationProtection),
		PublicParameter: c.text(in.PublicSsmParameterName),
	}
	if r := in.StateReason; r != nil {
		t.StateReason = cmp.Or(aws.ToString(r.Message), aws.ToString(r.Code))
	}
	return t
}

// scanOf is Amazon Inspector's summary; AWS tells it of images that were scanned
// only, and a severity only where something was found.
func scanOf(in *ec2types.ScanResults) *model.Scan {
	if in == nil {
		return nil
	}
	return &model.Scan{At: utc(in.FindingScanDate), Severity: string(in.HighestFindingSeverityLabel), Fixes: [...]time.Time{
		utc(in.InformationalFixAvailableSince), utc(in.LowFixAvailableSince), utc(in.MediumFixAvailableSince),
		utc(in.HighFixAvailableSince), utc(in.CriticalFixAvailableSince),
	}}
}

// devices are sorted by name: AWS's own order is not stable.
func (c converter) devices(in []ec2types.BlockDeviceMapping) []model.Device {
	var out []model.Device
	for _, m := range in {
		d, disk := model.Device{Name: c.text(m.DeviceName)}, model.Disk{Virtual: c.text(m.VirtualName), NoDevice: m.NoDevice != nil}
		if e := m.Ebs; e != nil {
			d.Snapshot, disk.SizeGiB, disk.Type = aws.ToString(e.SnapshotId), int64(aws.ToInt32(e.VolumeSize)), word(c, e.VolumeType)
			disk.IOPS, disk.Throughput = aws.ToInt32(e.Iops), aws.ToInt32(e.Throughput)
			disk.Encrypted, disk.DeleteOnTermination = truth(e.Encrypted), truth(e.DeleteOnTermination)
		}
		d.Disk = c.strings.disk(disk)
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b model.Device) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (c converter) tags(in []ec2types.Tag) []model.Tag {
	var out []model.Tag
	for _, t := range in {
		out = append(out, model.Tag{Key: c.text(t.Key), Value: c.text(t.Value)})
	}
	slices.SortStableFunc(out, func(a, b model.Tag) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (c converter) productCodes(in []ec2types.ProductCode) []model.ProductCode {
	var out []model.ProductCode
	for _, p := range in {
		out = append(out, model.ProductCode{ID: c.text(p.ProductCodeId), Type: word(c, p.ProductCodeType)})
	}
	return out
}

func (c converter) snapshot(in *ec2types.Snapshot) *model.Snapshot {
	s := &model.Snapshot{
		Region:      c.scope.Region,
		ID:          aws.ToString(in.SnapshotId),
		Owner:       c.text(in.OwnerId),
		Description: aws.ToString(in.Description),
		State:       word(c, in.State),
		Tier:        word(c, in.StorageTier),
		VolumeID:    aws.ToString(in.VolumeId),
		DataKeyID:   aws.ToString(in.DataEncryptionKeyId),
		KMSKey:      c.text(in.KmsKeyId),
		SizeGiB:     int64(aws.ToInt32(in.VolumeSize)),
		FullBytes:   -1,
		Encrypted:   truth(in.Encrypted),
		Tags:        c.tags(in.Tags),
	}
	if in.FullSnapshotSizeInBytes != nil {
		s.FullBytes = *in.FullSnapshotSizeInBytes
	}
	if in.StartTime != nil {
		s.Start = in.StartTime.UTC()
	}
	return s
}

// text is a string that many records share.
func (c converter) text(s *string) string { return c.strings.string(aws.ToString(s)) }

// word is text for the SDK's enumerations.
func word[S ~string](c converter, s S) string { return c.strings.string(string(s)) }

func truth(b *bool) model.Tri {
	if b == nil {
		return model.Maybe
	}
	return model.Truth(*b)
}

// timestamp reads the ISO 8601 text in which images give their times; the zero
// time for none.
func timestamp(s *string) time.Time {
	t, err := time.Parse(time.RFC3339, aws.ToString(s))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// platform spells out what EC2 leaves empty for everything but Windows.
func platform(p ec2types.PlatformValues) string {
	if strings.EqualFold(string(p), "windows") {
		return "windows"
	}
	return "linux"
}

// protected reads DeregistrationProtection: disabled, enabled-with-cooldown or
// enabled-without-cooldown; the SDK lists no values.
func protected(s *string) model.Tri {
	if s == nil {
		return model.Maybe
	}
	return model.Truth(strings.HasPrefix(*s, "enabled"))
}

// manager tells the service that made an image from the marks it leaves.
func manager(im *model.Image) model.Manager {
	tagged := func(key string) bool { _, is := im.Tag(key); return is == model.Yes }
	creator, _ := im.Tag("CreatedBy")
	marketplace := func(p model.ProductCode) bool { return p.Type == string(ec2types.ProductCodeValuesMarketplace) }
	switch {
	case tagged("aws:backup:source-resource"), strings.HasPrefix(im.Name, "AwsBackup_"), im.OwnerAlias == "aws-backup-vault":
		return model.Backup
	case tagged("aws:dlm:lifecycle-policy-id"):
		return model.DLM
	case tagged("Ec2ImageBuilderArn"), creator == "EC2 Image Builder":
		return model.ImageBuilder
	case slices.ContainsFunc(im.Detail.ProductCodes, marketplace):
		return model.Marketplace
	}
	if !im.Detail.TagsRead {
		return model.ManagerNotTold
	}
	return model.Unmanaged
}
