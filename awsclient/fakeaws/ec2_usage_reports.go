package fakeaws

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What holds of image usage reports.
const (
	maxReportAccounts = 200
	maxReportIDs      = 200
	maxPendingReports = 2000 // of an account in a region
	reportDepth       = 20   // newest versions of a template that are looked at, unless it is said
	reportLife        = 30 * 24 * time.Hour
	pendingLooks      = 2 // how often a report is told as pending before it is done

	usageInstance = "ec2:Instance"
	usageTemplate = "ec2:LaunchTemplate"
)

// reportResource's code is a guess: it is documented nowhere.
var reportResource = resource{fleet.ReportPrefix, "image usage report", "InvalidImageUsageReportId.NotFound", "InvalidImageUsageReportId.Malformed"}

var reportPages = bounds{least: 1, most: unbounded}

// usageReport is one image usage report.
type usageReport struct {
	id       fleet.ID
	at       place
	image    fleet.ID
	types    []reportType
	accounts []string // none means all
	created  time.Time
	token    string
	tags     []fleet.Tag

	looks   int // how often it was asked for
	state   string
	reason  string
	entries []reportEntry
}

type reportType struct {
	name  string
	depth int // of launch templates
}

type reportEntry struct {
	account, resource string
	count             int
}

const (
	reportPending   = "pending"
	reportAvailable = "available"
	reportError     = "error"
)

// createImageUsageReport begins a report on an image, which its owner alone
// may have.
func (s *Server) createImageUsageReport(_ context.Context, call Call, in *ec2.CreateImageUsageReportInput) (*ec2.CreateImageUsageReportOutput, error) {
	r, err := s.newReport(call, in)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.expire(r.at, r.created)
	own := st.reports.own[r.at]
	if i := slices.IndexFunc(own, func(o *usageReport) bool { return r.token != "" && o.token == r.token }); i >= 0 {
		return &ec2.CreateImageUsageReportOutput{ReportId: aws.String(own[i].id.Text(fleet.ReportPrefix))}, nil
	}
	im := st.images.byID[r.image]
	switch v := s.viewer(call.Account); {
	case im == nil || im.Region != call.Region || !v.sees(im):
		return nil, imageResource.missing([]string{r.image.Image()})
	case im.Owner != call.Account:
		return nil, notAuthorized("image", im.ID.Image())
	}
	if err := mayWait(own, r.image); err != nil {
		return nil, err
	}
	r.id = st.newID("report")
	st.reports.add(r.at, r, false)
	st.reports.arrange(st.reports.own[r.at])
	return &ec2.CreateImageUsageReportOutput{ReportId: aws.String(r.id.Text(fleet.ReportPrefix))}, nil
}

// mayWait refuses a report beyond the quotas of pending ones: one of an image,
// 2,000 of an account in a region. The quotas are documented, their code is not.
func mayWait(own []*usageReport, image fleet.ID) error {
	pending := 0
	for _, o := range own {
		if o.state != reportPending {
			continue
		}
		pending++
		if o.image == image {
			return &Error{Code: "ResourceLimitExceeded", Message: fmt.Sprintf("A usage report for the image %s is already pending", image.Image())}
		}
	}
	if pending >= maxPendingReports {
		return &Error{Code: "ResourceLimitExceeded", Message: fmt.Sprintf("There are %d pending usage reports already", pending)}
	}
	return nil
}

// newReport reads what a report is to be about.
func (s *Server) newReport(call Call, in *ec2.CreateImageUsageReportInput) (*usageReport, error) {
	ids, err := imageResource.parse([]string{aws.ToString(in.ImageId)})
	if err != nil {
		return nil, err
	}
	if err := tooMany("AccountId", len(in.AccountIds), maxReportAccounts); err != nil {
		return nil, err
	}
	if err := accounts(in.AccountIds, ""); err != nil {
		return nil, err
	}
	r := &usageReport{
		at: here(call), image: ids[0], accounts: in.AccountIds, created: s.options.Now().UTC().Truncate(time.Millisecond),
		token: aws.ToString(in.ClientToken), state: reportPending,
	}
	if r.types, err = reportTypes(in.ResourceTypes); err != nil {
		return nil, err
	}
	for _, spec := range in.TagSpecifications {
		if spec.ResourceType != types.ResourceTypeImageUsageReport {
			return nil, badValue("TagSpecification.ResourceType", string(spec.ResourceType))
		}
		if r.tags, err = readTags(spec.Tags); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func reportTypes(in []types.ImageUsageResourceTypeRequest) ([]reportType, error) {
	if len(in) == 0 {
		return nil, missingParameter("ResourceType")
	}
	var out []reportType
	for _, asked := range in {
		t := reportType{aws.ToString(asked.ResourceType), reportDepth}
		if t.name != usageInstance && t.name != usageTemplate {
			return nil, badValue("ResourceType", t.name)
		}
		for _, o := range asked.ResourceTypeOptions {
			if t.name != usageTemplate || aws.ToString(o.OptionName) != "version-depth" {
				return nil, badValue("OptionName", aws.ToString(o.OptionName))
			}
			var err error
			if t.depth, err = versionDepth(o.OptionValues); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// expire forgets the reports of a place whose time is over.
func (s *store) expire(at place, now time.Time) {
	s.reports.own[at] = slices.DeleteFunc(s.reports.own[at], func(r *usageReport) bool {
		old := !now.Before(r.created.Add(reportLife))
		if old {
			delete(s.reports.byID, r.id)
		}
		return old
	})
}

// look counts that a report was asked for, and makes it when it has been
// pending long enough.
func (s *store) look(r *usageReport) {
	r.looks++
	if r.state != reportPending || r.looks <= pendingLooks {
		return
	}
	if s.images.byID[r.image] == nil {
		r.state, r.reason = reportError, "The image no longer exists"
		return
	}
	r.state = reportAvailable
	for _, t := range r.types {
		for _, account := range s.reported(r) {
			if n := s.count(t, place{account, r.at.region}, r.image); n > 0 {
				r.entries = append(r.entries, reportEntry{account, t.name, n})
			}
		}
	}
}

// reported are the accounts that a report is about: those asked for, or all,
// but never the owner.
func (s *store) reported(r *usageReport) []string {
	var out []string
	add := func(at place) {
		if at.region == r.at.region && at.account != r.at.account && (len(r.accounts) == 0 || slices.Contains(r.accounts, at.account)) {
			out = append(out, at.account)
		}
	}
	for at := range s.instances.own {
		add(at)
	}
	for at := range s.templates.own {
		add(at)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// count is how many things of a kind name an image: instances that are not
// terminated, and templates by one of their newest versions.
func (s *store) count(t reportType, at place, image fleet.ID) int {
	n := 0
	if t.name == usageInstance {
		for _, r := range s.instances.own[at] {
			if r.Image == image && r.State != "terminated" {
				n++
			}
		}
		return n
	}
	for _, r := range s.templates.own[at] {
		if names(r, t.depth, image.Image()) {
			n++
		}
	}
	return n
}
