package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var eksPages = pages{
	usual: 100, most: 100, size: "maxResults", badSize: "InvalidParameterException",
	badToken: &Error{"InvalidParameterException", "Invalid nextToken", http.StatusBadRequest},
}

func (s *Server) listClusters(_ context.Context, call Call, in *eks.ListClustersInput) (*eks.ListClustersOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := eksPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	clusters := s.store().clusters
	found, next := tell(s.pages, clusters.id, []shelf[*fleet.Cluster]{{clusters.own[here(call)], all[*fleet.Cluster]}}, c, size)
	out := &eks.ListClustersOutput{NextToken: next, Clusters: []string{}}
	for _, r := range found {
		out.Clusters = append(out.Clusters, r.Name)
	}
	return out, nil
}

func (s *Server) listNodegroups(_ context.Context, call Call, in *eks.ListNodegroupsInput) (*eks.ListNodegroupsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := eksPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	cluster, err := s.cluster(call, in.ClusterName)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, g := range cluster.NodeGroups {
		names = append(names, g.Name)
	}
	page, next := listed(s.pages, names, c, size)
	return &eks.ListNodegroupsOutput{NextToken: next, Nodegroups: page}, nil
}

func (s *Server) cluster(call Call, name *string) (*fleet.Cluster, error) {
	cluster := s.store().clusters.byID[nameID(here(call), aws.ToString(name))]
	if cluster == nil {
		return nil, &Error{"ResourceNotFoundException", fmt.Sprintf("No cluster found for name: %s.", aws.ToString(name)), http.StatusNotFound}
	}
	return cluster, nil
}

func (s *Server) describeNodegroup(_ context.Context, call Call, in *eks.DescribeNodegroupInput) (*eks.DescribeNodegroupOutput, error) {
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	cluster, err := s.cluster(call, in.ClusterName)
	if err != nil {
		return nil, err
	}
	for i := range cluster.NodeGroups {
		if g := &cluster.NodeGroups[i]; g.Name == aws.ToString(in.NodegroupName) {
			return &eks.DescribeNodegroupOutput{Nodegroup: s.answerNodeGroup(cluster, g)}, nil
		}
	}
	return nil, &Error{"ResourceNotFoundException", fmt.Sprintf("No node group found for name: %s.", aws.ToString(in.NodegroupName)), http.StatusNotFound}
}

func (s *Server) answerNodeGroup(cluster *fleet.Cluster, g *fleet.NodeGroup) *types.Nodegroup {
	arn := fmt.Sprintf("arn:aws:eks:%s:%s:nodegroup/%s/%s/%s", cluster.Region, cluster.Owner, cluster.Name, g.Name, uuidOf(cluster.Owner, cluster.Region, cluster.Name, g.Name))
	out := &types.Nodegroup{
		AmiType:        amiType(g),
		CapacityType:   types.CapacityTypesOnDemand,
		ClusterName:    aws.String(cluster.Name),
		CreatedAt:      instant(g.Created),
		Health:         &types.NodegroupHealth{Issues: []types.Issue{}},
		ModifiedAt:     instant(g.Created),
		NodeRole:       aws.String(fmt.Sprintf("arn:aws:iam::%s:role/eks-node", cluster.Owner)),
		NodegroupArn:   aws.String(arn),
		NodegroupName:  aws.String(g.Name),
		ReleaseVersion: text(g.Release),
		ScalingConfig:  &types.NodegroupScalingConfig{DesiredSize: aws.Int32(2), MaxSize: aws.Int32(6), MinSize: aws.Int32(1)},
		Status:         types.NodegroupStatusActive,
		Version:        aws.String("1.33"),
	}
	if g.Template != nil {
		id, name, version := s.templateUse(place{cluster.Owner, cluster.Region}, *g.Template)
		out.LaunchTemplate = &types.LaunchTemplateSpecification{Id: id, Name: name, Version: version}
	}
	return out
}

// amiType is CUSTOM where the release is an image that the template names.
func amiType(g *fleet.NodeGroup) types.AMITypes {
	switch {
	case g.AMIType != "":
		return types.AMITypes(g.AMIType)
	case strings.HasPrefix(g.Release, fleet.ImagePrefix):
		return types.AMITypesCustom
	default:
		return types.AMITypesAl2023X8664Standard
	}
}
