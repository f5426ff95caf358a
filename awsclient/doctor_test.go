package awsclient

import (
	"errors"
	"testing"

	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/model"
)

// TestStanding reads answers to checks: only what AWS says of the call itself is
// taken for a permission, or the lack of one.
func TestStanding(t *testing.T) {
	const api = "ec2:DescribeImageAttribute"
	byID, plain := calls.Call{API: api, ByID: true}, calls.Call{API: api}
	answer := func(op string, kind model.ErrorKind, code string) *model.OpError {
		return &model.OpError{Op: op, Kind: kind, Code: code, Err: errors.New("no")}
	}
	for _, c := range []struct {
		name string
		call calls.Call
		err  *model.OpError
		want Standing
	}{
		{"it would have gone well", byID, answer(api, model.Unknown, dryRun), Allowed},
		{"an AWS that knows no dry run", plain, nil, Allowed},
		{"denied", plain, answer(api, model.Denied, "UnauthorizedOperation"), Missing},
		{"closed", plain, answer(api, model.Closed, "UnauthorizedOperation"), Missing},
		{"denied, and not needed", calls.Call{API: api, Spare: "another tells"}, answer(api, model.Denied, "UnauthorizedOperation"), Spared},
		{"a role on the way", plain, answer("sts:AssumeRole", model.Denied, "AccessDenied"), Unanswered},
		{"expired", plain, answer(api, model.Expired, "RequestExpired"), Unanswered},
		{"throttled", plain, answer(api, model.Throttled, "RequestLimitExceeded"), Unanswered},
		{"no network", plain, answer(api, model.Network, ""), Unanswered},
		{"the image is looked for", byID, answer(api, model.NotFound, "InvalidAMIID.NotFound"), Uncheckable},
		{"an image, of a call without one", plain, answer(api, model.NotFound, "InvalidAMIID.NotFound"), Unanswered},
		{"not offered", plain, answer(api, model.NotOffered, ""), Absent},
		{"unknown to this AWS", plain, answer(api, model.Unsupported, "InvalidAction"), Unanswered},
	} {
		if got := standing(c.call, c.err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
