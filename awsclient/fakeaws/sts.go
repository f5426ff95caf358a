package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// callerARN is who calls. Keys tell the account and whether they are of a user
// or of an assumed role, but not of which role.
func callerARN(call Call) string {
	if strings.HasPrefix(call.AccessKey, sessionKey) {
		return fmt.Sprintf("arn:aws:sts::%s:assumed-role/demo/session", call.Account)
	}
	return fmt.Sprintf("arn:aws:iam::%s:user/demo", call.Account)
}

func (s *Server) getCallerIdentity(_ context.Context, call Call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	id := "AIDADEMO" + call.Account
	if strings.HasPrefix(call.AccessKey, sessionKey) {
		id = "AROADEMO" + call.Account + ":session"
	}
	return &sts.GetCallerIdentityOutput{Account: aws.String(call.Account), Arn: aws.String(callerARN(call)), UserId: aws.String(id)}, nil
}

// defaultSession is how long assumed roles last, unless the call says.
const defaultSession = time.Hour

// assumeRole gives keys of the account that the role is in. Any role of an
// active account can be assumed, except those that Options deny.
func (s *Server) assumeRole(_ context.Context, call Call, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	arn := aws.ToString(in.RoleArn)
	account, role, ok := roleOf(arn)
	if !ok {
		return nil, &Error{Code: "ValidationError", Message: fmt.Sprintf("%s is invalid", arn)}
	}
	if a, known := s.fleet().Member(account); !known || !a.Active() || s.deniedRole(arn) || !s.grants(action(call), arn) {
		return nil, &Error{"AccessDenied", fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", callerARN(call), arn), http.StatusForbidden}
	}
	session := aws.ToString(in.RoleSessionName)
	duration := defaultSession
	if in.DurationSeconds != nil {
		duration = time.Duration(*in.DurationSeconds) * time.Second
	}
	return &sts.AssumeRoleOutput{
		AssumedRoleUser: &types.AssumedRoleUser{
			Arn:           aws.String(fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, role, session)),
			AssumedRoleId: aws.String("AROADEMO" + account + ":" + session),
		},
		Credentials: &types.Credentials{
			AccessKeyId: aws.String(sessionKey + account), SecretAccessKey: aws.String(demoSecret),
			SessionToken: aws.String("demo-session-of-" + account), Expiration: aws.Time(s.options.Now().Add(duration).UTC().Truncate(time.Second)),
		},
	}, nil
}

// roleOf takes an ARN such as arn:aws:iam::111122223333:role/path/name apart.
func roleOf(arn string) (account, role string, ok bool) {
	rest, isIAM := strings.CutPrefix(arn, "arn:aws:iam::")
	account, path, isRole := strings.Cut(rest, ":role/")
	role = path[strings.LastIndex(path, "/")+1:]
	return account, role, isIAM && isRole && isAccountID(account) && role != ""
}

func (s *Server) deniedRole(arn string) bool {
	for _, glob := range s.options.DeniedRoles {
		if newGlob(glob).match(arn) {
			return true
		}
	}
	return false
}
