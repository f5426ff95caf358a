package awsclient

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
)

// TestUnlistedCallsAreNotSent, of a service of either generation of the SDK, nor
// those for which AWS only looks behind another one.
func TestUnlistedCallsAreNotSent(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, nil)
	s, ok := h.client.session(h.scope.Account)
	if !ok {
		t.Fatal("no session")
	}
	before := len(h.server.Stats())
	for api, call := range map[string]func() error{
		"ec2:DescribeKeyPairs": func() error {
			_, err := s.ec2(h.scope.Region).DescribeKeyPairs(t.Context(), &ec2.DescribeKeyPairsInput{})
			return err
		},
		"ec2:DescribeLaunchTemplates": func() error {
			_, err := s.ec2(h.scope.Region).DescribeLaunchTemplates(t.Context(), &ec2.DescribeLaunchTemplatesInput{})
			return err
		},
		"ssm:ListCommands": func() error {
			_, err := s.ssm(h.scope.Region).ListCommands(t.Context(), &ssm.ListCommandsInput{})
			return err
		},
	} {
		if err := call(); !errors.Is(err, ErrUnlisted) || !strings.Contains(err.Error(), api+": the table of calls") {
			t.Errorf("%s: %v", api, err)
		}
	}
	if after := len(h.server.Stats()); after != before {
		t.Errorf("%d calls more were sent", after-before)
	}
}

// TestProbesAreThoseOfTheTable: each call that can be checked has one, and no
// other.
func TestProbesAreThoseOfTheTable(t *testing.T) {
	left := probes()
	for _, c := range calls.All() {
		if _, ok := left[c.API]; ok != (c.Check != calls.None) {
			t.Errorf("%s: a probe: %t", c.API, ok)
		}
		delete(left, c.API)
	}
	for api := range left {
		t.Errorf("%s is not in the table", api)
	}
}
