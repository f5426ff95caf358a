package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// autoScalingPages are those of both lists, and maxNames the most names that
// either takes.
var autoScalingPages = pages{
	usual: 50, most: 100, size: "maxRecords", badSize: "ValidationError",
	badToken: &Error{"InvalidNextToken", "The token is not valid.", http.StatusBadRequest},
}

const maxNames = 50

// The tags that AWS sets on instances: the group that they are in, and the
// template and version that they were launched from.
const (
	groupTag    = "aws:autoscaling:groupName"
	templateTag = "aws:ec2launchtemplate:id"
	versionTag  = "aws:ec2launchtemplate:version"
)

func (s *Server) describeAutoScalingGroups(_ context.Context, call Call, in *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxRecords = nil, nil
	c, size, err := autoScalingPages.start(s.pages, call, &asked, in.MaxRecords, in.NextToken)
	if err != nil {
		return nil, err
	}
	keep, err := groupFilter(in)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	groups := s.store().groups
	found, next := tell(s.pages, groups.id, []shelf[*fleet.Group]{{groups.own[here(call)], keep}}, c, size)
	out := &autoscaling.DescribeAutoScalingGroupsOutput{NextToken: next, AutoScalingGroups: make([]types.AutoScalingGroup, len(found))}
	members := map[string][]*fleet.Instance{}
	if in.IncludeInstances == nil || *in.IncludeInstances {
		members = s.grouped(call)
	}
	for i, g := range found {
		out.AutoScalingGroups[i] = s.answerGroup(g)
		out.AutoScalingGroups[i].Instances = s.answerMembers(g, members[g.Name])
	}
	return out, nil
}

// groupFilter is what a call asks of groups: names, and tags.
func groupFilter(in *autoscaling.DescribeAutoScalingGroupsInput) (func(*fleet.Group) bool, error) {
	if len(in.AutoScalingGroupNames) > int(max(aws.ToInt32(in.MaxRecords), maxNames)) {
		return nil, tooManyNames("autoScalingGroupNames")
	}
	for _, f := range in.Filters {
		name := aws.ToString(f.Name)
		if name != "tag-key" && name != "tag-value" && !strings.HasPrefix(name, "tag:") {
			return nil, &Error{Code: "ValidationError", Message: fmt.Sprintf("Filter type %s is not correct. Allowed Filter types are: tag-key tag-value tag:<key>", name)}
		}
	}
	return func(g *fleet.Group) bool {
		return asksFor(in.AutoScalingGroupNames, g.Name) && !slices.ContainsFunc(in.Filters, func(f types.Filter) bool {
			return !slices.ContainsFunc(g.Tags, func(t fleet.Tag) bool { return tagMatches(f, t) })
		})
	}, nil
}

func tagMatches(f types.Filter, t fleet.Tag) bool {
	switch name := aws.ToString(f.Name); name {
	case "tag-key":
		return slices.Contains(f.Values, t.Key)
	case "tag-value":
		return slices.Contains(f.Values, t.Value)
	default:
		return name == "tag:"+t.Key && slices.Contains(f.Values, t.Value)
	}
}

func tooManyNames(member string) error {
	return &Error{Code: "ValidationError", Message: constraint("[...]", member, fmt.Sprintf("Member must have length less than or equal to %d", maxNames))}
}

// asksFor reports whether a name is asked for; no names ask for all.
func asksFor(names []string, name string) bool {
	return len(names) == 0 || slices.Contains(names, name)
}

// grouped are the caller's instances in service, by the group whose tag they
// carry.
func (s *Server) grouped(call Call) map[string][]*fleet.Instance {
	out := map[string][]*fleet.Instance{}
	for _, r := range s.store().instances.own[here(call)] {
		if r.State != "running" && r.State != "pending" {
			continue
		}
		for _, t := range r.Tags {
			if t.Key == groupTag {
				out[t.Value] = append(out[t.Value], r)
			}
		}
	}
	return out
}

func (s *Server) answerGroup(g *fleet.Group) types.AutoScalingGroup {
	arn := fmt.Sprintf("arn:aws:autoscaling:%s:%s:autoScalingGroup:%s:autoScalingGroupName/%s", g.Region, g.Owner, uuidOf(g.Owner, g.Region, g.Name), g.Name)
	out := types.AutoScalingGroup{
		AutoScalingGroupARN:              aws.String(arn),
		AutoScalingGroupName:             aws.String(g.Name),
		AvailabilityZones:                []string{g.Region + "a", g.Region + "b"},
		CreatedTime:                      instant(g.Created),
		DefaultCooldown:                  aws.Int32(300),
		DesiredCapacity:                  aws.Int32(int32(g.Desired)),
		HealthCheckGracePeriod:           aws.Int32(300),
		HealthCheckType:                  aws.String("EC2"),
		LaunchConfigurationName:          text(g.Config),
		MaxSize:                          aws.Int32(int32(2*g.Desired + 1)),
		MinSize:                          aws.Int32(0),
		NewInstancesProtectedFromScaleIn: aws.Bool(false),
		TerminationPolicies:              []string{"Default"},
	}
	for _, t := range g.Tags {
		out.Tags = append(out.Tags, types.TagDescription{
			Key: aws.String(t.Key), Value: aws.String(t.Value), PropagateAtLaunch: aws.Bool(true),
			ResourceId: aws.String(g.Name), ResourceType: aws.String("auto-scaling-group"),
		})
	}
	if g.Mixed {
		out.MixedInstancesPolicy = s.answerMix(g)
	} else {
		out.LaunchTemplate = s.answerUse(g, g.Template)
	}
	return out
}

// answerMix is the policy of a group of mixed instances, whose template stands
// in it and nowhere else.
func (s *Server) answerMix(g *fleet.Group) *types.MixedInstancesPolicy {
	out := &types.MixedInstancesPolicy{
		InstancesDistribution: &types.InstancesDistribution{
			OnDemandAllocationStrategy: aws.String("prioritized"), OnDemandBaseCapacity: aws.Int32(0),
			OnDemandPercentageAboveBaseCapacity: aws.Int32(50), SpotAllocationStrategy: aws.String("price-capacity-optimized"),
		},
		LaunchTemplate: &types.LaunchTemplate{LaunchTemplateSpecification: s.answerUse(g, g.Template)},
	}
	for _, o := range g.Overrides {
		out.LaunchTemplate.Overrides = append(out.LaunchTemplate.Overrides, types.LaunchTemplateOverrides{
			InstanceType: text(o.Type), ImageId: text(o.Image), LaunchTemplateSpecification: s.answerUse(g, o.Template),
		})
	}
	return out
}

func (s *Server) answerUse(g *fleet.Group, u *fleet.TemplateUse) *types.LaunchTemplateSpecification {
	if u == nil {
		return nil
	}
	id, name, version := s.templateUse(place{g.Owner, g.Region}, *u)
	return &types.LaunchTemplateSpecification{LaunchTemplateId: id, LaunchTemplateName: name, Version: version}
}

// answerMembers are the instances of a group. Each tells what it was launched
// from, which may be an older version than what the group launches from now.
func (s *Server) answerMembers(g *fleet.Group, in []*fleet.Instance) []types.Instance {
	out := make([]types.Instance, len(in))
	for i, r := range in {
		out[i] = types.Instance{
			AvailabilityZone:     aws.String(r.Zone),
			HealthStatus:         aws.String("Healthy"),
			ImageId:              aws.String(r.Image.Image()),
			InstanceId:           aws.String(r.ID.Instance()),
			InstanceType:         text(r.Type),
			LaunchTemplate:       s.launchedFrom(g, r),
			LifecycleState:       types.LifecycleStateInService,
			ProtectedFromScaleIn: aws.Bool(false),
		}
		if out[i].LaunchTemplate == nil {
			out[i].LaunchConfigurationName = text(g.Config)
		}
	}
	return out
}

// launchedFrom is the template of an instance, as its tags have it, else that
// of its group; the version is always a number.
func (s *Server) launchedFrom(g *fleet.Group, r *fleet.Instance) *types.LaunchTemplateSpecification {
	u := g.Template
	if id, ok := fleet.ParseID(fleet.TemplatePrefix, tagOn(r, templateTag)); ok {
		u = &fleet.TemplateUse{Template: id, Version: tagOn(r, versionTag)}
	}
	if u == nil {
		return nil
	}
	if t := s.template(place{g.Owner, g.Region}, *u); t != nil && len(t.Versions) > 0 {
		switch u.Version {
		case "$Latest":
			return s.answerUse(g, &fleet.TemplateUse{Template: t.ID, Version: strconv.Itoa(t.Versions[len(t.Versions)-1].Number)})
		case "$Default", "":
			return s.answerUse(g, &fleet.TemplateUse{Template: t.ID, Version: strconv.Itoa(t.Default)})
		}
	}
	return s.answerUse(g, u)
}

func tagOn(r *fleet.Instance, key string) string {
	for _, t := range r.Tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

func (s *Server) describeLaunchConfigurations(_ context.Context, call Call, in *autoscaling.DescribeLaunchConfigurationsInput) (*autoscaling.DescribeLaunchConfigurationsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxRecords = nil, nil
	c, size, err := autoScalingPages.start(s.pages, call, &asked, in.MaxRecords, in.NextToken)
	if err != nil {
		return nil, err
	}
	if len(in.LaunchConfigurationNames) > maxNames {
		return nil, tooManyNames("launchConfigurationNames")
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	configs := s.store().configs
	asks := func(r *fleet.LaunchConfig) bool { return asksFor(in.LaunchConfigurationNames, r.Name) }
	found, next := tell(s.pages, configs.id, []shelf[*fleet.LaunchConfig]{{configs.own[here(call)], asks}}, c, size)
	out := &autoscaling.DescribeLaunchConfigurationsOutput{NextToken: next, LaunchConfigurations: make([]types.LaunchConfiguration, len(found))}
	for i, r := range found {
		out.LaunchConfigurations[i] = answerConfig(r)
	}
	return out, nil
}

// answerConfig tells a launch configuration; what it leaves open AWS tells as
// empty text.
func answerConfig(r *fleet.LaunchConfig) types.LaunchConfiguration {
	arn := fmt.Sprintf("arn:aws:autoscaling:%s:%s:launchConfiguration:%s:launchConfigurationName/%s", r.Region, r.Owner, uuidOf(r.Owner, r.Region, r.Name), r.Name)
	out := types.LaunchConfiguration{
		CreatedTime:             instant(r.Created),
		EbsOptimized:            aws.Bool(false),
		ImageId:                 aws.String(r.Image),
		InstanceMonitoring:      &types.InstanceMonitoring{Enabled: aws.Bool(true)},
		InstanceType:            aws.String("m5.large"),
		KernelId:                aws.String(""),
		KeyName:                 aws.String(""),
		LaunchConfigurationARN:  aws.String(arn),
		LaunchConfigurationName: aws.String(r.Name),
		RamdiskId:               aws.String(""),
		UserData:                aws.String(""),
	}
	for i, snapshot := range r.Snapshots {
		out.BlockDeviceMappings = append(out.BlockDeviceMappings, types.BlockDeviceMapping{
			DeviceName: aws.String("/dev/sd" + string(rune('f'+i))),
			Ebs:        &types.Ebs{SnapshotId: aws.String(snapshot), DeleteOnTermination: aws.Bool(true)},
		})
	}
	return out
}
