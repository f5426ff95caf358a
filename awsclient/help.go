package awsclient

import (
	"cmp"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/amiscope/amiscope/model"
)

// help says what to do about an error where more is known than its kind tells;
// "" leaves it to the kind.
func help(k call, e *model.OpError) string {
	if h := helpRefused(e); h != "" {
		return h
	}
	switch e.Kind {
	case model.Denied, model.Closed:
		return helpDenied(k, e.Err.Error())
	case model.Expired:
		return helpExpired(k, e)
	case model.Invalid:
		return helpInvalid(k, e)
	case model.Unsupported:
		if e.Code == "AWSOrganizationsNotInUseException" {
			return "this account is in no organization: leave --organization out, or start from an account that is"
		}
	case model.Network:
		if isUntrusted(e.Err) {
			return "let AWS_CA_BUNDLE name a file with the certificate of your proxy or endpoint"
		}
	case model.Unknown, model.Throttled, model.InUse, model.NotFound, model.Protected, model.DisabledRegion, model.NotOffered:
	}
	return ""
}

func helpDenied(k call, text string) string {
	who := cmp.Or(k.principal, k.way.source)
	switch {
	case strings.Contains(text, "MultiFactorAuthentication failed"):
		return "the MFA code was wrong or used before: wait for the next one, then refresh or start again to be asked once more"
	case strings.Contains(text, "service control policy"):
		return "a service control policy denies " + k.api + " here: ask who runs the organization, or leave the region out with --region"
	case k.api == "sts:AssumeRole" && k.way.base != nil:
		return "let the trust policy of " + k.way.role.arn + " name " + k.way.base.arn + ", or name this account in the config file"
	case k.api == "sts:AssumeRole":
		return "let the role's trust policy name the login of " + k.way.source + ", with its external id if it asks for one"
	}
	return "allow " + k.api + " for " + who
}

func helpExpired(k call, e *model.OpError) string {
	switch {
	case errors.Is(e.Err, ErrNoCredentials):
		return "set them up with: aws configure sso; name a profile with --profile; or look around without any: amiscope demo"
	case errors.Is(e.Err, ErrNoCode):
		return k.way.source + " needs an MFA code: refresh, or start again, to be asked once more"
	case errors.Is(e.Err, errNoMFA):
		return k.way.source + " needs an MFA code: start amiscope in a terminal, or get a session first with: aws sts get-session-token"
	}
	if isClockOff(e.Err) {
		return "set the clock of this machine right"
	}
	switch e.Code {
	case "RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException":
		return "set the clock of this machine right; if it is, the secret key of " + k.way.source + " is wrong"
	case "AuthFailure":
		return "AWS refuses these credentials here: log in again; for a region enabled lately, get session tokens from a regional STS endpoint"
	case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId":
		return "the access key of " + k.way.source + " is deleted, inactive or of another partition: renew it"
	}
	if e.Login.Known() {
		return "run: " + commandLine(e.Login.Command)
	}
	if isProcess(e.Err) {
		return "run the credential_process of " + k.way.source + " by hand to see what it says, then refresh"
	}
	return "renew the credentials of " + k.way.source + ", then refresh"
}

func helpInvalid(k call, e *model.OpError) string {
	if errors.Is(e.Err, errInput) {
		return "make the plan again"
	}
	if k.api != "" {
		return ""
	}
	missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](e.Err)
	if _, source := errors.AsType[config.SharedConfigAssumeRoleError](e.Err); !ok || source {
		return "mend what " + k.way.source + " uses of your AWS config files and variables"
	}
	names, err := ProfileNames()
	if err != nil || len(names) == 0 {
		return "your AWS files hold no profiles; make one with: aws configure sso"
	}
	return "did you mean --profile " + nearest(missing.Profile, names) + "? aws configure list-profiles lists all"
}
