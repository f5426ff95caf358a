package awsclient

import (
	"context"
	"errors"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/amiscope/amiscope/model"
)

// probe asks whether a call is allowed: by a dry run, or by the call itself. They
// are closures, each of one method of a client: anything that finds methods by
// name would keep all of them in the program.
type probe func(ctx context.Context, s *session, region string) error

// probes are those of the calls that can be checked, by API.
func probes() map[string]probe {
	out := dryRuns()
	maps.Copy(out, dryRunsOfUsage())
	maps.Copy(out, dryRunsOfSettings())
	maps.Copy(out, dryRunsOfDeeds())
	maps.Copy(out, trials())
	maps.Copy(out, trialsOfAccount())
	return out
}

// nowhere is an image that nobody has, and nowhereSnapshot a snapshot.
const (
	nowhere         = "ami-00000000000000000"
	nowhereSnapshot = "snap-00000000000000000"
)

// dryRuns ask EC2 about images, snapshots, regions and what these cost.
func dryRuns() map[string]probe {
	dry, own := aws.Bool(true), []string{"self"}
	return map[string]probe{
		"ec2:DescribeRegions": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeRegions(ctx, &ec2.DescribeRegionsInput{DryRun: dry})
			return err
		},
		"ec2:DescribeImages": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeImages(ctx, &ec2.DescribeImagesInput{DryRun: dry, Owners: own, MaxResults: aws.Int32(pageSize)})
			return err
		},
		"ec2:DescribeSnapshots": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{DryRun: dry, OwnerIds: own, MaxResults: aws.Int32(pageSize)})
			return err
		},
		"ec2:DescribeImageAttribute": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeImageAttribute(ctx, &ec2.DescribeImageAttributeInput{
				DryRun: dry, ImageId: aws.String(nowhere), Attribute: ec2types.ImageAttributeNameLaunchPermission,
			})
			return err
		},
		"ec2:ListSnapshotsInRecycleBin": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).ListSnapshotsInRecycleBin(ctx, &ec2.ListSnapshotsInRecycleBinInput{DryRun: dry, MaxResults: aws.Int32(pageSize)})
			return err
		},
		"ec2:ListImagesInRecycleBin": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).ListImagesInRecycleBin(ctx, &ec2.ListImagesInRecycleBinInput{DryRun: dry, MaxResults: aws.Int32(pageSize)})
			return err
		},
		"ec2:DescribeFastSnapshotRestores": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeFastSnapshotRestores(ctx, &ec2.DescribeFastSnapshotRestoresInput{DryRun: dry, MaxResults: aws.Int32(hastenPage)})
			return err
		},
		"ec2:DescribeFastLaunchImages": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeFastLaunchImages(ctx, &ec2.DescribeFastLaunchImagesInput{DryRun: dry, MaxResults: aws.Int32(hastenPage)})
			return err
		},
	}
}

// dryRunsOfUsage ask EC2 about what names images.
func dryRunsOfUsage() map[string]probe {
	dry := aws.Bool(true)
	return map[string]probe{
		"ec2:DescribeInstances": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeInstances(ctx, &ec2.DescribeInstancesInput{DryRun: dry, MaxResults: aws.Int32(pageSize)})
			return err
		},
		"ec2:DescribeLaunchTemplateVersions": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{DryRun: dry, Versions: []string{"$Latest"}, MaxResults: aws.Int32(versionsPage)})
			return err
		},
		"ec2:DescribeFleets": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeFleets(ctx, &ec2.DescribeFleetsInput{DryRun: dry})
			return err
		},
		"ec2:DescribeSpotFleetRequests": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeSpotFleetRequests(ctx, &ec2.DescribeSpotFleetRequestsInput{DryRun: dry})
			return err
		},
		"ec2:DescribeSpotInstanceRequests": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeSpotInstanceRequests(ctx, &ec2.DescribeSpotInstanceRequestsInput{DryRun: dry, MaxResults: aws.Int32(pageSize)})
			return err
		},
		"ec2:DescribeImageReferences": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeImageReferences(ctx, &ec2.DescribeImageReferencesInput{DryRun: dry, ImageIds: []string{nowhere}, IncludeAllResourceTypes: aws.Bool(true)})
			return err
		},
		"ec2:DescribeImageUsageReports": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeImageUsageReports(ctx, &ec2.DescribeImageUsageReportsInput{DryRun: dry, MaxResults: aws.Int32(reportsPage)})
			return err
		},
		"ec2:DescribeImageUsageReportEntries": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeImageUsageReportEntries(ctx, &ec2.DescribeImageUsageReportEntriesInput{DryRun: dry, MaxResults: aws.Int32(reportsPage)})
			return err
		},
		"ec2:CreateImageUsageReport": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).CreateImageUsageReport(ctx, &ec2.CreateImageUsageReportInput{
				DryRun: dry, ImageId: aws.String(nowhere), ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{{ResourceType: aws.String(model.ReportedInstances)}},
			})
			return err
		},
	}
}

// dryRunsOfSettings ask EC2 about how open accounts, snapshots and images are.
func dryRunsOfSettings() map[string]probe {
	dry := aws.Bool(true)
	return map[string]probe{
		"ec2:GetImageBlockPublicAccessState": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).GetImageBlockPublicAccessState(ctx, &ec2.GetImageBlockPublicAccessStateInput{DryRun: dry})
			return err
		},
		"ec2:GetSnapshotBlockPublicAccessState": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).GetSnapshotBlockPublicAccessState(ctx, &ec2.GetSnapshotBlockPublicAccessStateInput{DryRun: dry})
			return err
		},
		"ec2:GetAllowedImagesSettings": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).GetAllowedImagesSettings(ctx, &ec2.GetAllowedImagesSettingsInput{DryRun: dry})
			return err
		},
		"ec2:GetEbsEncryptionByDefault": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{DryRun: dry})
			return err
		},
		"ec2:DescribeSnapshotAttribute": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).DescribeSnapshotAttribute(ctx, &ec2.DescribeSnapshotAttributeInput{
				DryRun: dry, SnapshotId: aws.String(nowhereSnapshot), Attribute: ec2types.SnapshotAttributeNameCreateVolumePermission,
			})
			return err
		},
		"ec2:GetImageFindings": func(ctx context.Context, s *session, region string) error {
			_, err := s.ec2(region).GetImageFindings(ctx, &ec2.GetImageFindingsInput{DryRun: dry, ImageId: aws.String(nowhere)})
			return err
		},
	}
}

// trials read as little as can be read of services that have no dry run. Names
// and paths of parameters are such that nobody has or that AWS has for everybody.
func trials() map[string]probe {
	return map[string]probe{
		"autoscaling:DescribeAutoScalingGroups": func(ctx context.Context, s *session, region string) error {
			_, err := s.autoscaling(region).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(1)})
			return err
		},
		"autoscaling:DescribeLaunchConfigurations": func(ctx context.Context, s *session, region string) error {
			_, err := s.autoscaling(region).DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{MaxRecords: aws.Int32(1)})
			return err
		},
		"batch:DescribeComputeEnvironments": func(ctx context.Context, s *session, region string) error {
			_, err := s.batch(region).DescribeComputeEnvironments(ctx, &batch.DescribeComputeEnvironmentsInput{MaxResults: aws.Int32(1)})
			return err
		},
		"cloudtrail:LookupEvents": func(ctx context.Context, s *session, region string) error {
			_, err := s.cloudtrail(region).LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)})
			return err
		},
		"eks:ListClusters": func(ctx context.Context, s *session, region string) error {
			_, err := s.eks(region).ListClusters(ctx, &eks.ListClustersInput{MaxResults: aws.Int32(1)})
			return err
		},
		"ssm:DescribeParameters": func(ctx context.Context, s *session, region string) error {
			_, err := s.ssm(region).DescribeParameters(ctx, &ssm.DescribeParametersInput{MaxResults: aws.Int32(1)})
			return err
		},
		"ssm:GetParameters": func(ctx context.Context, s *session, region string) error {
			_, err := s.ssm(region).GetParameters(ctx, &ssm.GetParametersInput{Names: []string{regionServices(region) + "ec2"}})
			return err
		},
		"ssm:GetParametersByPath": func(ctx context.Context, s *session, region string) error {
			_, err := s.ssm(region).GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/amiscope/doctor"), MaxResults: aws.Int32(1)})
			return err
		},
		"imagebuilder:ListImageRecipes": func(ctx context.Context, s *session, region string) error {
			_, err := s.imagebuilder(region).ListImageRecipes(ctx, &imagebuilder.ListImageRecipesInput{MaxResults: aws.Int32(1)})
			return err
		},
		"imagebuilder:ListContainerRecipes": func(ctx context.Context, s *session, region string) error {
			_, err := s.imagebuilder(region).ListContainerRecipes(ctx, &imagebuilder.ListContainerRecipesInput{MaxResults: aws.Int32(1)})
			return err
		},
		"imagebuilder:ListImages": func(ctx context.Context, s *session, region string) error {
			_, err := s.imagebuilder(region).ListImages(ctx, &imagebuilder.ListImagesInput{MaxResults: aws.Int32(1)})
			return err
		},
		"rbin:ListRules": func(ctx context.Context, s *session, region string) error {
			_, err := s.rbin(region).ListRules(ctx, &rbin.ListRulesInput{ResourceType: model.SnapshotResource, MaxResults: aws.Int32(1)})
			return err
		},
	}
}

// trialsOfAccount read what there is once an account, or once an organization.
func trialsOfAccount() map[string]probe {
	return map[string]probe{
		"account:ListRegions": func(ctx context.Context, s *session, _ string) error {
			_, err := account.NewFromConfig(s.cfg).ListRegions(ctx, &account.ListRegionsInput{MaxResults: aws.Int32(1)})
			return err
		},
		"iam:ListAccountAliases": func(ctx context.Context, s *session, _ string) error {
			_, err := iam.NewFromConfig(s.cfg).ListAccountAliases(ctx, &iam.ListAccountAliasesInput{MaxItems: aws.Int32(1)})
			return err
		},
		"organizations:DescribeOrganization": func(ctx context.Context, s *session, _ string) error {
			_, err := organizations.NewFromConfig(s.cfg).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
			return err
		},
		"organizations:ListAccounts": func(ctx context.Context, s *session, _ string) error {
			_, err := organizations.NewFromConfig(s.cfg).ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: aws.Int32(1)})
			return err
		},
		getProducts: func(ctx context.Context, s *session, region string) error {
			hosts := priceHosts(partitionOfRegion(region))
			if len(hosts) == 0 {
				return &model.OpError{Op: getProducts, Kind: model.NotOffered, Err: errors.New("AWS does not offer the Pricing API in " + partitionOfRegion(region))}
			}
			_, err := s.pricing(hosts[0]).GetProducts(ctx, &pricing.GetProductsInput{ServiceCode: aws.String("AmazonEC2"), MaxResults: aws.Int32(1)},
				func(o *pricing.Options) { o.RetryMaxAttempts = priceTries })
			return err
		},
	}
}
