package awsclient

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/amiscope/amiscope/model"
)

// notOffered reports whether the service of a call that failed is one that AWS
// does not offer in the region. There its host does not exist; but neither does
// any behind a broken resolver, so AWS is asked what the region has, by public
// parameters (Systems Manager user guide, parameter-store-public-parameters-
// global-infrastructure). That it has EC2 shows that it tells at all.
func (r *reading) notOffered(ctx context.Context, op *model.OpError) bool {
	dns, ok := errors.AsType[*net.DNSError](op.Err)
	service, _, _ := strings.Cut(op.Op, ":")
	if !ok || !dns.IsNotFound || !slices.Contains(notEverywhere(), service) {
		return false
	}
	prefix := regionServices(r.scope.Region)
	r.calls++
	out, err := r.session.ssm(r.scope.Region).GetParameters(withUrgency(ctx, nextOf(r.kind)), &ssm.GetParametersInput{Names: []string{prefix + service, prefix + "ec2"}})
	if err != nil {
		return false
	}
	has := false
	for _, p := range out.Parameters {
		has = has || aws.ToString(p.Name) == prefix+"ec2"
	}
	return has && slices.Contains(out.InvalidParameters, prefix+service)
}

// regionServices is the path of the public parameters that name what a region has.
func regionServices(region string) string {
	return "/aws/service/global-infrastructure/regions/" + region + "/services/"
}

// notEverywhere are the services asked here that a region may lack, as both
// IAM and the public parameters spell them. That those do so with rbin is a
// guess; another name would be taken for a service that is not there, but only
// where its host is not either.
func notEverywhere() []string {
	return []string{"autoscaling", "batch", "eks", "imagebuilder", "rbin"}
}
