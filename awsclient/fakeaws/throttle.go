package fakeaws

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// passThrottle takes a token from the bucket of a call.
func (s *Server) passThrottle(_ context.Context, call Call, r *http.Request) error {
	if !s.throttles(call) {
		return nil
	}
	limit, known := limitOf(call, r)
	if !known || s.buckets.take(call, limit, s.options.Now()) {
		return nil
	}
	return throttled(call)
}

// throttles reports whether the documented buckets are kept for a call.
func (s *Server) throttles(call Call) bool {
	return s.options.Throttle || slices.ContainsFunc(s.befallen(call), func(f Fault) bool {
		return f.Kind == FaultThrottle && f.Share <= 0
	})
}

// limit is a token bucket: how many tokens it can hold and how many come a
// second. Of an API with two of them, name tells them apart.
type limit struct {
	burst  int
	refill float64
	name   string
	shared string // what the bucket is of, where several APIs have one together
}

// buckets hold a token bucket per account, region and API. They start full.
type buckets struct {
	mu     sync.Mutex
	limits map[bucket]*rate.Limiter
}

type bucket struct{ account, region, api, name string }

// take takes a token, and reports whether there was one.
func (b *buckets) take(call Call, l limit, now time.Time) bool {
	key := bucket{call.Account, call.Region, cmp.Or(l.shared, action(call)), l.name}
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.limits[key]
	if !ok {
		r = rate.NewLimiter(rate.Limit(l.refill), l.burst)
		b.limits[key] = r
	}
	return r.AllowN(now, 1)
}

// limitOf gives the documented limit of a call; false where none is
// documented.
func limitOf(call Call, r *http.Request) (limit, bool) {
	switch call.Service {
	case "EC2":
		if slices.Contains(unlimitedLists(), call.Operation) && !narrowed(r) {
			return limit{burst: 50, refill: 10, name: "unfiltered and unpaginated"}, true
		}
		return ec2Limit(call.Operation), true
	case "STS":
		return limit{burst: 600, refill: 600}, true // IAM user guide, quotas
	case "SSM": // general reference, Systems Manager: 40 a second for all that get values
		return limit{burst: 40, refill: 40, shared: "ssm:GetParameter*"}, strings.HasPrefix(call.Operation, "GetParameter")
	case "EBS": // EBS user guide, quotas: each of the lists
		return limit{burst: 50, refill: 50}, strings.HasPrefix(call.Operation, "List")
	case "Pricing":
		return limit{burst: 10, refill: 5}, call.Operation == "GetProducts" // billing user guide, billing-limits
	case "CloudTrail": // CloudTrail API reference, LookupEvents
		return limit{burst: 2, refill: 2}, call.Operation == "LookupEvents"
	case "Account":
		return limit{burst: 5, refill: 5}, call.Operation == "ListRegions" // account management reference
	}
	return limit{}, false
}

// ec2Limit is the table of docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.
func ec2Limit(operation string) limit {
	switch operation {
	case "DeregisterImage", "DeleteSnapshot", "ModifyImageAttribute", "ModifySnapshotAttribute", "CreateSnapshot",
		"CreateSnapshots", "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "TerminateInstances":
		return limit{burst: 100, refill: 5}
	case "CopyImage":
		return limit{burst: 100, refill: 1}
	case "CreateTags", "DeleteTags":
		return limit{burst: 100, refill: 10}
	case "DescribeSpotFleetRequests":
		return limit{burst: 50, refill: 3}
	case "CreateStoreImageTask", "CreateRestoreImageTask":
		return limit{burst: 50, refill: 0.1}
	case "DescribeStoreImageTasks":
		return limit{burst: 50, refill: 0.5}
	case "RunInstances", "EnableFastLaunch":
		return limit{burst: 5, refill: 2}
	case "EnableImageBlockPublicAccess", "DisableImageBlockPublicAccess", "EnableSnapshotBlockPublicAccess", "DisableSnapshotBlockPublicAccess":
		return limit{burst: 1, refill: 0.1}
	}
	for _, reading := range []string{"Describe", "Get", "List"} {
		if strings.HasPrefix(operation, reading) {
			return limit{burst: 100, refill: 20}
		}
	}
	return limit{burst: 50, refill: 5}
}

// unlimitedLists have a smaller bucket for calls that neither filter nor page.
func unlimitedLists() []string {
	return []string{"DescribeInstances", "DescribeSnapshots", "DescribeSpotInstanceRequests", "DescribeVolumes"}
}

// narrowed reports whether a call of EC2 asks for pages, ids or filters. What
// cannot be read does not: it is refused later.
func narrowed(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return false
	}
	for name := range form {
		field, _, listed := strings.Cut(name, ".")
		if name == "MaxResults" || name == "NextToken" || listed && (field == "Filter" || strings.HasSuffix(field, "Id") && field != "OwnerId") {
			return true
		}
	}
	return false
}
