package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/amiscope/amiscope/model"
)

// eksPage is the most that EKS gives in a page.
const eksPage = 100

// nodeGroupList is the managed node groups of EKS. It takes a call for each
// cluster and one for each node group.
type nodeGroupList struct{}

func (nodeGroupList) read(ctx context.Context, r *reading) error {
	u, api := newUsage(r), r.session.eks(r.scope.Region)
	in := eks.ListClustersInput{MaxResults: aws.Int32(eksPage)}
	return r.list(ctx, "eks:ListClusters", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.ListClusters(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.Clusters, out.NextToken); err != nil {
			return nil, err
		}
		var things []thing
		for _, cluster := range out.Clusters {
			if err := u.nodeGroups(ctx, cluster, func(t thing) { things = append(things, t) }); err != nil {
				return nil, err
			}
		}
		return out.NextToken, u.tell(ctx, things)
	})
}

// nodeGroups reads those of a cluster. What was deleted since it was listed
// needs no image any more.
func (u *usage) nodeGroups(ctx context.Context, cluster string, each func(thing)) error {
	api := u.session.eks(u.scope.Region)
	in := eks.ListNodegroupsInput{ClusterName: &cluster, MaxResults: aws.Int32(eksPage)}
	err := u.list(ctx, "eks:ListNodegroups", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.ListNodegroups(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.Nodegroups, out.NextToken); err != nil {
			return nil, err
		}
		for _, name := range out.Nodegroups {
			if err := u.nodeGroup(ctx, cluster, name, each); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
	return unlessGone(err)
}

func (u *usage) nodeGroup(ctx context.Context, cluster, name string, each func(thing)) error {
	var out *eks.DescribeNodegroupOutput
	err := u.ask(ctx, "eks:DescribeNodegroup", func(ctx context.Context) (err error) {
		out, err = u.session.eks(u.scope.Region).DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: &cluster, NodegroupName: &name})
		if err == nil && out.Nodegroup == nil {
			err = errForeign
		}
		return err
	})
	if err == nil {
		each(nodeGroupOf(cluster, name, out.Nodegroup))
	}
	return unlessGone(err)
}

// goneCode is EKS's word for what does not exist.
const goneCode = "ResourceNotFoundException"

func unlessGone(err error) error {
	if codeOf(err) == goneCode {
		return nil
	}
	return err
}

// nodeGroupOf tells a node group by its template. The release of one whose
// template names an image is the id of that image.
func nodeGroupOf(cluster, name string, in *types.Nodegroup) thing {
	t := thing{Reference: model.Reference{ID: cluster + "/" + name, Since: utc(in.CreatedAt)}}
	if l := in.LaunchTemplate; l != nil {
		t.place("", "", templateOf(l.Id, l.Name, l.Version))
	}
	if release := aws.ToString(in.ReleaseVersion); isImage(release) {
		t.places = append(t.places, place{part: "release", image: release, echo: true})
	}
	return t
}
