package fakeaws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func wantMutations(t *testing.T, s *Server, want ...Mutation) {
	t.Helper()
	if diff := cmp.Diff(want, s.Mutations()); diff != "" {
		t.Errorf("mutations (-want +got):\n%s", diff)
	}
}

// insistent tries each call three times, at once.
func insistent(s *Server, account string) *ec2.Client {
	cfg := serverConfig(s, account, home)
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.Backoff = 3, retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(func(error) aws.Ternary { return aws.TrueTernary }))
		})
	}
	return ec2.NewFromConfig(cfg)
}

// Reads are no mutations; what was done, refused, denied or only asked for is told
// with its input.
func TestMutations(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{Denied: []Rule{{Operation: "DeleteTags"}}}, nil)
	c := ec2Client(s, owner, home)
	wantMutations(t, s, []Mutation{}...)
	if _, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateImageUsageReport(t.Context(), &ec2.CreateImageUsageReportInput{ImageId: aws.String(known), ResourceTypes: resourceTypes("1")}); err != nil {
		t.Fatal(err)
	}
	_, err := c.DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: aws.String(known), DryRun: aws.Bool(true)})
	wantCode(t, err, "DryRunOperation")
	_, err = c.DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: aws.String(gone), DeleteAssociatedSnapshots: aws.Bool(false)})
	wantCode(t, err, "InvalidAMIID.NotFound")
	_, err = c.DeleteTags(t.Context(), &ec2.DeleteTagsInput{Resources: []string{known}, Tags: []types.Tag{{Key: aws.String("a")}}})
	wantCode(t, err, "UnauthorizedOperation")
	if _, err := c.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{known}, Tags: []types.Tag{tagOf("a", "")}}); err != nil {
		t.Fatal(err)
	}
	wantMutations(
		t, s,
		Mutation{owner, home, "DeregisterImage", map[string]any{"ImageId": known, "DryRun": true}, "DryRunOperation"},
		Mutation{owner, home, "DeregisterImage", map[string]any{"ImageId": gone, "DeleteAssociatedSnapshots": false}, "InvalidAMIID.NotFound"},
		Mutation{owner, home, "DeleteTags", map[string]any{"Resources": []any{known}, "Tags": []any{map[string]any{"Key": "a"}}}, "UnauthorizedOperation"},
		Mutation{owner, home, "CreateTags", map[string]any{"Resources": []any{known}, "Tags": []any{map[string]any{"Key": "a", "Value": ""}}}, ""},
	)
}

// Attempts of one call are one mutation, which is done if one of them was.
func TestMutationsOfRetries(t *testing.T) {
	deletion := map[string]any{"SnapshotId": spare.Snapshot()}
	for name, c := range map[string]struct {
		fault Fault
		code  string
	}{
		"the answer got lost": {Fault{Kind: FaultReset, Share: 0.4}, ""},
		"never done":          {Fault{Kind: FaultServer}, "InternalError"},
	} {
		t.Run(name, func(t *testing.T) {
			c.fault.Rule = Rule{Operation: "DeleteSnapshot"}
			s, _, owner, _ := deedWorld(Options{Faults: []Fault{c.fault}, FaultSeed: seedOf(t, c.fault)}, nil)
			if _, err := insistent(s, owner).DeleteSnapshot(t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: aws.String(spare.Snapshot())}); err == nil {
				t.Error("the call went well")
			}
			wantMutations(t, s, Mutation{owner, home, "DeleteSnapshot", deletion, c.code})
			if calls := s.Stats()[0].Calls; calls != 3 {
				t.Errorf("%d attempts, want 3", calls)
			}
		})
	}
}

// seedOf finds a seed by which a fault befalls the first call and not the second.
func seedOf(t *testing.T, f Fault) uint64 {
	t.Helper()
	for seed := range uint64(1000) {
		s, _, owner, _ := deedWorld(Options{Faults: []Fault{f}, FaultSeed: seed}, nil)
		call := Call{Service: "EC2", Operation: "DeleteSnapshot", Account: owner, Region: home, Serial: 1}
		first := len(s.befallen(call)) > 0
		call.Serial = 2
		if second := len(s.befallen(call)) > 0; first && !second || f.Share == 0 {
			return seed
		}
	}
	t.Fatal("no seed does it")
	return 0
}

func TestSentValues(t *testing.T) {
	s, _, owner, _ := deedWorld(Options{}, nil)
	_, err := ec2Client(s, owner, home).CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{fleet.ID(5).Image()}, Tags: []types.Tag{tagOf("k", "v")}})
	wantCode(t, err, "InvalidAMIID.NotFound")
	got := s.Mutations()
	if len(got) != 1 || got[0].Input["DryRun"] != nil {
		t.Errorf("what was not sent is told: %v", got)
	}
}
