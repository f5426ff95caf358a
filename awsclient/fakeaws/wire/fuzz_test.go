package wire

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// FuzzForm reads arbitrary forms into the widest inputs: it must end in an
// input or an error that names a parameter, in reasonable time.
func FuzzForm(f *testing.F) {
	f.Add("Filter.1.Name=state&Filter.1.Value.1=available&MaxResults=5")
	f.Add("BlockDeviceMapping.1.Ebs.VolumeSize=8&UserData=AAAA&TagSpecification.1.Tag.1.Key=a")
	f.Add("Names.member.1=a&Map.entry.1.key=a&Map.entry.1.value.Text=b")
	f.Add("a..b=&.=&Filter.=1&Filter.-1.Name=a&%zz;")
	f.Add("InstanceMarketOptions.SpotOptions.ValidUntil=2026-11-23T00:00:00Z&Blob=*&Time=now")
	f.Add(strings.Repeat("Inside.", 1000) + "Text=a")
	f.Add("AutoScalingGroupNames.member.1=web&IncludeInstances=false&MaxRecords=100&Filters.member.1.Name=tag-key&Filters.member.1.Values.member.1=a")
	f.Add("MixedInstancesPolicy.LaunchTemplate.Overrides.member.2.LaunchTemplateSpecification.Version=%24Latest&MinSize=-1")
	ec2Form, queryForm := newEC2(), newQuery("n")
	f.Fuzz(func(t *testing.T, body string) {
		r := formRequest(body)
		_, parseErr := r.form()
		for _, in := range []any{&ec2.DescribeImagesInput{}, &ec2.RunInstancesInput{}, &ec2.ModifyImageAttributeInput{}, &autoscaling.CreateAutoScalingGroupInput{}, &everyKind{}} {
			for _, p := range []Protocol{ec2Form, queryForm} {
				err := p.Decode(r, in)
				var param *ParamError
				if err != nil && parseErr == nil && !errors.As(err, &param) {
					t.Errorf("error of type %T: %v", err, err)
				}
			}
		}
	})
}

// FuzzJSON reads arbitrary bodies; what was read can be written, and then read
// as the same.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"Text":"a","Number":1,"Time":1.5,"Blob":"AAAA","List":["a",null],"Map":{"k":{"Enum":"x"}}}`))
	f.Add([]byte(`{"Inside":{"Inside":{"Flag":true,"Real":1e300}}} `))
	f.Add([]byte(`{"text":"a","inside":{"list":["b"],"number":7},"ParameterFilters":[{"Key":"DataType","Values":["aws:ec2:image"]}]}`))
	f.Add([]byte("\x00{"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, form := range []jsonForm{{}, {lower: true}} {
			writeBack(t, form, body)
		}
	})
}

func writeBack(t *testing.T, form jsonForm, body []byte) {
	var first, second everyKind
	if form.decodeJSON(body, &first) != nil {
		return
	}
	written, err := form.encodeJSON(&first)
	if err != nil {
		t.Fatal(err)
	}
	if err := form.decodeJSON(written, &second); err != nil {
		t.Fatalf("%s: %v", written, err)
	}
	again, err := form.encodeJSON(&second)
	if err != nil || string(again) != string(written) {
		t.Errorf("%s became %s, %v", written, again, err)
	}
}

// FuzzHostileXML writes arbitrary text: the answer is one well-formed document.
func FuzzHostileXML(f *testing.F) {
	f.Add("a", "<b>&\x00\x1b\xff\u202e]]>")
	p := newEC2()
	f.Fuzz(func(t *testing.T, name, value string) {
		resp, err := p.Reply("DescribeTags", "i", &ec2.DescribeTagsOutput{Tags: []types.TagDescription{{Key: &name, Value: &value}}})
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(strings.NewReader(string(resp.Body))); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("%v in %q", err, resp.Body)
			}
		}
	})
}
