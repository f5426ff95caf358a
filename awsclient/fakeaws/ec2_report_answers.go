package fakeaws

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var reportFilters = filters[*usageReport]{
	tags: func(r *usageReport) []fleet.Tag { return r.tags },
	values: map[string]func(*usageReport) []string{
		"creation-time": func(r *usageReport) []string { return moment(fleet.Time(r.created.UnixMilli())) },
		"state":         func(r *usageReport) []string { return one(r.state) },
	},
}

// describeImageUsageReports tells the caller's reports, and lets those that
// are pending come to their end.
func (s *Server) describeImageUsageReports(_ context.Context, call Call, in *ec2.DescribeImageUsageReportsInput) (*ec2.DescribeImageUsageReportsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{nil, in.MaxResults, in.NextToken}, &asked, reportPages)
	if err != nil {
		return nil, err
	}
	filter, err := reportFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	own, err := st.reportsNamed(call, in.ReportIds, in.ImageIds, s.options.Now())
	if err != nil {
		return nil, err
	}
	for _, r := range own {
		st.look(r)
	}
	found, next := tell(s.pages, st.reports.id, []shelf[*usageReport]{{own, filter}}, c, size)
	out := &ec2.DescribeImageUsageReportsOutput{NextToken: next}
	for _, r := range found {
		out.ImageUsageReports = append(out.ImageUsageReports, answerReport(r))
	}
	return out, nil
}

// reportsNamed lists the caller's reports, in the order of telling: those of
// the ids and images that are given, or all.
func (s *store) reportsNamed(call Call, reports, images []string, now time.Time) ([]*usageReport, error) {
	if err := tooMany("ReportId", len(reports), maxReportIDs); err != nil {
		return nil, err
	}
	if err := tooMany("ImageId", len(images), maxReportIDs); err != nil {
		return nil, err
	}
	if _, err := imageResource.parse(images); err != nil {
		return nil, err
	}
	ids, err := reportResource.parse(reports)
	if err != nil {
		return nil, err
	}
	at := here(call)
	s.expire(at, now)
	var missing []string
	for i, id := range ids {
		if r := s.reports.byID[id]; r == nil || r.at != at {
			missing = append(missing, reports[i])
		}
	}
	if len(missing) > 0 {
		return nil, reportResource.missing(missing)
	}
	return slices.DeleteFunc(slices.Clone(s.reports.own[at]), func(r *usageReport) bool {
		return len(ids) > 0 && !slices.Contains(ids, r.id) || len(images) > 0 && !slices.Contains(images, r.image.Image())
	}), nil
}

func answerReport(r *usageReport) types.ImageUsageReport {
	out := types.ImageUsageReport{
		AccountIds:     slices.Clone(r.accounts),
		CreationTime:   aws.Time(r.created),
		ExpirationTime: aws.Time(r.created.Add(reportLife)),
		ImageId:        aws.String(r.image.Image()),
		ReportId:       aws.String(r.id.Text(fleet.ReportPrefix)),
		State:          aws.String(r.state),
		StateReason:    text(r.reason),
		Tags:           answerTags(r.tags),
	}
	for _, t := range r.types {
		kind := types.ImageUsageResourceType{ResourceType: aws.String(t.name)}
		if t.name == usageTemplate {
			kind.ResourceTypeOptions = []types.ImageUsageResourceTypeOption{{OptionName: aws.String("version-depth"), OptionValues: []string{strconv.Itoa(t.depth)}}}
		}
		out.ResourceTypes = append(out.ResourceTypes, kind)
	}
	return out
}

// entryView is an entry and the report that it is in.
type entryView struct {
	*usageReport
	entry reportEntry
}

var entryFilters = filters[entryView]{
	values: map[string]func(entryView) []string{
		"account-id":    func(v entryView) []string { return one(v.entry.account) },
		"creation-time": func(v entryView) []string { return moment(fleet.Time(v.created.UnixMilli())) },
		"resource-type": func(v entryView) []string { return one(v.entry.resource) },
	},
}

// describeImageUsageReportEntries tells what is in the caller's reports; in
// those that are pending there is nothing yet.
func (s *Server) describeImageUsageReportEntries(_ context.Context, call Call, in *ec2.DescribeImageUsageReportEntriesInput) (*ec2.DescribeImageUsageReportEntriesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{nil, in.MaxResults, in.NextToken}, &asked, reportPages)
	if err != nil {
		return nil, err
	}
	filter, err := entryFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	own, err := st.reportsNamed(call, in.ReportIds, in.ImageIds, s.options.Now())
	if err != nil {
		return nil, err
	}
	var all []types.ImageUsageReportEntry
	for _, r := range own {
		for _, e := range r.entries {
			if v := (entryView{r, e}); filter(v) {
				all = append(all, v.answer())
			}
		}
	}
	out := &ec2.DescribeImageUsageReportEntriesOutput{}
	out.ImageUsageReportEntries, out.NextToken = listed(s.pages, all, c, size)
	return out, nil
}

func (v entryView) answer() types.ImageUsageReportEntry {
	return types.ImageUsageReportEntry{
		AccountId:          aws.String(v.entry.account),
		ImageId:            aws.String(v.image.Image()),
		ReportCreationTime: aws.Time(v.created),
		ReportId:           aws.String(v.id.Text(fleet.ReportPrefix)),
		ResourceType:       aws.String(v.entry.resource),
		UsageCount:         aws.Int64(int64(v.entry.count)),
	}
}

func (s *Server) deleteImageUsageReport(_ context.Context, call Call, in *ec2.DeleteImageUsageReportInput) (*ec2.DeleteImageUsageReportOutput, error) {
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	own, err := st.reportsNamed(call, []string{aws.ToString(in.ReportId)}, nil, s.options.Now())
	if err != nil {
		return nil, err
	}
	at := here(call)
	st.reports.own[at] = slices.DeleteFunc(st.reports.own[at], func(r *usageReport) bool { return r == own[0] })
	delete(st.reports.byID, own[0].id)
	return &ec2.DeleteImageUsageReportOutput{Return: aws.Bool(true)}, nil
}
