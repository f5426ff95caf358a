package fakeaws

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func filter(name string, values ...string) []types.Filter {
	return []types.Filter{{Name: aws.String(name), Values: values}}
}

// imageValues says in terms of the answer what each filter looks at.
var imageValues = map[string]func(types.Image) []string{
	"architecture":       func(im types.Image) []string { return []string{string(im.Architecture)} },
	"boot-mode":          func(im types.Image) []string { return []string{string(im.BootMode)} },
	"creation-date":      func(im types.Image) []string { return []string{*im.CreationDate} },
	"description":        func(im types.Image) []string { return []string{aws.ToString(im.Description)} },
	"ena-support":        func(im types.Image) []string { return []string{strconv.FormatBool(aws.ToBool(im.EnaSupport))} },
	"free-tier-eligible": func(im types.Image) []string { return []string{strconv.FormatBool(aws.ToBool(im.FreeTierEligible))} },
	"hypervisor":         func(im types.Image) []string { return []string{string(im.Hypervisor)} },
	"image-allowed":      func(types.Image) []string { return nil },
	"image-id":           func(im types.Image) []string { return []string{*im.ImageId} },
	"image-type":         func(im types.Image) []string { return []string{string(im.ImageType)} },
	"is-public":          func(im types.Image) []string { return []string{strconv.FormatBool(*im.Public)} },
	"kernel-id":          func(im types.Image) []string { return []string{aws.ToString(im.KernelId)} },
	"manifest-location":  func(im types.Image) []string { return []string{*im.ImageLocation} },
	"name":               func(im types.Image) []string { return []string{aws.ToString(im.Name)} },
	"owner-alias":        func(im types.Image) []string { return []string{aws.ToString(im.ImageOwnerAlias)} },
	"owner-id":           func(im types.Image) []string { return []string{*im.OwnerId} },
	"platform":           func(im types.Image) []string { return []string{string(im.Platform)} },
	"product-code": func(im types.Image) []string {
		return codes(im, func(c types.ProductCode) string { return *c.ProductCodeId })
	},
	"product-code.type": func(im types.Image) []string {
		return codes(im, func(c types.ProductCode) string { return string(c.ProductCodeType) })
	},
	"ramdisk-id":          func(im types.Image) []string { return []string{aws.ToString(im.RamdiskId)} },
	"root-device-name":    func(im types.Image) []string { return []string{*im.RootDeviceName} },
	"root-device-type":    func(im types.Image) []string { return []string{string(im.RootDeviceType)} },
	"source-image-id":     func(im types.Image) []string { return []string{aws.ToString(im.SourceImageId)} },
	"source-image-region": func(im types.Image) []string { return []string{aws.ToString(im.SourceImageRegion)} },
	"source-instance-id":  func(im types.Image) []string { return []string{aws.ToString(im.SourceInstanceId)} },
	"sriov-net-support":   func(im types.Image) []string { return []string{aws.ToString(im.SriovNetSupport)} },
	"state":               func(im types.Image) []string { return []string{string(im.State)} },
	"state-reason-code":   func(im types.Image) []string { return reason(im, func(r types.StateReason) *string { return r.Code }) },
	"state-reason-message": func(im types.Image) []string {
		return reason(im, func(r types.StateReason) *string { return r.Message })
	},
	"virtualization-type": func(im types.Image) []string { return []string{string(im.VirtualizationType)} },

	"public-ssm-parameter-name": func(im types.Image) []string { return []string{aws.ToString(im.PublicSsmParameterName)} },

	"block-device-mapping.delete-on-termination": func(im types.Image) []string {
		return ebs(im, func(e *types.EbsBlockDevice) string { return strconv.FormatBool(*e.DeleteOnTermination) })
	},
	"block-device-mapping.device-name": func(im types.Image) []string {
		var out []string
		for _, d := range im.BlockDeviceMappings {
			out = append(out, *d.DeviceName)
		}
		return out
	},
	"block-device-mapping.encrypted": func(im types.Image) []string {
		return ebs(im, func(e *types.EbsBlockDevice) string { return strconv.FormatBool(*e.Encrypted) })
	},
	"block-device-mapping.snapshot-id": func(im types.Image) []string {
		return ebs(im, func(e *types.EbsBlockDevice) string { return aws.ToString(e.SnapshotId) })
	},
	"block-device-mapping.volume-size": func(im types.Image) []string {
		return ebs(im, func(e *types.EbsBlockDevice) string { return strconv.Itoa(int(*e.VolumeSize)) })
	},
	"block-device-mapping.volume-type": func(im types.Image) []string {
		return ebs(im, func(e *types.EbsBlockDevice) string { return string(e.VolumeType) })
	},

	"image-watermark.source-image-creation-time": func(im types.Image) []string {
		return marks(im, func(w types.ImageWatermark) string { return w.SourceImageCreationTime.Format(offsetForm) })
	},
	"image-watermark.source-image-id": func(im types.Image) []string {
		return marks(im, func(w types.ImageWatermark) string { return *w.SourceImageId })
	},
	"image-watermark.source-image-region": func(im types.Image) []string {
		return marks(im, func(w types.ImageWatermark) string { return *w.SourceImageRegion })
	},
	"image-watermark.watermark-creation-time": func(im types.Image) []string {
		return marks(im, func(w types.ImageWatermark) string { return w.WatermarkCreationTime.Format(offsetForm) })
	},
	"image-watermark.watermark-key": func(im types.Image) []string {
		return marks(im, func(w types.ImageWatermark) string { return *w.WatermarkKey })
	},

	"instance-type-specification.supported-instance-type": func(im types.Image) []string {
		return kinds(im, func(s *types.InstanceTypeSpecification) []types.InstanceTypeItem { return s.SupportedInstanceTypes })
	},
	"instance-type-specification.unsupported-instance-type": func(im types.Image) []string {
		return kinds(im, func(s *types.InstanceTypeSpecification) []types.InstanceTypeItem { return s.UnsupportedInstanceTypes })
	},

	"scan-result.critical-fix-available-since": func(im types.Image) []string {
		return scans(im, func(s *types.ScanResults) *time.Time { return s.CriticalFixAvailableSince })
	},
	"scan-result.high-fix-available-since": func(im types.Image) []string {
		return scans(im, func(s *types.ScanResults) *time.Time { return s.HighFixAvailableSince })
	},
	"scan-result.medium-fix-available-since": func(im types.Image) []string {
		return scans(im, func(s *types.ScanResults) *time.Time { return s.MediumFixAvailableSince })
	},
	"scan-result.low-fix-available-since": func(im types.Image) []string {
		return scans(im, func(s *types.ScanResults) *time.Time { return s.LowFixAvailableSince })
	},
	"scan-result.informational-fix-available-since": func(im types.Image) []string {
		return scans(im, func(s *types.ScanResults) *time.Time { return s.InformationalFixAvailableSince })
	},
	"scan-result.finding-scan-date": func(im types.Image) []string {
		return scans(im, func(s *types.ScanResults) *time.Time { return s.FindingScanDate })
	},
	"scan-result.highest-finding-severity-label": func(im types.Image) []string {
		if im.ScanResults == nil {
			return nil
		}
		return []string{string(im.ScanResults.HighestFindingSeverityLabel)}
	},
}

const (
	offsetForm = "2006-01-02T15:04:05.000000-07:00"
	isoForm    = "2006-01-02T15:04:05.000Z"
)

func codes(im types.Image, value func(types.ProductCode) string) (out []string) {
	for _, c := range im.ProductCodes {
		out = append(out, value(c))
	}
	return out
}

func reason(im types.Image, value func(types.StateReason) *string) []string {
	if im.StateReason == nil {
		return nil
	}
	return []string{aws.ToString(value(*im.StateReason))}
}

func ebs(im types.Image, value func(*types.EbsBlockDevice) string) (out []string) {
	for _, d := range im.BlockDeviceMappings {
		if d.Ebs != nil {
			out = append(out, value(d.Ebs))
		}
	}
	return out
}

func marks(im types.Image, value func(types.ImageWatermark) string) (out []string) {
	for _, w := range im.ImageWatermarks {
		out = append(out, value(w))
	}
	return out
}

func kinds(im types.Image, items func(*types.InstanceTypeSpecification) []types.InstanceTypeItem) (out []string) {
	if im.InstanceTypeSpecification != nil {
		for _, i := range items(im.InstanceTypeSpecification) {
			out = append(out, *i.InstanceType)
		}
	}
	return out
}

func scans(im types.Image, value func(*types.ScanResults) *time.Time) []string {
	if im.ScanResults == nil || value(im.ScanResults) == nil {
		return nil
	}
	return []string{value(im.ScanResults).Format(isoForm)}
}

// everyImage lists all that a caller sees in a region, in one piece.
func everyImage(t *testing.T, client *ec2.Client, in ec2.DescribeImagesInput) []types.Image {
	t.Helper()
	in.IncludeDisabled, in.IncludeDeprecated = aws.Bool(true), aws.Bool(true)
	out, err := client.DescribeImages(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return out.Images
}

func imageIDs(in []types.Image) []string {
	out := make([]string, len(in))
	for i, im := range in {
		out[i] = *im.ImageId
	}
	slices.Sort(out)
	return out
}

// samples picks values to filter by: some of what the images have, without
// what XML cannot carry back.
func samples(all []types.Image, values func(types.Image) []string) []string {
	seen := map[string]bool{}
	for _, im := range all {
		for _, v := range values(im) {
			if v != "" && !strings.ContainsRune(v, '\ufffd') {
				seen[v] = true
			}
		}
	}
	distinct := slices.Sorted(maps.Keys(seen))
	step := max(len(distinct)/4, 1)
	var out []string
	for i := 0; i < len(distinct); i += step {
		out = append(out, distinct[i])
	}
	return out
}

// TestEveryImageFilter compares each filter with a loop over the answer to a
// call without it.
func TestEveryImageFilter(t *testing.T) {
	// One account in one region sees every kind of image there is.
	s := New(Options{Fleet: fleet.Config{Accounts: 1, Regions: 1, Images: 300}})
	client := ec2Client(s, "", "us-east-1")
	all := everyImage(t, client, ec2.DescribeImagesInput{})
	for _, name := range slices.Sorted(maps.Keys(imageFilters.values)) {
		t.Run(name, func(t *testing.T) {
			values := imageValues[name]
			if values == nil {
				t.Fatal("the test does not know this filter")
			}
			picked := samples(all, values)
			if len(picked) == 0 && name != "image-allowed" {
				t.Fatal("no image has a value for this filter")
			}
			for _, v := range append(picked, "no such value") {
				var want []types.Image
				for _, im := range all {
					if slices.Contains(values(im), v) {
						want = append(want, im)
					}
				}
				got := everyImage(t, client, ec2.DescribeImagesInput{Filters: filter(name, escapeGlob(v))})
				if diff := cmp.Diff(imageIDs(want), imageIDs(got)); diff != "" {
					t.Errorf("%s=%q: %s", name, v, diff)
				}
			}
		})
	}
	for name := range imageValues {
		if imageFilters.values[name] == nil {
			t.Errorf("the server does not know the filter %s", name)
		}
	}
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(s)
}

func TestTagFilters(t *testing.T) {
	s := New(Options{})
	client := ec2Client(s, "acme-prod", "us-east-1")
	all := everyImage(t, client, ec2.DescribeImagesInput{Owners: []string{"self"}})
	tag := func(im types.Image, key string) (string, bool) {
		for _, t := range im.Tags {
			if *t.Key == key {
				return *t.Value, true
			}
		}
		return "", false
	}
	cases := map[string]struct {
		filters []types.Filter
		want    func(types.Image) bool
	}{
		"value": {filter("tag:Environment", "prod"), func(im types.Image) bool { v, _ := tag(im, "Environment"); return v == "prod" }},
		"glob":  {filter("tag:Owner", "s*@acme.example"), func(im types.Image) bool { v, _ := tag(im, "Owner"); return strings.HasPrefix(v, "s") }},
		"key":   {filter("tag-key", "CostCenter"), func(im types.Image) bool { _, ok := tag(im, "CostCenter"); return ok }},
		"case":  {filter("tag:environment", "prod"), func(types.Image) bool { return false }},
		"either value": {filter("tag:Team", "sre", "search"), func(im types.Image) bool {
			v, _ := tag(im, "Team")
			return v == "sre" || v == "search"
		}},
		"both filters": {append(filter("tag-key", "Owner"), filter("tag:Team", "sre")...), func(im types.Image) bool {
			v, _ := tag(im, "Team")
			_, ok := tag(im, "Owner")
			return ok && v == "sre"
		}},
		"no values": {filter("tag-key"), func(types.Image) bool { return false }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var want []types.Image
			for _, im := range all {
				if c.want(im) {
					want = append(want, im)
				}
			}
			got := everyImage(t, client, ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: c.filters})
			if diff := cmp.Diff(imageIDs(want), imageIDs(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilterLimits(t *testing.T) {
	client := ec2Client(New(Options{Fleet: fleet.Config{Images: 1}}), "", "us-east-1")
	many := slices.Repeat(filter("state", "available"), maxFilters+1)
	cases := map[string]struct {
		filters []types.Filter
		code    string
	}{
		"51 filters":     {many, "FilterLimitExceeded"},
		"50 filters":     {many[:maxFilters], ""},
		"201 values":     {filter("name", slices.Repeat([]string{"x"}, maxFilterValues+1)...), "FilterLimitExceeded"},
		"200 values":     {filter("name", slices.Repeat([]string{"x"}, maxFilterValues)...), ""},
		"unknown filter": {filter("names", "x"), "InvalidParameterValue"},
		"capitals":       {filter("Name", "x"), "InvalidParameterValue"},
		"no name":        {[]types.Filter{{Values: []string{"x"}}}, "InvalidParameterValue"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Filters: c.filters})
			if c.code != "" {
				wantCode(t, err, c.code)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestGlob(t *testing.T) {
	cases := map[string]struct {
		glob, text string
		want       bool
	}{
		"plain":            {"web", "web", true},
		"case":             {"Web", "web", false},
		"part":             {"web", "web-api", false},
		"star":             {"web*", "web-api", true},
		"star of nothing":  {"web*", "web", true},
		"star between":     {"w*i", "web-api", true},
		"stars":            {"*b-*p*", "web-api", true},
		"only star":        {"*", "", true},
		"question":         {"we?", "web", true},
		"question of none": {"web?", "web", false},
		"question of wide": {"?", "名", true},
		"escaped star":     {`a\*b`, "a*b", true},
		"escaped no star":  {`a\*b`, "axb", false},
		"escaped question": {`a\?`, "a?", true},
		"escaped slash":    {`a\\b`, `a\b`, true},
		"slash at the end": {`a\`, `a\`, true},
		"newline":          {"a*b", "a\nb", true},
		"empty":            {"", "", true},
		"empty glob":       {"", "a", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := newGlob(c.glob).match(c.text); got != c.want {
				t.Errorf("%q matches %q: %v", c.glob, c.text, got)
			}
		})
	}
}

// TestGlobAgainstRecursion compares the matcher with the definition.
func TestGlobAgainstRecursion(t *testing.T) {
	alphabet := rapid.SampledFrom([]rune("ab*?"))
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.StringOfN(alphabet, 0, 8, -1).Draw(t, "glob")
		s := rapid.StringOfN(rapid.SampledFrom([]rune("ab")), 0, 8, -1).Draw(t, "text")
		if got, want := newGlob(g).match(s), slowMatch(g, s); got != want {
			t.Fatalf("%q matches %q: %v, want %v", g, s, got, want)
		}
	})
}

func slowMatch(g, s string) bool {
	switch {
	case g == "":
		return s == ""
	case g[0] == '*':
		return slowMatch(g[1:], s) || s != "" && slowMatch(g, s[1:])
	case s == "":
		return false
	}
	return (g[0] == '?' || g[0] == s[0]) && slowMatch(g[1:], s[1:])
}
