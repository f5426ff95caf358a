package awsclient

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// instanceList is the instances, in every state. Also those that services of
// AWS run and hide are asked for; not every AWS knows how.
type instanceList struct{}

func (instanceList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.ec2(r.scope.Region)
	in := ec2.DescribeInstancesInput{MaxResults: aws.Int32(pageSize), IncludeManagedResources: aws.Bool(true)}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeInstances", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeInstances(ctx, &in)
		if isUnknownParameter(err) {
			r.calls++
			in.IncludeManagedResources = nil
			out, err = api.DescribeInstances(ctx, &in)
		}
		if err != nil {
			return nil, err
		}
		var things []thing
		for _, reservation := range out.Reservations {
			for i := range reservation.Instances {
				things = append(things, conv.instance(&reservation.Instances[i]))
			}
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

// The tags that AWS itself puts on instances.
const (
	groupTag           = "aws:autoscaling:groupName"
	templateTag        = "aws:ec2launchtemplate:id"
	templateVersionTag = "aws:ec2launchtemplate:version"
)

func (c converter) instance(in *ec2types.Instance) thing {
	t := thing{Reference: model.Reference{ID: aws.ToString(in.InstanceId)}}
	if in.State != nil {
		t.State = word(c, in.State.Name)
	}
	t.Since = since(in, t.State)
	via := model.Via{}
	for i := range in.Tags {
		tag := &in.Tags[i]
		switch aws.ToString(tag.Key) {
		case "Name":
			t.Name = c.text(tag.Value)
		case groupTag:
			t.Group = c.text(tag.Value)
		case templateTag:
			via.Template = c.text(tag.Value)
		case templateVersionTag:
			via.Version = c.text(tag.Value)
		}
	}
	p := place{image: aws.ToString(in.ImageId)}
	if via.Template != "" {
		p.via = &via
	}
	t.places = []place{p}
	return t
}

// since is the moment from which an instance is in its state: for one that runs
// its launch, for one that was stopped what EC2 says in words, such as "User
// initiated (2026-04-01 10:11:12 GMT)". The zero time where it does not.
func since(in *ec2types.Instance, state string) time.Time {
	if state != "stopped" && state != "stopping" {
		return utc(in.LaunchTime)
	}
	_, rest, _ := strings.Cut(aws.ToString(in.StateTransitionReason), "(")
	text, _, _ := strings.Cut(rest, ")")
	at, err := time.Parse("2006-01-02 15:04:05 GMT", text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
