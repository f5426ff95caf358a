package fakeaws

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// tagList is a list of one tag.
func tagList(key, value string) []types.Tag { return []types.Tag{tagOf(key, value)} }

func tagOf(key, value string) types.Tag {
	return types.Tag{Key: aws.String(key), Value: aws.String(value)}
}

// tagsByKey gives the tags of one image, snapshot or instance as told.
func tagsByKey(t *testing.T, client *ec2.Client, id string) map[string]string {
	t.Helper()
	var tags []types.Tag
	switch {
	case strings.HasPrefix(id, "ami-"):
		out, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{id}})
		if err != nil {
			t.Fatal(err)
		}
		tags = out.Images[0].Tags
	case strings.HasPrefix(id, "snap-"):
		tags = describeSnapshots(t, client, ec2.DescribeSnapshotsInput{SnapshotIds: []string{id}})[0].Tags
	default:
		out, err := client.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
		if err != nil {
			t.Fatal(err)
		}
		tags = out.Reservations[0].Instances[0].Tags
	}
	byKey := map[string]string{}
	for _, tag := range tags {
		byKey[*tag.Key] = *tag.Value
	}
	return byKey
}

// resourcesOf picks one image with a tag reserved for AWS, one snapshot and
// one instance of an account in us-east-1.
func resourcesOf(t *testing.T, s *Server, account string) []string {
	t.Helper()
	f := fleet.New(s.options.Fleet)
	image := slices.IndexFunc(f.Images, func(r fleet.Image) bool {
		return r.Owner == account && r.Region == "us-east-1" && slices.ContainsFunc(r.Tags, func(t fleet.Tag) bool { return strings.HasPrefix(t.Key, "aws:") })
	})
	snapshot := slices.IndexFunc(f.Snapshots, func(r fleet.Snapshot) bool { return r.Owner == account && r.Region == "us-east-1" })
	instance := slices.IndexFunc(f.Instances, func(r fleet.Instance) bool { return r.Owner == account && r.Region == "us-east-1" })
	if min(image, snapshot, instance) < 0 {
		t.Fatal("the fleet has no such resources")
	}
	return []string{f.Images[image].ID.Image(), f.Snapshots[snapshot].ID.Snapshot(), f.Instances[instance].ID.Instance()}
}

func TestTagsRoundTrip(t *testing.T) {
	s := New(Options{})
	client := ec2Client(s, "acme-prod", "us-east-1")
	ids := resourcesOf(t, s, s.Accounts()[1].ID)
	before := map[string]map[string]string{}
	for _, id := range ids {
		before[id] = tagsByKey(t, client, id)
	}
	set := []types.Tag{tagOf("Owner", "new owner\nsecond line"), tagOf("empty", ""), tagOf("名", "値")}
	if _, err := client.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: ids, Tags: set}); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		want := map[string]string{}
		for k, v := range before[id] {
			want[k] = v
		}
		want["Owner"], want["empty"], want["名"] = "new owner\nsecond line", "", "値"
		if diff := cmp.Diff(want, tagsByKey(t, client, id)); diff != "" {
			t.Errorf("%s after CreateTags: %s", id, diff)
		}
	}
	remove := []types.Tag{tagOf("Owner", "other value"), {Key: aws.String("empty")}, tagOf("名", "値")}
	if _, err := client.DeleteTags(t.Context(), &ec2.DeleteTagsInput{Resources: ids, Tags: remove}); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		got := tagsByKey(t, client, id)
		_, empty := got["empty"]
		_, wide := got["名"]
		if got["Owner"] != "new owner\nsecond line" || empty || wide {
			t.Errorf("%s after DeleteTags: %v", id, got)
		}
	}
	if _, err := client.DeleteTags(t.Context(), &ec2.DeleteTagsInput{Resources: ids}); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		for key := range tagsByKey(t, client, id) {
			if !strings.HasPrefix(key, "aws:") {
				t.Errorf("%s has still the tag %s", id, key)
			}
		}
	}
	if left := tagsByKey(t, client, ids[0]); len(left) == 0 {
		t.Error("AWS's own tags were removed")
	}
}

// TestTagsStayWithTheirImage checks that images which were made with the same
// tags do not change together.
func TestTagsStayWithTheirImage(t *testing.T) {
	s := New(Options{})
	before := fleet.New(fleet.Config{})
	ids := resourcesOf(t, s, s.Accounts()[1].ID)
	if _, err := ec2Client(s, "acme-prod", "us-east-1").CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: ids[:1], Tags: []types.Tag{tagOf("Name", "changed"), tagOf("added", "1")}}); err != nil {
		t.Fatal(err)
	}
	for i := range before.Images {
		got := s.store().images.byID[before.Images[i].ID].Tags
		if same := cmp.Equal(before.Images[i].Tags, got); same == (before.Images[i].ID.Image() == ids[0]) {
			t.Errorf("%s has the tags %v, before %v", before.Images[i].ID.Image(), got, before.Images[i].Tags)
		}
	}
}

func TestBadTagRequests(t *testing.T) {
	s := New(Options{})
	client := ec2Client(s, "acme-prod", "us-east-1")
	own, foreign := resourcesOf(t, s, s.Accounts()[1].ID), fleetIDs(s, func(im fleet.Image) bool { return im.Owner == s.Accounts()[0].ID })
	tags := []types.Tag{tagOf("k", "v")}
	many := make([]types.Tag, maxTags+1)
	for i := range many {
		many[i] = tagOf(fmt.Sprint("key", i), "")
	}
	cases := map[string]struct {
		resources []string
		tags      []types.Tag
		code      string
	}{
		"unknown image":    {[]string{own[0], "ami-0123456789abcdef0"}, tags, "InvalidAMIID.NotFound"},
		"unknown snapshot": {[]string{"snap-0123456789abcdef0"}, tags, "InvalidSnapshot.NotFound"},
		"unknown instance": {[]string{"i-0123456789abcdef0"}, tags, "InvalidInstanceID.NotFound"},
		"malformed":        {[]string{"ami-1"}, tags, "InvalidAMIID.Malformed"},
		"unknown kind":     {[]string{"web-api"}, tags, "InvalidID"},
		"another's image":  {foreign[:1], tags, "InvalidAMIID.NotFound"},
		"1,001 resources":  {slices.Repeat(own[:1], maxTaggedResources+1), tags, "InvalidParameterValue"},
		"reserved key":     {own[:1], []types.Tag{tagOf("aws:x", "")}, "InvalidParameterValue"},
		"empty key":        {own[:1], []types.Tag{tagOf("", "v")}, "InvalidParameterValue"},
		"long key":         {own[:1], []types.Tag{tagOf(strings.Repeat("名", 129), "")}, "InvalidParameterValue"},
		"long value":       {own[:1], []types.Tag{tagOf("k", strings.Repeat("v", 257))}, "InvalidParameterValue"},
		"more than 50":     {own[:1], many, "TagLimitExceeded"},
		"no tags":          {own[:1], []types.Tag{}, "MissingParameter"},
	}
	before := tagsByKey(t, client, own[0])
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := client.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: c.resources, Tags: c.tags})
			wantCode(t, err, c.code)
			if diff := cmp.Diff(before, tagsByKey(t, client, own[0])); diff != "" {
				t.Errorf("a call that failed changed tags: %s", diff)
			}
		})
	}
}

// TestTagsWhileListing is for the race detector.
func TestTagsWhileListing(t *testing.T) {
	s := New(Options{})
	client := ec2Client(s, "acme-prod", "us-east-1")
	ids := resourcesOf(t, s, s.Accounts()[1].ID)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			if _, err := client.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: ids, Tags: []types.Tag{tagOf("n", fmt.Sprint(i))}}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := client.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
