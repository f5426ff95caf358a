package fakeaws

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var batchPages = pages{
	usual: 100, most: 100, size: "maxResults", badSize: "ClientException",
	badToken: &Error{"ClientException", "Error executing request, Exception : Invalid nextToken", http.StatusBadRequest},
}

// maxEnvironments is the most compute environments that a call can name.
const maxEnvironments = 100

func (s *Server) describeComputeEnvironments(_ context.Context, call Call, in *batch.DescribeComputeEnvironmentsInput) (*batch.DescribeComputeEnvironmentsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := batchPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	if len(in.ComputeEnvironments) > maxEnvironments {
		return nil, &Error{Code: "ClientException", Message: fmt.Sprintf("Error executing request, Exception : a request can name at most %d compute environments", maxEnvironments)}
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	environments := s.store().environments
	asks := func(r *fleet.ComputeEnvironment) bool {
		return asksFor(in.ComputeEnvironments, r.Name) || asksFor(in.ComputeEnvironments, environmentARN(r))
	}
	found, next := tell(s.pages, environments.id, []shelf[*fleet.ComputeEnvironment]{{environments.own[here(call)], asks}}, c, size)
	out := &batch.DescribeComputeEnvironmentsOutput{NextToken: next, ComputeEnvironments: make([]types.ComputeEnvironmentDetail, len(found))}
	for i, r := range found {
		out.ComputeEnvironments[i] = s.answerEnvironment(r)
	}
	return out, nil
}

func environmentARN(r *fleet.ComputeEnvironment) string {
	return fmt.Sprintf("arn:aws:batch:%s:%s:compute-environment/%s", r.Region, r.Owner, r.Name)
}

func (s *Server) answerEnvironment(r *fleet.ComputeEnvironment) types.ComputeEnvironmentDetail {
	resources := &types.ComputeResource{
		AllocationStrategy: types.CRAllocationStrategyBestFitProgressive,
		DesiredvCpus:       aws.Int32(0),
		ImageId:            text(r.Image), //nolint:staticcheck // deprecated, but environments still have it
		InstanceTypes:      []string{"optimal"},
		LaunchTemplate:     s.answerBatchTemplate(r),
		MaxvCpus:           aws.Int32(256),
		MinvCpus:           aws.Int32(0),
		Type:               types.CRTypeEc2,
	}
	for _, image := range r.Overrides {
		resources.Ec2Configuration = append(resources.Ec2Configuration, types.Ec2Configuration{ImageType: aws.String("ECS_AL2023"), ImageIdOverride: aws.String(image)})
	}
	return types.ComputeEnvironmentDetail{
		ComputeEnvironmentArn:      aws.String(environmentARN(r)),
		ComputeEnvironmentName:     aws.String(r.Name),
		ComputeResources:           resources,
		ContainerOrchestrationType: types.OrchestrationTypeEcs,
		State:                      types.CEStateEnabled,
		Status:                     types.CEStatusValid,
		StatusReason:               aws.String("ComputeEnvironment Healthy"),
		Type:                       types.CETypeManaged,
		Uuid:                       aws.String(uuidOf(r.Owner, r.Region, r.Name)),
	}
}

// answerBatchTemplate names the template as the environment does, by id or by
// name: Batch does not look it up.
func (s *Server) answerBatchTemplate(r *fleet.ComputeEnvironment) *types.LaunchTemplateSpecification {
	if r.Template == nil {
		return nil
	}
	id, name, version := asNamed(*r.Template)
	out := &types.LaunchTemplateSpecification{LaunchTemplateId: id, LaunchTemplateName: name, Version: version}
	for _, u := range r.TemplateOverrides {
		id, name, version := asNamed(u)
		out.Overrides = append(out.Overrides, types.LaunchTemplateSpecificationOverride{
			LaunchTemplateId: id, LaunchTemplateName: name, Version: version, TargetInstanceTypes: []string{"c7g"},
		})
	}
	return out
}

func asNamed(u fleet.TemplateUse) (id, name, version *string) {
	if u.Template != 0 {
		return aws.String(u.Template.Template()), nil, text(u.Version)
	}
	return nil, text(u.Name), text(u.Version)
}
