package scan

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// share is how much of AWS's documented rate a scan uses: enough below it that
// clocks and other tools do not turn every scan into a throttled one.
const share = 0.97

// Rate is a token bucket as AWS documents it: how many calls at once when it
// is full, and how many a second refill it.
type Rate struct {
	Burst     int
	PerSecond float64
}

// The rates that AWS documents, EC2's per account, region and API
// (docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling). Every EC2 list
// is read in pages, so that none falls into the smaller bucket for unfiltered
// and unpaginated calls.
var (
	ec2Reading  = Rate{100, 20}
	ec2Mutating = Rate{50, 5}
	// ssmValues is for all calls of Systems Manager that give values of parameters,
	// together (docs.aws.amazon.com/general/latest/gr/ssm.html).
	ssmValues = Rate{40, 40}
	// pricing is for GetProducts (docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/billing-limits).
	pricing = Rate{10, 5}
	// blockLists is for each of the lists of the EBS direct APIs (EBS user guide,
	// quotas L-18E976AB and L-DB2FBAA1).
	blockLists = Rate{50, 50}
	// lookups is for CloudTrail's LookupEvents (CloudTrail API reference).
	lookups = Rate{2, 2}
	// undocumented is for services that name no rate; they are asked little.
	undocumented = Rate{5, 5}
)

// RateOf gives the documented rate of an API named as IAM does, such as
// "ec2:DescribeImages".
func RateOf(api string) Rate {
	service, op, _ := strings.Cut(api, ":")
	switch {
	case service == "ec2":
		return ec2Rate(op)
	case service == "sts":
		return Rate{600, 600} // per account and region, IAM user guide, quotas
	case shared(api) == allValues:
		return ssmValues
	case service == "ebs":
		return blockLists
	case api == "pricing:GetProducts":
		return pricing
	case api == "cloudtrail:LookupEvents":
		return lookups
	}
	return undocumented // account:ListRegions is documented, with the same 5/s
}

func ec2Rate(op string) Rate {
	switch op {
	case "DeregisterImage", "DeleteSnapshot", "ModifyImageAttribute", "ModifySnapshotAttribute",
		"CreateSnapshot", "CreateSnapshots", "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "TerminateInstances":
		return Rate{100, 5}
	case "CopyImage":
		return Rate{100, 1}
	case "CreateTags", "DeleteTags":
		return Rate{100, 10}
	case "DescribeSpotFleetRequests":
		return Rate{50, 3}
	case "CreateStoreImageTask", "CreateRestoreImageTask":
		return Rate{50, 0.1}
	case "DescribeStoreImageTasks":
		return Rate{50, 0.5}
	case "RunInstances", "EnableFastLaunch":
		return Rate{5, 2}
	case "EnableImageBlockPublicAccess", "DisableImageBlockPublicAccess",
		"EnableSnapshotBlockPublicAccess", "DisableSnapshotBlockPublicAccess":
		return Rate{1, 0.1}
	}
	for _, reading := range []string{"Describe", "Get", "List"} {
		if strings.HasPrefix(op, reading) {
			return ec2Reading
		}
	}
	return ec2Mutating
}

// allValues names the bucket that the calls for values of parameters share.
const allValues = "ssm:GetParameter*"

// shared is the name of the bucket of an API: its own, unless it shares one.
func shared(api string) string {
	if strings.HasPrefix(api, strings.TrimSuffix(allValues, "*")) {
		return allValues
	}
	return api
}

// Buckets hold one token bucket per account, region and API, each just below
// AWS's documented rate. They are safe for use by many goroutines and live as
// long as the program, because AWS's own buckets do not refill at a new scan.
type Buckets struct {
	mu     sync.Mutex
	limits map[bucket]*rate.Limiter
	lines  map[bucket]chan struct{}
	now    func() time.Time
}

type bucket struct{ account, region, api string }

// NewBuckets returns full buckets.
func NewBuckets() *Buckets {
	return &Buckets{limits: map[bucket]*rate.Limiter{}, lines: map[bucket]chan struct{}{}, now: time.Now}
}

// Wait takes a token, waiting for it when the bucket is empty. Its error is
// ctx's; a wait that was broken off gives its token back.
func (b *Buckets) Wait(ctx context.Context, account, region, api string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r, delay := b.reserve(bucket{account, region, shared(api)})
	if delay <= 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		r.CancelAt(b.now())
		return ctx.Err()
	}
}

// spareFloor is the share of a bucket that work in the background leaves to whoever
// needs it at once: of EC2's 100 tokens 60.
const spareFloor = 0.6

// WaitSpare takes a token that is to spare: one of those above the floor. Once
// these are used up, callers get what refills the bucket, one after the other.
func (b *Buckets) WaitSpare(ctx context.Context, account, region, api string) error {
	l := b.limiter(bucket{account, region, shared(api)})
	line := b.line(bucket{account, region, shared(api)})
	select {
	case line <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-line }()
	for {
		now := b.now()
		missing := spareFloor*float64(l.Burst()) + 1 - l.TokensAt(now)
		if missing <= 0 && l.AllowN(now, 1) {
			return ctx.Err()
		}
		timer := time.NewTimer(1 + time.Duration(max(missing, 0)/float64(l.Limit())*float64(time.Second)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// line is where those wait who take what is to spare of a bucket.
func (b *Buckets) line(k bucket) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lines[k] == nil {
		b.lines[k] = make(chan struct{}, 1)
	}
	return b.lines[k]
}

// reserve takes a token of a bucket, and tells how long its owner must wait.
func (b *Buckets) reserve(k bucket) (*rate.Reservation, time.Duration) {
	now := b.now()
	r := b.limiter(k).ReserveN(now, 1)
	return r, r.DelayFrom(now)
}

func (b *Buckets) limiter(k bucket) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.limits[k]
	if !ok {
		doc := RateOf(k.api)
		l = rate.NewLimiter(rate.Limit(doc.PerSecond*share), max(1, int(float64(doc.Burst)*share)))
		b.limits[k] = l
	}
	return l
}
