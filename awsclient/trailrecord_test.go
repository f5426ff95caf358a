package awsclient

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model/trail"
)

// TestRecords reads events in the forms that others have published, and in those
// that a later AWS may have.
func TestRecords(t *testing.T) {
	for _, c := range []struct {
		name, record string
		want         []string
	}{
		{
			"a share", `{"eventName":"ModifyImageAttribute","requestParameters":{"launchPermission":{"add":{"items":[{"userId":"012345678901"},{"organizationArn":"arn:o"}]}},"attributeType":"launchPermission","imageId":"ami-1"},"responseElements":{"_return":true}}`,
			[]string{"shared with 012345678901, arn:o"},
		},
		{
			"everybody, and one no more", `{"eventName":"ModifyImageAttribute","requestParameters":{"launchPermission":{"add":{"items":[{"group":"all"}]},"remove":{"items":[{"organizationalUnitArn":"arn:ou"}]}},"imageId":"ami-1"}}`,
			[]string{"made public", "unshared with arn:ou"},
		},
		{"a description", `{"eventName":"ModifyImageAttribute","requestParameters":{"imageId":"ami-1","description":{"value":"web"}}}`, []string{"description changed to web"}},
		{"IMDSv2", `{"eventName":"ModifyImageAttribute","requestParameters":{"imageId":"ami-1","imdsSupport":{"value":"v2.0"}}}`, []string{"IMDSv2 required"}},
		{"what is not known", `{"eventSource":"ec2.amazonaws.com","eventName":"ModifyImageAttribute","requestParameters":{"imageId":"ami-1","newThing":7}}`, []string{"ec2:ModifyImageAttribute"}},
		{"a copy", `{"eventName":"CopyImage","awsRegion":"us-west-2","requestParameters":{"sourceRegion":"us-east-1","sourceImageId":"ami-0"},"responseElements":{"imageId":"ami-1"}}`, []string{"copied from ami-0 in us-east-1"}},
		{"copied on", `{"eventName":"CopyImage","awsRegion":"us-west-2","requestParameters":{"sourceRegion":"us-east-1","sourceImageId":"ami-1"},"responseElements":{"imageId":"ami-2"}}`, []string{"copied to us-west-2 as ami-2"}},
		{
			"a copy that failed", `{"eventName":"CopyImage","awsRegion":"us-west-2","errorCode":"Client.UnauthorizedOperation","requestParameters":{"sourceImageId":"ami-1"},"responseElements":null}`,
			[]string{"failed: copied to us-west-2 (Client.UnauthorizedOperation)"},
		},
		{"later forms", `{"eventName":"EnableImageDeprecation","requestParameters":{"EnableImageDeprecationRequest":{"ImageId":"ami-1","DeprecateAt":"2027-01-02T03:04:05Z"}},"responseElements":{"EnableImageDeprecationResponse":{"return":true}}}`, []string{"deprecation set to 2027-01-02 03:04"}},
		{"a date in a form of its own", `{"eventName":"EnableImageDeprecation","requestParameters":{"imageId":"ami-1","deprecateAt":"Jan 2, 2027"}}`, []string{"deprecation set to Jan 2, 2027"}},
		{"a number where a text is", `{"eventName":"EnableImageDeprecation","requestParameters":{"imageId":"ami-1","deprecateAt":1798859045}}`, []string{"deprecation set"}},
		{
			"a launch", `{"eventName":"RunInstances","requestParameters":{"instancesSet":{"items":[{"imageId":"ami-1","minCount":1,"maxCount":5}]}},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","imageId":"ami-1"},{"instanceId":"i-2","imageId":"ami-2"}]}}}`,
			[]string{"launched 1 instance: i-1"},
		},
		{"a launch by template that failed", `{"eventName":"RunInstances","errorCode":"Server.X","requestParameters":{"instancesSet":{"items":[{"minCount":2,"maxCount":4}]},"launchTemplate":{"launchTemplateId":"lt-1"}},"responseElements":null}`, []string{"failed: launch of 4 instances (Server.X)"}},
		{"tags", `{"eventName":"DeleteTags","requestParameters":{"resourcesSet":{"items":[{"resourceId":"ami-1"}]},"tagSet":{"items":[{"key":"Name"}]}}}`, []string{"untagged: Name"}},
		{"all shares away", `{"eventName":"ResetImageAttribute","requestParameters":{"imageId":"ami-1","attribute":"launchPermission"}}`, []string{"all shares taken away"}},
		{"another reset", `{"eventSource":"ec2.amazonaws.com","eventName":"ResetImageAttribute","requestParameters":{"imageId":"ami-1","attribute":"kernel"}}`, []string{"ec2:ResetImageAttribute"}},
		{"a share given up", `{"eventName":"CancelImageLaunchPermission","requestParameters":{"imageId":"ami-1"}}`, []string{"share given up"}},
		{"out of the bin", `{"eventName":"RestoreImageFromRecycleBin","requestParameters":{"RestoreImageFromRecycleBinRequest":{"ImageId":"ami-1"}}}`, []string{"restored from the Recycle Bin"}},
		{"nothing", `{}`, []string{":"}},
		{"lists for objects", `{"eventName":"CreateTags","requestParameters":[1,2],"userIdentity":"me"}`, []string{"tagged"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := readRecord(c.record)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range r.events(trail.Event{API: r.api(), Error: r.ErrorCode}, "ami-1") {
				got = append(got, e.Text(func(id string) string { return id }))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	if _, err := readRecord(`{"eventName"`); err == nil {
		t.Error("half a record is none")
	}
}

func TestWhoCalled(t *testing.T) {
	for record, want := range map[string]string{
		`{"type":"Root","arn":"arn:aws:iam::1:root"}`:                                                                                       "root",
		`{"type":"IAMUser","userName":"jo","arn":"arn:aws:iam::1:user/ops/jo"}`:                                                             "user jo",
		`{"type":"IAMUser","arn":"arn:aws:iam::1:user/ops/jo"}`:                                                                             "user jo",
		`{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/deploy/build-7"}`:                                                         "role deploy/build-7",
		`{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/deploy/deploy","sessionContext":{"sessionIssuer":{"userName":"deploy"}}}`: "role deploy",
		`{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_Data_Team_0123456789abcdef/jo@acme.example"}`:              "SSO Data_Team/jo@acme.example",
		`{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling","sessionContext":{"sessionIssuer":{"userName":"AWSServiceRoleForAutoScaling"}},"invokedBy":"autoscaling.amazonaws.com"}`: "autoscaling.amazonaws.com",
		`{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/build/x","invokedBy":"cloudformation.amazonaws.com"}`:                                                                                                              "role build/x through cloudformation.amazonaws.com",
		`{"type":"AWSService","invokedBy":"backup.amazonaws.com"}`:           "backup.amazonaws.com",
		`{"type":"AWSAccount","accountId":"123456789012"}`:                   "account 123456789012",
		`{"type":"FederatedUser","arn":"arn:aws:sts::1:federated-user/ann"}`: "FederatedUser ann",
		`{"type":"IdentityCenterUser","userName":"ann"}`:                     "IdentityCenterUser ann",
		`{"invokedBy":"ec2.amazonaws.com"}`:                                  "ec2.amazonaws.com",
		`{}`:                                                                 "",
	} {
		r, err := readRecord(`{"userIdentity":` + record + `}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.UserIdentity.who(); got != want {
			t.Errorf("%s: %q, want %q", record, got, want)
		}
	}
}

// FuzzTrailRecord: whatever stands in an event, reading it ends in an error or in
// events with words.
func FuzzTrailRecord(f *testing.F) {
	for _, name := range []string{"CopyImage", "RunInstances", "ModifyImageAttribute", "CreateTags", "EnableImageDeprecation", "ResetImageAttribute", "x"} {
		f.Add(fmt.Sprintf(`{"eventName":%q,"requestParameters":{"imageId":"ami-1","launchPermission":{"add":{"items":[{"group":"all"}]}}},"responseElements":{"instancesSet":{"items":[{}]}}}`, name))
	}
	f.Add(`{"requestParameters":{"ARequest":{"ImageId":7}},"userIdentity":{"type":"AssumedRole","arn":"/"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := readRecord(text)
		if err != nil {
			return
		}
		_ = r.UserIdentity.who()
		events := r.events(trail.Event{API: r.api()}, "ami-1")
		if len(events) == 0 {
			t.Error("nothing happened")
		}
		for _, e := range events {
			if e.Text(func(id string) string { return id }) == "" {
				t.Errorf("%+v says nothing", e)
			}
		}
	})
}
