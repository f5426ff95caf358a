package awsclient

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/ebs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// clients are the SDK's clients of one region, each made when it is first
// wanted. They are held as what they are: in an interface, the linker would keep
// methods of theirs that nobody calls.
type clients struct {
	ec2          *ec2.Client
	autoscaling  *autoscaling.Client
	ssm          *ssm.Client
	imagebuilder *imagebuilder.Client
	batch        *batch.Client
	eks          *eks.Client
	rbin         *rbin.Client
	ebs          *ebs.Client
	pricing      *pricing.Client
	costs        *costexplorer.Client
	cloudtrail   *cloudtrail.Client
}

func (s *session) ec2(region string) *ec2.Client {
	return inRegion(s, region, func(c *clients) **ec2.Client { return &c.ec2 },
		func(cfg aws.Config) *ec2.Client { return ec2.NewFromConfig(cfg) })
}

func (s *session) autoscaling(region string) *autoscaling.Client {
	return inRegion(s, region, func(c *clients) **autoscaling.Client { return &c.autoscaling },
		func(cfg aws.Config) *autoscaling.Client { return autoscaling.NewFromConfig(cfg) })
}

func (s *session) ssm(region string) *ssm.Client {
	return inRegion(s, region, func(c *clients) **ssm.Client { return &c.ssm },
		func(cfg aws.Config) *ssm.Client { return ssm.NewFromConfig(cfg) })
}

func (s *session) imagebuilder(region string) *imagebuilder.Client {
	return inRegion(s, region, func(c *clients) **imagebuilder.Client { return &c.imagebuilder },
		func(cfg aws.Config) *imagebuilder.Client { return imagebuilder.NewFromConfig(cfg) })
}

func (s *session) batch(region string) *batch.Client {
	return inRegion(s, region, func(c *clients) **batch.Client { return &c.batch },
		func(cfg aws.Config) *batch.Client { return batch.NewFromConfig(cfg) })
}

func (s *session) eks(region string) *eks.Client {
	return inRegion(s, region, func(c *clients) **eks.Client { return &c.eks },
		func(cfg aws.Config) *eks.Client { return eks.NewFromConfig(cfg) })
}

func (s *session) rbin(region string) *rbin.Client {
	return inRegion(s, region, func(c *clients) **rbin.Client { return &c.rbin },
		func(cfg aws.Config) *rbin.Client { return rbin.NewFromConfig(cfg) })
}

func (s *session) ebs(region string) *ebs.Client {
	return inRegion(s, region, func(c *clients) **ebs.Client { return &c.ebs },
		func(cfg aws.Config) *ebs.Client { return ebs.NewFromConfig(cfg) })
}

func (s *session) pricing(region string) *pricing.Client {
	return inRegion(s, region, func(c *clients) **pricing.Client { return &c.pricing },
		func(cfg aws.Config) *pricing.Client { return pricing.NewFromConfig(cfg) })
}

func (s *session) costs(region string) *costexplorer.Client {
	return inRegion(s, region, func(c *clients) **costexplorer.Client { return &c.costs },
		func(cfg aws.Config) *costexplorer.Client { return costexplorer.NewFromConfig(cfg) })
}

func (s *session) cloudtrail(region string) *cloudtrail.Client {
	return inRegion(s, region, func(c *clients) **cloudtrail.Client { return &c.cloudtrail },
		func(cfg aws.Config) *cloudtrail.Client { return cloudtrail.NewFromConfig(cfg) })
}

// inRegion gives the client of a region that a field of clients holds.
func inRegion[C any](s *session, region string, field func(*clients) **C, make func(aws.Config) *C) *C {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients[region]
	if !ok {
		c = &clients{}
		s.clients[region] = c
	}
	api := field(c)
	if *api == nil {
		cfg := s.cfg.Copy()
		cfg.Region = region
		*api = make(cfg)
	}
	return *api
}
