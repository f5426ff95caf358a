package model_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/model"
)

// kinds lists the closed set: Unknown is the first, NotOffered the last.
func kinds() []model.ErrorKind {
	var out []model.ErrorKind
	for k := model.Unknown; k <= model.NotOffered; k++ {
		out = append(out, k)
	}
	return out
}

func TestErrorKindsAreNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range kinds() {
		name := k.String()
		if name == "" || seen[name] {
			t.Errorf("kind %d is named %q, which is empty or taken", k, name)
		}
		seen[name] = true
		if got := model.ParseErrorKind(name); got != k {
			t.Errorf("ParseErrorKind(%q) = %v", name, got)
		}
	}
	if beyond := model.NotOffered + 1; beyond.String() != model.Unknown.String() {
		t.Errorf("a kind beyond the last is %q", beyond)
	}
	if got := model.ParseErrorKind("no such kind"); got != model.Unknown {
		t.Errorf("text that names no kind is %v", got)
	}
}

func TestOpError(t *testing.T) {
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	for _, tt := range []struct {
		name string
		err  model.OpError
		want string
	}{
		{"whole", model.OpError{Op: "ec2:DescribeImages", Scope: scope, Kind: model.Denied, Err: io.EOF}, "111111111111/eu-west-1: ec2:DescribeImages: denied: EOF"},
		{"global call", model.OpError{Op: "organizations:ListAccounts", Scope: model.Scope{Account: "111111111111"}, Kind: model.Throttled, Err: io.EOF}, "111111111111: organizations:ListAccounts: throttled: EOF"},
		{"region without account", model.OpError{Op: "sts:GetCallerIdentity", Scope: model.Scope{Region: "eu-west-1"}, Kind: model.Expired, Err: io.EOF}, "eu-west-1: sts:GetCallerIdentity: expired: EOF"},
		{"no scope, no operation", model.OpError{Err: io.EOF}, "unknown: EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if !errors.Is(&tt.err, io.EOF) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestEveryKindHasAHint(t *testing.T) {
	for _, k := range kinds() {
		e := &model.OpError{Op: "ec2:DescribeImages", Kind: k, Err: io.EOF}
		if hint := e.Hint(); hint == "" || strings.HasSuffix(hint, ".") {
			t.Errorf("%v: hint %q", k, hint)
		}
		e.Help = "ask Ann"
		if e.Hint() != "ask Ann" {
			t.Errorf("%v: the better hint is not given", k)
		}
	}
	denied := &model.OpError{Op: "ec2:DescribeImages", Kind: model.Denied, Err: io.EOF}
	if !strings.Contains(denied.Hint(), "ec2:DescribeImages") {
		t.Errorf("the hint %q does not name the permission", denied.Hint())
	}
}
