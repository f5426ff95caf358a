package fakeaws

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// handleUsage registers the operations of EC2 and Organizations that tell who
// uses an image, or may.
func (s *Server) handleUsage() {
	Handle(s.mux, "EC2", "DescribeInstanceImageMetadata", s.describeInstanceImageMetadata)
	Handle(s.mux, "EC2", "DescribeLaunchTemplates", s.describeLaunchTemplates)
	Handle(s.mux, "EC2", "DescribeLaunchTemplateVersions", s.describeLaunchTemplateVersions)
	Handle(s.mux, "EC2", "DescribeFleets", s.describeFleets)
	Handle(s.mux, "EC2", "DescribeSpotFleetRequests", s.describeSpotFleetRequests)
	Handle(s.mux, "EC2", "DescribeSpotInstanceRequests", s.describeSpotInstanceRequests)
	Handle(s.mux, "EC2", "DescribeImageReferences", s.describeImageReferences)
	Handle(s.mux, "EC2", "CreateImageUsageReport", s.createImageUsageReport)
	Handle(s.mux, "EC2", "DescribeImageUsageReports", s.describeImageUsageReports)
	Handle(s.mux, "EC2", "DescribeImageUsageReportEntries", s.describeImageUsageReportEntries)
	Handle(s.mux, "EC2", "DeleteImageUsageReport", s.deleteImageUsageReport)
	Handle(s.mux, "Organizations", "ListRoots", s.listRoots)
	Handle(s.mux, "Organizations", "DescribeOrganizationalUnit", s.describeOrganizationalUnit)
	Handle(s.mux, "Organizations", "ListAccountsForParent", s.listAccountsForParent)
	Handle(s.mux, "Organizations", "ListOrganizationalUnitsForParent", s.listOrganizationalUnitsForParent)
}

// bounds are the page sizes that an operation takes.
type bounds struct {
	least, most int32
	always      bool // it pages also where it is not asked to, by most
}

// startWithin is start for an operation that has bounds.
func (p pager) startWithin(call Call, in paging, asked any, b bounds) (cursor, int, error) {
	if in.max != nil && (*in.max < b.least || *in.max > b.most) {
		return cursor{}, 0, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf(
			"Value ( %d ) for parameter maxResults is invalid. Expecting a value between %d and %d.", *in.max, b.least, b.most)}
	}
	if b.always && in.max == nil && len(in.ids) == 0 {
		in.max = aws.Int32(b.most)
	}
	return p.start(call, in, asked)
}

// unbounded is the most of operations whose page size has no documented bound.
const unbounded = math.MaxInt32

// both keeps what two filters keep.
func both[R any](a, b func(R) bool) func(R) bool {
	return func(r R) bool { return a(r) && b(r) }
}

// tooMany refuses a list of a request that is longer than it may be.
func tooMany(parameter string, n, most int) error {
	if n <= most {
		return nil
	}
	return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("The parameter %s may have at most %d values, not %d", parameter, most, n)}
}

// byText finds the records that ids of texts name, each once; those of others
// and of other regions do not exist for the caller.
func byText[R comparable](own []R, id func(R) string, kind resource, asked []string) ([]R, error) {
	var found []R
	var missing []string
	for _, text := range asked {
		if !strings.HasPrefix(text, kind.prefix) {
			return nil, &Error{Code: kind.malformed, Message: fmt.Sprintf("Invalid id: %q (expecting %q)", text, kind.prefix+"...")}
		}
		i := slices.IndexFunc(own, func(r R) bool { return id(r) == text })
		switch {
		case i < 0:
			missing = append(missing, text)
		case !slices.Contains(found, own[i]):
			found = append(found, own[i])
		}
	}
	if len(missing) > 0 {
		return nil, kind.missing(missing)
	}
	return found, nil
}
