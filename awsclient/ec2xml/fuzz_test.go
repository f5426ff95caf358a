package ec2xml

import (
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// FuzzDecoder: of any document at all, what is given is what the SDK gives.
func FuzzDecoder(f *testing.F) {
	o := fakeaws.Demo(fleet.Config{Accounts: 1, Regions: 1, Images: 200})
	o.PageLimit = 4
	for _, body := range pages(f, fakeaws.New(o)) {
		f.Add(body)
	}
	for _, s := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><r a="b" xmlns:c='d'><imagesSet><item><name>a&lt;&#x41;&#10;]]&gt;</name></item></imagesSet></r>`,
		"<r><!-- a --><imagesSet><item><name><![CDATA[<ü>\r\n]]></name><IMAGEID/>\r<b><c/></b></item></imagesSet><nextToken></nextToken></r>",
		`<r><snapshotSet><item><volumeSize>-8</volumeSize><startTime>2026-11-23T18:00:00+01:00</startTime><encrypted>t</encrypted></item></snapshotSet></r>`,
		`<r><imagesSet><item><blockDeviceMapping><item><ebs><iops>3</iops></ebs></item></blockDeviceMapping><tagSet/><stateReason><code/></stateReason></item></imagesSet></r>`,
		`<r><imagesSet><item><scanResults><findingScanDate>2026-11-23</findingScanDate></scanResults><productCodes><item/></productCodes></item></imagesSet></r>`,
		`<r><imagesSet><item><imageWatermarkSet><item/></imageWatermarkSet><instanceTypeSpecification><supportedInstanceTypeSet/></instanceTypeSpecification></item></imagesSet></r>`,
	} {
		f.Add([]byte(s))
	}
	d, s := NewDecoder(), newSDK()
	f.Fuzz(func(t *testing.T, body []byte) { compare(t, d, s, body) })
}
