package awsclient

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// What the calls about usage reports take and give. No source says how much
// they give in a page; their model has only a least number.
const (
	reportsPage    = 100
	reportsPerCall = 200 // ids in a question for entries
	reportDepth    = 20  // newest versions of a launch template that a report looks at
)

// reportList is the usage reports of the account's images, with what is in
// those that are done.
type reportList struct{}

func (reportList) read(ctx context.Context, r *reading) error {
	var reports []*model.Report
	in := ec2.DescribeImageUsageReportsInput{MaxResults: aws.Int32(reportsPage)}
	conv := r.converter()
	err := r.list(ctx, "ec2:DescribeImageUsageReports", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeImageUsageReports(ctx, &in)
		if err != nil {
			return nil, err
		}
		for i := range out.ImageUsageReports {
			reports = append(reports, conv.report(&out.ImageUsageReports[i]))
		}
		return out.NextToken, nil
	})
	if err != nil {
		return err
	}
	var done []*model.Report
	for _, rep := range reports {
		if rep.Done() {
			done = append(done, rep)
		}
	}
	for some := range slices.Chunk(done, reportsPerCall) {
		if err := r.reportEntries(ctx, some); err != nil {
			return err
		}
	}
	r.tell(model.Page{Reports: reports})
	return nil
}

// reportEntries fills in what is in reports.
func (r *reading) reportEntries(ctx context.Context, reports []*model.Report) error {
	in := ec2.DescribeImageUsageReportEntriesInput{MaxResults: aws.Int32(reportsPage)}
	byID := map[string]*model.Report{}
	for _, rep := range reports {
		byID[rep.ID] = rep
		in.ReportIds = append(in.ReportIds, rep.ID)
	}
	conv := r.converter()
	return r.list(ctx, "ec2:DescribeImageUsageReportEntries", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.ec2(r.scope.Region).DescribeImageUsageReportEntries(ctx, &in)
		if err != nil {
			return nil, err
		}
		for i := range out.ImageUsageReportEntries {
			e := &out.ImageUsageReportEntries[i]
			if rep := byID[aws.ToString(e.ReportId)]; rep != nil {
				rep.Uses = append(rep.Uses, model.ReportedUse{Account: conv.text(e.AccountId), Type: conv.text(e.ResourceType), Count: aws.ToInt64(e.UsageCount)})
			}
		}
		return out.NextToken, nil
	})
}

func (c converter) report(in *ec2types.ImageUsageReport) *model.Report {
	out := &model.Report{
		ID: aws.ToString(in.ReportId), Image: aws.ToString(in.ImageId), State: c.text(in.State), Reason: aws.ToString(in.StateReason),
		Created: utc(in.CreationTime), Asked: slices.Sorted(slices.Values(in.AccountIds)),
	}
	for _, t := range in.ResourceTypes {
		out.Types = append(out.Types, c.text(t.ResourceType))
	}
	slices.Sort(out.Types)
	return out
}

// CreateReport asks AWS how much other accounts use an image of this account.
// The report that it gives is pending: it takes AWS a while, and a pass over
// model.Reports tells when it is done. The error is a *model.OpError or ctx's.
func (c *Client) CreateReport(ctx context.Context, sc model.Scope, imageID string) (*model.Report, error) {
	r, err := c.reading(ctx, sc, model.Reports)
	if err != nil {
		return nil, err
	}
	out, err := r.session.ec2(sc.Region).CreateImageUsageReport(ctx, &ec2.CreateImageUsageReportInput{
		ImageId: &imageID,
		ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{
			{ResourceType: aws.String(model.ReportedInstances)},
			{
				ResourceType: aws.String(model.ReportedTemplates),
				ResourceTypeOptions: []ec2types.ImageUsageResourceTypeOptionRequest{
					{OptionName: aws.String("version-depth"), OptionValues: []string{strconv.Itoa(reportDepth)}},
				},
			},
		},
	})
	if err != nil {
		return nil, r.explain(ctx, "ec2:CreateImageUsageReport", err)
	}
	return &model.Report{
		ID: aws.ToString(out.ReportId), Image: imageID, State: "pending", Created: time.Now().UTC(),
		Types: []string{model.ReportedInstances, model.ReportedTemplates},
	}, nil
}
