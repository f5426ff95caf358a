package awsclient

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiscope/amiscope/model"
)

// The most that Systems Manager gives in a page: of names, and of values.
const (
	namesPage  = 50
	valuesPage = 10
)

// imageDataType is the data type of parameters that hold the id of an image.
const imageDataType = "aws:ec2:image"

// parameterList is the parameters whose data type says that they name an image,
// and ids in the values of others under the paths of the options.
type parameterList struct{}

func (parameterList) read(ctx context.Context, r *reading) error {
	p := parameterPass{usage: newUsage(r), seen: map[string]bool{}}
	if err := p.typed(ctx); err != nil {
		return err
	}
	for _, path := range r.client.o.Usage.ParameterPaths {
		if err := p.under(ctx, "/"+strings.Trim(path, "/")); err != nil {
			return err
		}
	}
	return nil
}

// parameterPass remembers the parameters that were told, by name: paths may be
// parts of each other, and hold parameters of both kinds.
type parameterPass struct {
	*usage
	seen map[string]bool
}

func (p *parameterPass) first(name string) bool {
	first := !p.seen[name]
	p.seen[name] = true
	return first
}

// typed reads the parameters of data type aws:ec2:image: their names, then
// their values.
func (p *parameterPass) typed(ctx context.Context) error {
	in := ssm.DescribeParametersInput{
		ParameterFilters: []ssmtypes.ParameterStringFilter{{Key: aws.String("DataType"), Values: []string{imageDataType}}},
		MaxResults:       aws.Int32(namesPage),
	}
	return p.list(ctx, "ssm:DescribeParameters", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := p.describe(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.Parameters, out.NextToken); err != nil {
			return nil, err
		}
		var names []string
		for i := range out.Parameters {
			m := &out.Parameters[i]
			filtered := in.ParameterFilters != nil || aws.ToString(m.DataType) == imageDataType
			if name := aws.ToString(m.Name); filtered && p.first(name) {
				names = append(names, name)
			}
		}
		if err := p.resolve(ctx, names); err != nil {
			return nil, err
		}
		var refs []*model.Reference
		for _, name := range names {
			if v := p.parameters[name]; !v.missing { // else it is gone since it was listed
				refs = append(refs, p.reference(model.Reference{Key: name, ID: name, Image: v.image, Broken: v.broken, Since: v.modified}))
			}
		}
		p.reading.tell(model.Page{References: refs})
		return out.NextToken, nil
	})
}

// describe lists parameters. An endpoint that cannot filter by data type lists
// all of them.
func (p *parameterPass) describe(ctx context.Context, in *ssm.DescribeParametersInput) (*ssm.DescribeParametersOutput, error) {
	api := p.session.ssm(p.scope.Region)
	out, err := api.DescribeParameters(ctx, in)
	if code := codeOf(err); in.NextToken == nil && in.ParameterFilters != nil && (code == "ValidationException" || code == "InvalidFilterKey") {
		p.calls++
		in.ParameterFilters = nil
		out, err = api.DescribeParameters(ctx, in)
	}
	return out, err
}

func (p *parameterPass) reference(r model.Reference) *model.Reference {
	r.Scope, r.Source = p.scope, p.kind
	return &r
}

// under searches the values below a path. Those that are encrypted are not
// decrypted for it: that they were not read is told.
func (p *parameterPass) under(ctx context.Context, path string) error {
	in := ssm.GetParametersByPathInput{Path: &path, Recursive: aws.Bool(true), MaxResults: aws.Int32(valuesPage)}
	return p.list(ctx, "ssm:GetParametersByPath", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := p.session.ssm(p.scope.Region).GetParametersByPath(ctx, &in)
		if err != nil {
			return nil, err
		}
		if err := whole(out.Parameters, out.NextToken); err != nil {
			return nil, err
		}
		var refs []*model.Reference
		for i := range out.Parameters {
			if v := &out.Parameters[i]; p.first(aws.ToString(v.Name)) {
				refs = append(refs, p.search(v)...)
			}
		}
		p.reading.tell(model.Page{References: refs})
		return out.NextToken, nil
	})
}

// search gives a reference for each id in a value.
func (p *parameterPass) search(v *ssmtypes.Parameter) []*model.Reference {
	name := aws.ToString(v.Name)
	text := model.Reference{Key: name, ID: name, Anywhere: true, Since: utc(v.LastModifiedDate)}
	if v.Type == ssmtypes.ParameterTypeSecureString {
		text.Broken = "its value is encrypted and was not read"
		return []*model.Reference{p.reference(text)}
	}
	var out []*model.Reference
	for i, id := range imageIDs(aws.ToString(v.Value)) {
		r := text
		r.Image = id
		if i > 0 {
			r.Key += " " + id
		}
		out = append(out, p.reference(r))
	}
	return out
}

// imageIDs lists the ids of images in a text, each once: ami- and 8 or 17
// hexadecimal digits, and no letter or digit behind them. A letter before 8
// digits makes another word of them (miami-20240101), unless it ends an escape
// sequence such as \n.
func imageIDs(text string) []string {
	var out []string
	for at := 0; ; {
		i := strings.Index(text[at:], imagePrefix)
		if i < 0 {
			return out
		}
		start := at + i
		at = start + len(imagePrefix)
		for at < len(text) && isHex(text[at]) {
			at++
		}
		digits := at - start - len(imagePrefix)
		if digits != 8 && digits != 17 || at < len(text) && isAlnum(text[at]) || digits == 8 && inWord(text[:start]) {
			continue
		}
		if id := text[start:at]; !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
}

// inWord reports whether what follows a text goes on with a word of it.
func inWord(before string) bool {
	n := len(before)
	return n > 0 && isAlnum(before[n-1]) && (before[n-1] < '0' || before[n-1] > '9') && (n == 1 || before[n-2] != '\\')
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
