package awsclient

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// aliasPrefix stands before the parameter that launch templates name instead of
// an image: NAME, NAME:VERSION, NAME:LABEL, or an ARN with the same endings.
const aliasPrefix = "resolve:ssm:"

// namesPerCall is the most names that GetParameters takes.
const namesPerCall = 10

// parameter is what a parameter says.
type parameter struct {
	image    string
	broken   string // why it names no image
	missing  bool   // there is none
	modified time.Time
}

// errUnanswered is an answer that lacks what was asked for.
var errUnanswered = errors.New("AWS did not answer about a parameter")

// resolve reads the parameters of names as they may stand behind aliasPrefix,
// each once a pass.
func (u *usage) resolve(ctx context.Context, names []string) error {
	var left []string
	for _, n := range names {
		if _, known := u.parameters[n]; !known {
			left = append(left, n)
		}
	}
	left = slices.Compact(slices.Sorted(slices.Values(left)))
	for some := range slices.Chunk(left, namesPerCall) {
		if err := u.getParameters(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// getParameters reads up to namesPerCall parameters. One that cannot be a name
// spoils the call for all, and of an ARN AWS may answer by another form of the
// name: such names are asked for alone.
func (u *usage) getParameters(ctx context.Context, names []string) error {
	var out *ssm.GetParametersOutput
	err := u.ask(ctx, "ssm:GetParameters", func(ctx context.Context) (err error) {
		out, err = u.session.ssm(u.scope.Region).GetParameters(ctx, &ssm.GetParametersInput{Names: names})
		return err
	})
	malformed := codeOf(err) == "ValidationException"
	if err != nil && !malformed {
		return err
	}
	var unanswered []string
	for _, n := range names {
		switch p, ok := answered(out, n, len(names) == 1); {
		case ok:
			u.parameters[n] = p
		case malformed && len(names) == 1:
			u.parameters[n] = parameter{broken: n + " cannot be the name of a parameter"}
		default:
			unanswered = append(unanswered, n)
		}
	}
	switch {
	case len(unanswered) == 0:
		return nil
	case len(names) == 1:
		return u.explain(ctx, "ssm:GetParameters", errUnanswered)
	}
	for _, n := range unanswered {
		if err := u.getParameters(ctx, []string{n}); err != nil {
			return err
		}
	}
	return nil
}

// answered finds what an answer says of a name; alone means that nothing else was
// asked for.
func answered(out *ssm.GetParametersOutput, name string, alone bool) (parameter, bool) {
	if out == nil {
		return parameter{}, false
	}
	if slices.Contains(out.InvalidParameters, name) {
		return parameter{broken: "the parameter " + name + " does not exist", missing: true}, true
	}
	for i := range out.Parameters {
		p := &out.Parameters[i]
		selector := aws.ToString(p.Selector)
		if alone || aws.ToString(p.Name)+selector == name || aws.ToString(p.ARN)+selector == name {
			return parameterOf(p), true
		}
	}
	return parameter{}, false
}

// parameterOf reads a parameter that is to hold the id of an image.
func parameterOf(p *ssmtypes.Parameter) parameter {
	out := parameter{modified: utc(p.LastModifiedDate)}
	switch value := strings.TrimSpace(aws.ToString(p.Value)); {
	case p.Type == ssmtypes.ParameterTypeSecureString:
		out.broken = "the value of the parameter " + aws.ToString(p.Name) + " is encrypted"
	case isImage(value):
		out.image = value
	default:
		out.broken = "the parameter " + aws.ToString(p.Name) + " holds no id of an image"
	}
	return out
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
