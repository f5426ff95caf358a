package fakeaws

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

var (
	parameterPages = pages{
		usual: 50, most: 50, size: "maxResults", badSize: "ValidationException",
		badToken: &Error{"InvalidNextToken", "The specified token isn't valid.", http.StatusBadRequest},
	}
	pathPages = pages{
		usual: 10, most: 10, size: "maxResults", badSize: "ValidationException",
		badToken: parameterPages.badToken,
	}
)

// maxParameters is the most names that GetParameters takes.
const maxParameters = 10

// selected is a version of a parameter, as a caller asked for it.
type selected struct {
	*fleet.Parameter
	fleet.ParameterVersion
	selector string // :VERSION or :LABEL; "" for the current one
}

// describeParameters tells all about parameters but their values: the caller's
// own, or those that other accounts share with it.
func (s *Server) describeParameters(_ context.Context, call Call, in *ssm.DescribeParametersInput) (*ssm.DescribeParametersOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := parameterPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	keep, err := describedFilter(in)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	parameters := s.store().parameters
	records := parameters.own[here(call)]
	if aws.ToBool(in.Shared) {
		records = s.sharedParameters(call)
	}
	found, next := tell(s.pages, parameters.id, []shelf[*fleet.Parameter]{{records, keep}}, c, size)
	out := &ssm.DescribeParametersOutput{NextToken: next, Parameters: make([]types.ParameterMetadata, len(found))}
	for i, r := range found {
		out.Parameters[i] = answerMetadata(r)
	}
	return out, nil
}

// sharedParameters are those that other accounts share, in the order of rank.
func (s *Server) sharedParameters(call Call) []*fleet.Parameter {
	var out []*fleet.Parameter
	for at, records := range s.store().parameters.own {
		if at.region != call.Region || at.account == call.Account {
			continue
		}
		for _, r := range records {
			if r.Shared {
				out = append(out, r)
			}
		}
	}
	s.store().parameters.arrange(out)
	return out
}

// getParameters gives values by name, name:version, name:label or ARN, in
// alphabetical order, and lists the names that name nothing.
func (s *Server) getParameters(_ context.Context, call Call, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if n := len(in.Names); n < 1 || n > maxParameters {
		return nil, validation(constraint("["+strings.Join(in.Names, ", ")+"]", "names", fmt.Sprintf("Member must have length from 1 to %d", maxParameters)))
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	public := sync.OnceValue(func() []*fleet.Parameter { return s.publicParameters(call.Region) })
	out := &ssm.GetParametersOutput{Parameters: []types.Parameter{}, InvalidParameters: []string{}}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(in.Names))) {
		p, ok := s.parameter(call, strings.TrimSpace(name), public)
		if !ok {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, answerParameter(p, aws.ToBool(in.WithDecryption)))
	}
	return out, nil
}

func validation(message string) error {
	return &Error{Code: "ValidationException", Message: message}
}

// parameter finds what a name of GetParameters means.
func (s *Server) parameter(call Call, name string, public func() []*fleet.Parameter) (selected, bool) {
	at, name, selector := parameterName(call, name)
	if at.region != call.Region {
		return selected{}, false
	}
	if at.account == "" || strings.HasPrefix(name, publicPath) {
		return publicParameter(public(), name, selector)
	}
	r := s.store().parameters.byID[nameID(at, name)]
	if r == nil { // the ARN of a name that begins with a slash has it only once
		r = s.store().parameters.byID[nameID(at, strings.TrimPrefix(name, "/"))]
	}
	if r == nil || at.account != call.Account && !r.Shared {
		return selected{}, false
	}
	v, ok := r.At(selector)
	return selected{r, v, selector}, ok
}

// parameterName takes a name or an ARN apart, and what may stand behind it.
func parameterName(call Call, text string) (at place, name, selector string) {
	parts := strings.SplitN(text, ":", 7)
	if parts[0] != "arn" {
		name, selector, _ = strings.Cut(text, ":")
		return here(call), name, selector
	}
	if len(parts) < 6 || parts[2] != "ssm" {
		return place{}, "", ""
	}
	if len(parts) == 7 {
		selector = parts[6]
	}
	return place{parts[4], parts[3]}, strings.TrimPrefix(parts[5], "parameter"), selector
}

// getParametersByPath gives the values of the parameters in a hierarchy.
func (s *Server) getParametersByPath(_ context.Context, call Call, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := pathPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	path := aws.ToString(in.Path)
	if !strings.HasPrefix(path, "/") {
		return nil, validation("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".")
	}
	keep, selector, err := pathFilter(in)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	out := &ssm.GetParametersByPathOutput{Parameters: []types.Parameter{}}
	found, next := s.inPath(call, path, keep, c, size)
	for _, r := range found {
		v, _ := r.At(selector) // the filter kept those that have it
		out.Parameters = append(out.Parameters, answerParameter(selected{r, v, selector}, aws.ToBool(in.WithDecryption)))
	}
	out.NextToken = next
	return out, nil
}

// inPath gives a page of the parameters below a path: public ones below their
// root, else the caller's.
func (s *Server) inPath(call Call, path string, keep func(*fleet.Parameter) bool, c cursor, size int) ([]*fleet.Parameter, *string) {
	if path+"/" == publicPath || strings.HasPrefix(path, publicPath) {
		public := slices.DeleteFunc(s.publicParameters(call.Region), func(r *fleet.Parameter) bool { return !keep(r) })
		return listed(s.pages, public, c, size)
	}
	parameters := s.store().parameters
	return tell(s.pages, parameters.id, []shelf[*fleet.Parameter]{{parameters.own[here(call)], keep}}, c, size)
}

func answerMetadata(r *fleet.Parameter) types.ParameterMetadata {
	current, _ := r.At("")
	out := types.ParameterMetadata{
		ARN:              aws.String(parameterARN(r)),
		DataType:         aws.String(dataType(r)),
		LastModifiedDate: instant(current.Modified),
		LastModifiedUser: aws.String(fmt.Sprintf("arn:aws:iam::%s:user/deploy", r.Owner)),
		Name:             aws.String(r.Name),
		Tier:             tier(r),
		Type:             parameterType(r),
		Version:          current.Number,
	}
	if out.Type == types.ParameterTypeSecureString {
		out.KeyId = aws.String(ssmKey)
	}
	return out
}

func answerParameter(p selected, decrypt bool) types.Parameter {
	out := types.Parameter{
		ARN:              aws.String(parameterARN(p.Parameter)),
		DataType:         aws.String(dataType(p.Parameter)),
		LastModifiedDate: instant(p.ParameterVersion.Modified),
		Name:             aws.String(p.Name),
		Type:             parameterType(p.Parameter),
		Value:            aws.String(p.ParameterVersion.Value),
		Version:          p.Number,
	}
	if p.selector != "" {
		out.Selector = aws.String(":" + p.selector)
	}
	if out.Type == types.ParameterTypeSecureString && !decrypt {
		out.Value = aws.String(ciphertext(p))
	}
	return out
}

// ssmKey is the key that encrypts parameters unless their owner names another.
const ssmKey = "alias/aws/ssm"

// ciphertext stands for an encrypted value, as KMS gives them: in base64, and
// without a trace of what is in it.
func ciphertext(p selected) string {
	id := uuidOf(p.Owner, p.Region, p.Name, p.ParameterVersion.Value)
	return "AQICAHh" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(id, 4)))
}

func dataType(r *fleet.Parameter) string { return cmp.Or(r.DataType, "text") }

func parameterType(r *fleet.Parameter) types.ParameterType {
	return cmp.Or(types.ParameterType(r.Type), types.ParameterTypeString)
}

// tier is Advanced where it must be: standard parameters cannot be shared.
func tier(r *fleet.Parameter) types.ParameterTier {
	if r.Shared {
		return types.ParameterTierAdvanced
	}
	return types.ParameterTierStandard
}
