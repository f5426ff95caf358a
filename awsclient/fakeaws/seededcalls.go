package fakeaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// seededCall is what was sent and answered in an event that a fleet starts with.
// One that failed was not answered.
func seededCall(e *fleet.Event) recorded {
	in, out := callOf(e)
	c := recordedCall(e.Name, in, out)
	if e.Name == "RunInstances" {
		c = launchCall(e)
	}
	if e.Error != "" {
		c.response = nil
	}
	return c
}

// callOf makes the call of an event anew.
func callOf(e *fleet.Event) (in, out any) {
	id := aws.String(e.Image.Image())
	switch e.Name {
	case "CreateImage":
		return &ec2.CreateImageInput{InstanceId: aws.String(e.Source.Instance.Instance()), NoReboot: aws.Bool(true)}, &ec2.CreateImageOutput{ImageId: id}
	case "CopyImage":
		return &ec2.CopyImageInput{SourceImageId: aws.String(e.Source.Image.Image()), SourceRegion: text(e.Source.Region)}, &ec2.CopyImageOutput{ImageId: id}
	case "RegisterImage":
		return &ec2.RegisterImageInput{}, &ec2.RegisterImageOutput{ImageId: id}
	case "ModifyImageAttribute":
		return &ec2.ModifyImageAttributeInput{ImageId: id, LaunchPermission: &types.LaunchPermissionModifications{
			Add: permissionsIn(e.Added), Remove: permissionsIn(e.Removed),
		}}, &ec2.ModifyImageAttributeOutput{}
	case "EnableImageDeprecation":
		return &ec2.EnableImageDeprecationInput{ImageId: id, DeprecateAt: aws.Time(e.Until.UTC())}, &ec2.EnableImageDeprecationOutput{Return: aws.Bool(true)}
	case "EnableImageDeregistrationProtection":
		return &ec2.EnableImageDeregistrationProtectionInput{ImageId: id, WithCooldown: aws.Bool(true)}, &ec2.EnableImageDeregistrationProtectionOutput{}
	case "DisableImage":
		return &ec2.DisableImageInput{ImageId: id}, &ec2.DisableImageOutput{Return: aws.Bool(true)}
	case "DeregisterImage":
		return &ec2.DeregisterImageInput{ImageId: id}, &ec2.DeregisterImageOutput{Return: aws.Bool(true)}
	case "CreateTags":
		in := &ec2.CreateTagsInput{Resources: []string{*id}}
		for _, t := range e.Tags {
			in.Tags = append(in.Tags, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
		}
		return in, &ec2.CreateTagsOutput{}
	}
	return &ec2.DeregisterImageInput{ImageId: id}, &ec2.DeregisterImageOutput{} // any other call names the image as this one does
}

// permissionsIn is nil for none, which were not sent.
func permissionsIn(some []fleet.Permission) []types.LaunchPermission {
	if len(some) == 0 {
		return nil
	}
	return launchPermissions(some)
}

// launchCall is a launch, whose input CloudTrail keeps in a form that is not the
// SDK's.
func launchCall(e *fleet.Event) recorded {
	image := e.Image.Image()
	n := max(len(e.Instances), 1)
	items := make([]any, len(e.Instances))
	for i, id := range e.Instances {
		items[i] = map[string]any{"instanceId": id.Instance(), "imageId": image}
	}
	return recorded{
		map[string]any{"instancesSet": map[string]any{"items": []any{map[string]any{"imageId": image, "minCount": n, "maxCount": n}}}, "instanceType": "t3.medium"},
		map[string]any{"instancesSet": map[string]any{"items": items}},
	}
}
