package wire

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func BenchmarkReply1000Images(b *testing.B) {
	out := &ec2.DescribeImagesOutput{}
	for i := range 1000 {
		out.Images = append(out.Images, benchImage(i))
	}
	p := newEC2()
	b.ReportAllocs()
	for b.Loop() {
		resp, err := p.Reply("DescribeImages", "i", out)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(resp.Body)))
	}
}

func benchImage(i int) types.Image {
	text := func(s string) *string { return aws.String(fmt.Sprintf("%s-%d", s, i)) }
	ebs := &types.EbsBlockDevice{SnapshotId: text("snap"), VolumeSize: aws.Int32(8), VolumeType: types.VolumeTypeGp3, Encrypted: aws.Bool(true), DeleteOnTermination: aws.Bool(true)}
	return types.Image{
		ImageId: text("ami"), Name: text("golden"), Description: text("an <image> & more"), OwnerId: aws.String("111122223333"),
		ImageLocation: text("111122223333/golden"), CreationDate: aws.String("2026-11-23T00:00:00.000Z"), DeprecationTime: aws.String("2028-11-23T00:00:00.000Z"),
		State: types.ImageStateAvailable, Architecture: types.ArchitectureValuesArm64, RootDeviceName: aws.String("/dev/xvda"), RootDeviceType: types.DeviceTypeEbs,
		VirtualizationType: types.VirtualizationTypeHvm, Hypervisor: types.HypervisorTypeXen, ImageType: types.ImageTypeValuesMachine, Public: aws.Bool(false),
		EnaSupport: aws.Bool(true), SriovNetSupport: aws.String("simple"), BootMode: types.BootModeValuesUefiPreferred, ImdsSupport: types.ImdsSupportValuesV20,
		PlatformDetails: aws.String("Linux/UNIX"), UsageOperation: aws.String("RunInstances"), SourceImageId: text("ami-source"), SourceImageRegion: aws.String("us-east-1"),
		BlockDeviceMappings: []types.BlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: ebs}, {DeviceName: aws.String("/dev/xvdb"), Ebs: ebs}},
		Tags:                []types.Tag{{Key: aws.String("Name"), Value: text("golden")}, {Key: aws.String("env"), Value: aws.String("prod")}, {Key: aws.String("team"), Value: aws.String("plattform-ü")}},
	}
}

func BenchmarkDecodeDescribeImages(b *testing.B) {
	r := formRequest("Action=DescribeImages&Version=2016-11-15&Owner.1=self&MaxResults=1000&IncludeDisabled=true&IncludeDeprecated=true&Filter.1.Name=state&Filter.1.Value.1=available")
	p := newEC2()
	for b.Loop() {
		if err := p.Decode(r, &ec2.DescribeImagesInput{}); err != nil {
			b.Fatal(err)
		}
	}
}
