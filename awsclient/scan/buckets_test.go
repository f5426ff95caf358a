package scan

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestRateOf(t *testing.T) {
	for api, want := range map[string]Rate{
		"ec2:DescribeImages":               {100, 20},
		"ec2:GetImageAncestry":             {100, 20},
		"ec2:CreateImage":                  {50, 5},
		"ec2:DeregisterImage":              {100, 5},
		"ec2:CopyImage":                    {100, 1},
		"ec2:DescribeStoreImageTasks":      {50, 0.5},
		"sts:AssumeRole":                   {600, 600},
		"ssm:GetParameters":                {40, 40},
		"ssm:GetParametersByPath":          {40, 40},
		"ssm:DescribeParameters":           {5, 5},
		"ssm:PutParameter":                 {5, 5},
		"ec2:DescribeSpotFleetRequests":    {50, 3},
		"autoscaling:DescribePolicies":     {5, 5},
		"organizations:ListAccounts":       {5, 5},
		"account:ListRegions":              {5, 5},
		"ec2:ListImagesInRecycleBin":       {100, 20},
		"rbin:GetRule":                     {5, 5},
		"pricing:GetProducts":              {10, 5},
		"ebs:ListSnapshotBlocks":           {50, 50},
		"ce:GetCostAndUsage":               {5, 5},
		"a service that nobody knows":      {5, 5},
		"ec2:EnableImageBlockPublicAccess": {1, 0.1},
		"ec2:ModifySnapshotAttribute":      {100, 5},
		"ec2:DisableImage":                 {50, 5},
		"ec2:DisableImageDeprecation":      {50, 5},
		"ec2:RestoreImageFromRecycleBin":   {50, 5},
		"ec2:DeleteTags":                   {100, 10},
	} {
		if got := RateOf(api); got != want {
			t.Errorf("%s: %v, want %v", api, got, want)
		}
	}
}

// No bucket ever lets more calls through in any span than AWS's own bucket of
// the documented size would.
func TestBucketsStayBelowTheDocumentedRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		api := rapid.SampledFrom([]string{"ec2:DescribeImages", "ec2:CopyImage", "iam:ListAccountAliases"}).Draw(t, "api")
		doc := RateOf(api)
		now := time.Unix(0, 0)
		b := NewBuckets()
		b.now = func() time.Time { return now }
		tokens, last := float64(doc.Burst), now // AWS's bucket
		for range rapid.IntRange(1, 400).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 80).Draw(t, "ms")) * time.Millisecond)
			_, delay := b.reserve(bucket{"1", "r", api})
			at := now.Add(max(delay, 0))
			tokens = min(float64(doc.Burst), tokens+at.Sub(last).Seconds()*doc.PerSecond) - 1
			if last = at; tokens < 0 {
				t.Fatalf("%s: call let through %v after the start would be throttled", api, at.Sub(time.Unix(0, 0)))
			}
			now = at
		}
	})
}

func TestBucketsAreApart(t *testing.T) {
	now := time.Unix(0, 0)
	b := NewBuckets()
	b.now = func() time.Time { return now }
	first := bucket{"1", "eu-west-1", "ec2:DescribeImages"}
	for range 97 {
		if _, delay := b.reserve(first); delay > 0 {
			t.Fatal("the burst is not let through")
		}
	}
	if _, delay := b.reserve(first); delay <= 0 {
		t.Error("no limit after the burst")
	}
	for _, k := range []bucket{
		{"2", "eu-west-1", "ec2:DescribeImages"},
		{"1", "eu-west-2", "ec2:DescribeImages"},
		{"1", "eu-west-1", "ec2:DescribeSnapshots"},
	} {
		if _, delay := b.reserve(k); delay > 0 {
			t.Errorf("%v waits for another bucket", k)
		}
	}
}

// What gives values of parameters is limited together.
func TestBucketsOfOneRate(t *testing.T) {
	now := time.Unix(0, 0)
	b := NewBuckets()
	b.now = func() time.Time { return now }
	ctx, cancel := context.WithCancel(t.Context())
	for range 19 {
		for _, api := range []string{"ssm:GetParameters", "ssm:GetParametersByPath"} {
			if err := b.Wait(ctx, "1", "r", api); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, delay := b.reserve(bucket{"1", "r", shared("ssm:GetParameter")}); delay <= 0 {
		t.Error("the 39th call of a burst of 38 needs no wait")
	}
	if err := b.Wait(ctx, "1", "r", "ssm:DescribeParameters"); err != nil {
		t.Fatal(err)
	}
	cancel()
}

func TestBucketsWaitGivesTheTokenBackWhenBrokenOff(t *testing.T) {
	now := time.Unix(0, 0)
	b := NewBuckets()
	b.now = func() time.Time { return now }
	k := bucket{"1", "r", "ec2:EnableImageBlockPublicAccess"} // one call in ten seconds
	if err := b.Wait(t.Context(), k.account, k.region, k.api); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(&ended{Context: t.Context()}, k.account, k.region, k.api); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	now = now.Add(11 * time.Second)
	if _, delay := b.reserve(k); delay > 0 {
		t.Errorf("the token of a cancelled wait is lost: %v to wait", delay)
	}
}

// ended is a context that ends while its owner waits: the first look at Err
// finds nothing wrong, and Done is closed by the time of the second.
type ended struct {
	context.Context
	looked bool
}

func (*ended) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

func (e *ended) Err() error {
	if !e.looked {
		e.looked = true
		return nil
	}
	return context.Canceled
}

// TestSpareTokens: work in the background leaves 60 of a hundred tokens, and goes
// on at the rate that refills the bucket.
func TestSpareTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBuckets()
		const api = "ec2:DescribeImageAttribute"
		begun := time.Now()
		var group sync.WaitGroup
		const calls = 400
		for range 8 {
			group.Go(func() {
				for range calls / 8 {
					if err := b.WaitSpare(t.Context(), "a", "r", api); err != nil {
						t.Error(err)
					}
				}
			})
		}
		synctest.Wait()
		left := b.limiter(bucket{"a", "r", api}).TokensAt(time.Now())
		if left < 58 || left > 60 {
			t.Errorf("%.1f tokens are left for others, want 58 to 60 (0.6 of 97)", left)
		}
		for range 50 { // somebody needs an answer at once, and has it
			if err := b.Wait(t.Context(), "a", "r", api); err != nil {
				t.Fatal(err)
			}
		}
		if since := time.Since(begun); since > 0 {
			t.Errorf("50 urgent calls waited %v behind the background", since)
		}
		group.Wait()
		rate := float64(calls+50-(97-58)) / time.Since(begun).Seconds() // what the burst had to spare came at once
		if ours := 20 * share; rate < 0.95*ours || rate > ours*1.2 {
			t.Errorf("%.2f calls a second, want at least 95 %% of %.1f", rate, ours)
		}
	})
}

func TestSpareTokensAreWaitedForNoLongerThanWanted(t *testing.T) {
	b := NewBuckets()
	ctx, cancel := context.WithCancel(t.Context())
	for range 38 {
		if err := b.WaitSpare(ctx, "a", "r", "ec2:DescribeImageAttribute"); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	for range 3 {
		if err := b.WaitSpare(ctx, "a", "r", "ec2:DescribeImageAttribute"); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
}
