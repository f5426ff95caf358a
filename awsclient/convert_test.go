package awsclient

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

func conv() converter {
	return converter{scope: model.Scope{Account: dev, Region: "eu-west-1"}, strings: &interner{}}
}

func fullImage() ec2types.Image {
	s, b := aws.String, aws.Bool
	return ec2types.Image{
		ImageId: s("ami-1"), OwnerId: s(dev), ImageOwnerAlias: s("self"), Name: s("web 1"), Description: s("what it is"),
		State: ec2types.ImageStateAvailable, Architecture: ec2types.ArchitectureValuesArm64, Platform: "Windows",
		RootDeviceType: ec2types.DeviceTypeEbs, RootDeviceName: s("/dev/xvda"),
		CreationDate: s("2026-01-02T03:04:05.000Z"), DeprecationTime: s("2027-01-02T03:04:00.000Z"), LastLaunchedTime: s("2026-02-03T04:05:06Z"),
		Public: b(false), DeregistrationProtection: s("enabled-with-cooldown"),
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{
			{DeviceName: s("/dev/xvdb"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: aws.Int32(100), VolumeType: ec2types.VolumeTypeSt1, Encrypted: b(true)}},
			{DeviceName: s("/dev/sdc"), VirtualName: s("ephemeral0")},
			{DeviceName: s("/dev/sdd"), NoDevice: s("")},
			{DeviceName: s("/dev/xvda"), Ebs: &ec2types.EbsBlockDevice{
				SnapshotId: s("snap-1"), VolumeSize: aws.Int32(8), VolumeType: ec2types.VolumeTypeGp3, Iops: aws.Int32(3000),
				Throughput: aws.Int32(125), Encrypted: b(true), DeleteOnTermination: b(false),
			}},
		},
		Tags:            []ec2types.Tag{{Key: s("b"), Value: s("2")}, {Key: s("a"), Value: s("1")}, {Key: s("c")}},
		PlatformDetails: s("Windows"), UsageOperation: s("RunInstances:0002"), BootMode: ec2types.BootModeValuesUefi,
		VirtualizationType: ec2types.VirtualizationTypeHvm, Hypervisor: ec2types.HypervisorTypeXen, EnaSupport: b(true),
		ImdsSupport: ec2types.ImdsSupportValuesV20, TpmSupport: ec2types.TpmSupportValuesV20, SriovNetSupport: s("simple"),
		ImageLocation: s(dev + "/web 1"), ImageType: ec2types.ImageTypeValuesMachine, KernelId: s("aki-1"), RamdiskId: s("ari-1"),
		SourceImageId: s("ami-0"), SourceImageRegion: s("us-east-1"), SourceInstanceId: s("i-1"),
		StateReason:  &ec2types.StateReason{Code: s("Client.X"), Message: s("because")},
		ProductCodes: []ec2types.ProductCode{{ProductCodeId: s("abc"), ProductCodeType: ec2types.ProductCodeValuesDevpay}},
		ImageAllowed: b(true), FreeTierEligible: b(false), PublicSsmParameterName: s("/aws/service/x"),
		ScanResults: &ec2types.ScanResults{
			FindingScanDate: second(9), HighestFindingSeverityLabel: ec2types.SeverityLabelCritical, InformationalFixAvailableSince: second(1), LowFixAvailableSince: second(2),
			MediumFixAvailableSince: second(3), HighFixAvailableSince: second(4), CriticalFixAvailableSince: second(5),
		},
	}
}

func TestConvertImage(t *testing.T) {
	in := fullImage()
	want := &model.Image{
		ImageKey: model.ImageKey{Region: "eu-west-1", ID: "ami-1"},
		Owner:    dev, OwnerAlias: "self", Name: "web 1", State: "available", Architecture: "arm64", Platform: "windows", RootType: "ebs",
		Created:      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Deprecation:  time.Date(2027, 1, 2, 3, 4, 0, 0, time.UTC),
		LastLaunched: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
		Launched:     model.Yes, Public: model.No, Encrypted: model.Yes, Protected: model.Yes, Managed: model.Unmanaged, Snapshots: 1, SizeGiB: 108,
		Detail: &model.Detail{
			Description: "what it is",
			Devices: []model.Device{
				{Name: "/dev/sdc", Disk: model.Share(model.Disk{Virtual: "ephemeral0"})},
				{Name: "/dev/sdd", Disk: model.Share(model.Disk{NoDevice: true})},
				{Name: "/dev/xvda", Snapshot: "snap-1", Disk: model.Share(model.Disk{
					SizeGiB: 8, Type: "gp3", IOPS: 3000, Throughput: 125, Encrypted: model.Yes, DeleteOnTermination: model.No,
				})},
				{Name: "/dev/xvdb", Disk: model.Share(model.Disk{SizeGiB: 100, Type: "st1", Encrypted: model.Yes})},
			},
			Tags: []model.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}, {Key: "c"}}, TagsRead: true,
			ENA: model.Yes, Location: dev + "/web 1",
			SourceImage: "ami-0", SourceRegion: "us-east-1", SourceInstance: "i-1",
			Traits: model.Share(model.Traits{
				PlatformDetails: "Windows", UsageOperation: "RunInstances:0002", IMDS: "v2.0", BootMode: "uefi", Virtualization: "hvm", Hypervisor: "xen", TPM: "v2.0", SriovNet: "simple", RootDevice: "/dev/xvda", ImageType: "machine",
				KernelID: "aki-1", RamdiskID: "ari-1", Protection: "enabled-with-cooldown", StateReason: "because", PublicParameter: "/aws/service/x",
			}),
			ProductCodes: []model.ProductCode{{ID: "abc", Type: "devpay"}}, Allowed: model.Yes, FreeTier: model.No,
			Inspected: model.Yes, Scan: &model.Scan{At: *second(9), Severity: "critical", Fixes: [5]time.Time{*second(1), *second(2), *second(3), *second(4), *second(5)}},
		},
	}
	if diff := cmp.Diff(want, conv().image(&in)); diff != "" {
		t.Error(diff)
	}
	everyFieldIsSet(t, reflect.ValueOf(in), "ImageWatermarks", "InstanceTypeSpecification")
	everyFieldIsSet(t, reflect.ValueOf(*in.ScanResults))
	everyFieldIsSet(t, reflect.ValueOf(*want), "Managed")
	everyFieldIsSet(t, reflect.ValueOf(*want.Detail))
	everyFieldIsSet(t, reflect.ValueOf(want.Detail.Traits.Value()))
}

// everyFieldIsSet keeps a test of a whole record whole when the record grows.
func everyFieldIsSet(t *testing.T, v reflect.Value, except ...string) {
	t.Helper()
	skip := map[string]bool{"_": true, "noSmithyDocumentSerde": true, "ResultMetadata": true}
	for _, e := range except {
		skip[e] = true
	}
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !skip[name] && v.Field(i).IsZero() {
			t.Errorf("%s.%s is not covered", v.Type(), name)
		}
	}
}

// second is the n-th second of a day.
func second(n int) *time.Time { return aws.Time(time.Date(2026, 3, 4, 0, 0, n, 0, time.UTC)) }

// TestConvertImageOfWhichNothingIsKnown: that a scan is missing tells that there
// was none.
func TestConvertImageOfWhichNothingIsKnown(t *testing.T) {
	want := &model.Image{ImageKey: model.ImageKey{Region: "eu-west-1"}, Platform: "linux", Detail: &model.Detail{Inspected: model.No}}
	if diff := cmp.Diff(want, conv().image(&ec2types.Image{BlockDeviceMappings: nil})); diff != "" {
		t.Error(diff)
	}
	odd := ec2types.Image{CreationDate: aws.String("yesterday"), BlockDeviceMappings: []ec2types.BlockDeviceMapping{{}}, Tags: []ec2types.Tag{{}}, ProductCodes: []ec2types.ProductCode{{}}, StateReason: &ec2types.StateReason{}}
	if got := conv().image(&odd); !got.Created.IsZero() || got.Encrypted != model.Maybe {
		t.Errorf("%+v", got)
	}
}

func TestConvertLaunched(t *testing.T) {
	at := aws.String("2026-02-03T04:05:06.000Z")
	for _, c := range []struct {
		name, owner string
		last        *string
		want        model.Tri
	}{
		{"own, launched", dev, at, model.Yes},
		{"own, never", dev, nil, model.No},
		{"own, an empty time", dev, aws.String(""), model.No},
		{"another's", prod, nil, model.Maybe},
		{"another's, told all the same", prod, at, model.Maybe},
	} {
		got := conv().image(&ec2types.Image{OwnerId: &c.owner, LastLaunchedTime: c.last})
		if got.Launched != c.want || got.LastLaunched.IsZero() == (c.want == model.Yes) || got.Detail.TagsRead != (c.owner == dev) {
			t.Errorf("%s: %v %v", c.name, got.Launched, got.LastLaunched)
		}
	}
}

func TestConvertEncrypted(t *testing.T) {
	ebs := func(enc *bool) ec2types.BlockDeviceMapping {
		return ec2types.BlockDeviceMapping{Ebs: &ec2types.EbsBlockDevice{Encrypted: enc}}
	}
	yes, no, untold := ebs(aws.Bool(true)), ebs(aws.Bool(false)), ebs(nil)
	store := ec2types.BlockDeviceMapping{VirtualName: aws.String("ephemeral0")}
	for _, c := range []struct {
		name string
		in   []ec2types.BlockDeviceMapping
		want model.Tri
	}{
		{"none", nil, model.Maybe},
		{"instance store only", []ec2types.BlockDeviceMapping{store}, model.Maybe},
		{"all", []ec2types.BlockDeviceMapping{yes, store, yes}, model.Yes},
		{"one not", []ec2types.BlockDeviceMapping{yes, no}, model.No},
		{"one not, one untold", []ec2types.BlockDeviceMapping{untold, no}, model.No},
		{"one untold", []ec2types.BlockDeviceMapping{yes, untold}, model.Maybe},
	} {
		if got := conv().image(&ec2types.Image{BlockDeviceMappings: c.in}).Encrypted; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestConvertManager(t *testing.T) {
	tag := func(k, v string) ec2types.Image {
		return ec2types.Image{OwnerId: aws.String(dev), Tags: []ec2types.Tag{{Key: &k, Value: &v}}}
	}
	for _, c := range []struct {
		in   ec2types.Image
		want model.Manager
	}{
		{tag("aws:backup:source-resource", "i-1"), model.Backup},
		{ec2types.Image{Name: aws.String("AwsBackup_i-1_x")}, model.Backup},
		{ec2types.Image{ImageOwnerAlias: aws.String("aws-backup-vault")}, model.Backup},
		{tag("aws:dlm:lifecycle-policy-id", "policy-1"), model.DLM},
		{tag("Ec2ImageBuilderArn", "arn:x"), model.ImageBuilder},
		{tag("CreatedBy", "EC2 Image Builder"), model.ImageBuilder},
		{tag("CreatedBy", "eve"), model.Unmanaged},
		{ec2types.Image{ProductCodes: []ec2types.ProductCode{{ProductCodeType: "marketplace"}}}, model.Marketplace},
		{ec2types.Image{ProductCodes: []ec2types.ProductCode{{ProductCodeType: "devpay"}}}, model.ManagerNotTold},
		{ec2types.Image{OwnerId: aws.String(dev)}, model.Unmanaged},
		{ec2types.Image{}, model.ManagerNotTold},
	} {
		if got := conv().image(&c.in).Managed; got != c.want {
			t.Errorf("%+v: %v, want %v", c.in, got, c.want)
		}
	}
}

func TestConvertProtected(t *testing.T) {
	for in, want := range map[string]model.Tri{"disabled": model.No, "enabled-with-cooldown": model.Yes, "enabled-without-cooldown": model.Yes} {
		if got := protected(&in); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
	if got := protected(nil); got != model.Maybe {
		t.Errorf("not told: %v", got)
	}
}

func TestConvertSnapshot(t *testing.T) {
	s := aws.String
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	in := ec2types.Snapshot{
		SnapshotId: s("snap-1"), OwnerId: s(dev), Description: s("Created by CreateImage(i-1) for ami-1"),
		State: ec2types.SnapshotStateCompleted, StorageTier: ec2types.StorageTierArchive, VolumeId: s("vol-ffffffff"),
		DataEncryptionKeyId: s("key-1"), KmsKeyId: s("arn:kms"), StartTime: &start, VolumeSize: aws.Int32(8),
		FullSnapshotSizeInBytes: aws.Int64(0), Encrypted: aws.Bool(true), Tags: []ec2types.Tag{{Key: s("b")}, {Key: s("a"), Value: s("1")}},
	}
	want := &model.Snapshot{
		Region: "eu-west-1", ID: "snap-1", Owner: dev, Description: "Created by CreateImage(i-1) for ami-1", State: "completed", Tier: "archive",
		VolumeID: "vol-ffffffff", DataKeyID: "key-1", KMSKey: "arn:kms", Start: start.UTC(), SizeGiB: 8, FullBytes: 0, Encrypted: model.Yes,
		Tags: []model.Tag{{Key: "a", Value: "1"}, {Key: "b"}},
	}
	if diff := cmp.Diff(want, conv().snapshot(&in)); diff != "" {
		t.Error(diff)
	}
	everyFieldIsSet(t, reflect.ValueOf(*want), "FullBytes")
	if diff := cmp.Diff(&model.Snapshot{Region: "eu-west-1", FullBytes: -1}, conv().snapshot(&ec2types.Snapshot{})); diff != "" {
		t.Error(diff)
	}
}

func TestInternerGivesOneCopyOfTraitsAndStopsGrowing(t *testing.T) {
	var in interner
	one := in.traits(model.Traits{BootMode: "uefi"})
	if two := in.traits(model.Traits{BootMode: "uefi"}); two != one || one.Value().BootMode != "uefi" || len(in.sets) != 1 {
		t.Errorf("%+v, %+v, %d kept", one.Value(), two.Value(), len(in.sets))
	}
	for i := range sharedLimit + 10 {
		traits := model.Traits{StateReason: time.Unix(int64(i), 0).UTC().String()}
		if got := in.traits(traits).Value(); got != traits {
			t.Fatalf("%+v became %+v", traits, got)
		}
	}
	if len(in.sets) > sharedLimit {
		t.Errorf("%d kept", len(in.sets))
	}
}

func TestInternerGivesOneCopyAndStopsGrowing(t *testing.T) {
	var in interner
	one := in.string("x86_64")
	if two := in.string(string([]byte("x86_64"))); two != one || len(in.seen) != 1 {
		t.Errorf("%q, %d kept", two, len(in.seen))
	}
	for i := range internLimit + 10 {
		in.string(time.Unix(int64(i), 0).UTC().String())
	}
	if len(in.seen) > internLimit {
		t.Errorf("%d kept", len(in.seen))
	}
}
