package fakeaws

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// answerImages writes images as EC2 tells them to a viewer. Nothing in the
// answer is shared with the store.
func (s *Server) answerImages(v viewer, images []*fleet.Image) []types.Image {
	out := make([]types.Image, len(images))
	for i, im := range images {
		out[i] = s.view(v, im).answer()
	}
	return out
}

func (v imageView) answer() types.Image {
	m := v.Machine
	out := types.Image{
		Architecture:             types.ArchitectureValues(m.Architecture),
		BlockDeviceMappings:      rotate(v.devices(), v.ID),
		BootMode:                 types.BootModeValues(m.BootMode),
		CreationDate:             iso(v.Life.Created),
		DeprecationTime:          iso(v.Life.Deprecation),
		DeregistrationProtection: text(v.Life.Protection),
		Description:              text(v.Description),
		EnaSupport:               yes(m.ENA),
		Hypervisor:               types.HypervisorTypeXen,
		ImageId:                  aws.String(v.ID.Image()),
		ImageLocation:            aws.String(v.location()),
		ImageOwnerAlias:          text(v.alias),
		ImageType:                types.ImageTypeValuesMachine,
		ImdsSupport:              types.ImdsSupportValues(m.IMDS),
		KernelId:                 text(m.Kernel),
		LastLaunchedTime:         seconds(v.lastLaunched()),
		Name:                     text(v.Name),
		OwnerId:                  aws.String(v.Owner),
		Platform:                 types.PlatformValues(m.Platform),
		PlatformDetails:          text(m.PlatformDetails),
		Public:                   aws.Bool(v.Public()),
		RamdiskId:                text(m.Ramdisk),
		RootDeviceName:           text(m.RootDevice),
		RootDeviceType:           types.DeviceType(m.RootType),
		SourceImageRegion:        text(v.Source.Region),
		SriovNetSupport:          text(m.SriovNet),
		State:                    types.ImageState(v.Life.State),
		Tags:                     rotate(answerTags(v.tags()), v.ID),
		TpmSupport:               types.TpmSupportValues(m.TPM),
		UsageOperation:           text(m.UsageOperation),
		VirtualizationType:       types.VirtualizationType(m.Virtualization),
	}
	if v.Source.Image != 0 {
		out.SourceImageId = aws.String(v.Source.Image.Image())
	}
	if v.Source.Instance != 0 {
		out.SourceInstanceId = aws.String(v.Source.Instance.Instance())
	}
	v.answerExtra(&out)
	return out
}

// location is the manifest of an instance-store image, else owner and name.
func (v imageView) location() string {
	if v.Extra != nil && v.Extra.Location != "" {
		return v.Extra.Location
	}
	if v.alias != "" {
		return v.alias + "/" + v.Name
	}
	return v.Owner + "/" + v.Name
}

func (v imageView) answerExtra(out *types.Image) {
	x := v.Extra
	if x == nil {
		return
	}
	out.FreeTierEligible = yes(x.FreeTier)
	out.PublicSsmParameterName = text(x.PublicParameter)
	out.ProductCodes = productCodes(x)
	if x.ReasonCode != "" {
		out.StateReason = &types.StateReason{Code: text(x.ReasonCode), Message: text(x.ReasonMessage)}
	}
	for _, w := range x.Watermarks {
		out.ImageWatermarks = append(out.ImageWatermarks, types.ImageWatermark{
			WatermarkKey: aws.String(w.Key), SourceImageId: aws.String(w.Source.Image()), SourceImageRegion: aws.String(w.Region),
			SourceImageCreationTime: instant(w.SourceCreated), WatermarkCreationTime: instant(w.Attached),
		})
	}
	if x.Scan != nil {
		out.ScanResults = answerScan(x.Scan)
	}
	if len(x.Supported)+len(x.Unsupported) > 0 {
		out.InstanceTypeSpecification = &types.InstanceTypeSpecification{
			SupportedInstanceTypes: instanceTypes(x.Supported), UnsupportedInstanceTypes: instanceTypes(x.Unsupported),
		}
	}
}

func productCodes(x *fleet.Extra) []types.ProductCode {
	if x == nil || x.ProductCode == "" {
		return nil
	}
	return []types.ProductCode{{ProductCodeId: aws.String(x.ProductCode), ProductCodeType: types.ProductCodeValuesMarketplace}}
}

func answerScan(x *fleet.Scan) *types.ScanResults {
	return &types.ScanResults{
		FindingScanDate:                instant(x.At),
		HighestFindingSeverityLabel:    types.SeverityLabel(x.Severity),
		CriticalFixAvailableSince:      instant(x.Critical),
		HighFixAvailableSince:          instant(x.High),
		MediumFixAvailableSince:        instant(x.Medium),
		LowFixAvailableSince:           instant(x.Low),
		InformationalFixAvailableSince: instant(x.Informational),
	}
}

func instanceTypes(names []string) []types.InstanceTypeItem {
	var out []types.InstanceTypeItem
	for _, n := range names {
		out = append(out, types.InstanceTypeItem{InstanceType: aws.String(n)})
	}
	return out
}

func (v imageView) devices() []types.BlockDeviceMapping {
	out := make([]types.BlockDeviceMapping, len(v.Machine.Devices))
	snapshots := v.Snapshots
	for i, d := range v.Machine.Devices {
		out[i] = types.BlockDeviceMapping{DeviceName: aws.String(d.Name), VirtualName: text(d.Virtual)}
		switch {
		case d.None:
			out[i].NoDevice = aws.String("")
		case d.Virtual == "":
			out[i].Ebs = volume(d)
		}
		if d.HasSnapshot() {
			out[i].Ebs.SnapshotId = aws.String(snapshots[0].Snapshot())
			snapshots = snapshots[1:]
		}
	}
	return out
}

func volume(d fleet.Device) *types.EbsBlockDevice {
	out := &types.EbsBlockDevice{
		DeleteOnTermination: aws.Bool(!d.Keep),
		Encrypted:           aws.Bool(d.Encrypted),
		VolumeSize:          aws.Int32(d.GiB),
		VolumeType:          types.VolumeType(d.Type),
	}
	if d.IOPS > 0 {
		out.Iops = aws.Int32(d.IOPS)
	}
	if d.Throughput > 0 {
		out.Throughput = aws.Int32(d.Throughput)
	}
	return out
}

func answerTags(tags []fleet.Tag) []types.Tag {
	if len(tags) == 0 {
		return nil
	}
	out := make([]types.Tag, len(tags))
	for i, t := range tags {
		out[i] = types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)}
	}
	return out
}

// Fields of an answer; what is not there is left out.

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func yes(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}

func iso(t fleet.Time) *string {
	if t == 0 {
		return nil
	}
	return aws.String(t.String())
}

// seconds is how EC2 writes the time of the last launch.
func seconds(t fleet.Time) *string {
	if t == 0 {
		return nil
	}
	return aws.String(t.UTC().Format(time.RFC3339))
}

func instant(t fleet.Time) *time.Time {
	if t == 0 {
		return nil
	}
	return aws.Time(t.UTC())
}
