package fakeaws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// describedFilter is what a call of DescribeParameters asks for. Of the older
// kind of filters names match by their beginning.
func describedFilter(in *ssm.DescribeParametersInput) (func(*fleet.Parameter) bool, error) {
	if len(in.Filters) > 0 && len(in.ParameterFilters) > 0 {
		return nil, validation("You can use either Filters or ParameterFilters in a single request.")
	}
	filters := slices.Clone(in.ParameterFilters)
	for _, f := range in.Filters {
		option := "Equals"
		if f.Key == types.ParametersFilterKeyName {
			option = "BeginsWith"
		}
		filters = append(filters, types.ParameterStringFilter{Key: aws.String(string(f.Key)), Option: aws.String(option), Values: f.Values})
	}
	return allOf(filters, describedKey)
}

// pathFilter is what a call of GetParametersByPath asks for, and the label by
// which it selects versions.
func pathFilter(in *ssm.GetParametersByPathInput) (keep func(*fleet.Parameter) bool, label string, err error) {
	for _, f := range in.ParameterFilters {
		if aws.ToString(f.Key) == "Label" && len(f.Values) > 0 {
			label = f.Values[0]
		}
	}
	kept, err := allOf(in.ParameterFilters, pathKey)
	if err != nil {
		return nil, "", err
	}
	path, recursive := aws.ToString(in.Path), aws.ToBool(in.Recursive)
	return func(r *fleet.Parameter) bool { return below(r.Name, path, recursive) && kept(r) }, label, nil
}

// match tells whether a parameter has one of the values of a filter.
type match func(r *fleet.Parameter, values []string) bool

// allOf compiles filters; key gives what a key and an option mean.
func allOf(filters []types.ParameterStringFilter, key func(key, option string) (match, error)) (func(*fleet.Parameter) bool, error) {
	matches := make([]match, len(filters))
	for i, f := range filters {
		var err error
		if matches[i], err = key(aws.ToString(f.Key), aws.ToString(f.Option)); err != nil {
			return nil, err
		}
	}
	return func(r *fleet.Parameter) bool {
		for i, m := range matches {
			if !m(r, filters[i].Values) {
				return false
			}
		}
		return true
	}, nil
}

// describedKey knows the keys of DescribeParameters; nothing here has tags.
func describedKey(key, option string) (match, error) {
	switch key {
	case "Name":
		return matchText(option, func(r *fleet.Parameter) string { return r.Name }, "Contains")
	case "DataType":
		return matchText(option, dataType)
	case "Tier":
		return matchText(option, func(r *fleet.Parameter) string { return string(tier(r)) })
	case "Type", "KeyId":
		return matchKind(key, option)
	case "Path":
		return matchPath(option)
	}
	if strings.HasPrefix(key, "tag:") {
		return func(*fleet.Parameter, []string) bool { return false }, nil
	}
	return nil, wrongKey(key)
}

// pathKey knows the keys of GetParametersByPath.
func pathKey(key, option string) (match, error) {
	switch key {
	case "Type", "KeyId":
		return matchKind(key, option)
	case "Label":
		if option != "" && option != "Equals" {
			return nil, wrongOption(option)
		}
		return func(r *fleet.Parameter, values []string) bool {
			return slices.ContainsFunc(values, func(label string) bool { _, ok := r.At(label); return ok })
		}, nil
	}
	return nil, wrongKey(key)
}

func matchKind(key, option string) (match, error) {
	return matchText(option, func(r *fleet.Parameter) string {
		kind := parameterType(r)
		switch {
		case key == "Type":
			return string(kind)
		case kind == types.ParameterTypeSecureString:
			return ssmKey
		default:
			return ""
		}
	})
}

// matchText compares a text of parameters; more are options that few have.
func matchText(option string, of func(*fleet.Parameter) string, more ...string) (match, error) {
	compare := func(text, value string) bool { return text == value }
	switch option {
	case "", "Equals":
	case "BeginsWith":
		compare = strings.HasPrefix
	default:
		if !slices.Contains(more, option) {
			return nil, wrongOption(option)
		}
		compare = strings.Contains
	}
	return func(r *fleet.Parameter, values []string) bool {
		return slices.ContainsFunc(values, func(value string) bool { return compare(of(r), value) })
	}, nil
}

func matchPath(option string) (match, error) {
	if option != "" && option != "OneLevel" && option != "Recursive" {
		return nil, wrongOption(option)
	}
	return func(r *fleet.Parameter, values []string) bool {
		return slices.ContainsFunc(values, func(path string) bool { return below(r.Name, path, option == "Recursive") })
	}, nil
}

// below reports whether a parameter is right under a path, or anywhere under
// it. Names without a slash are right under the root.
func below(name, path string, anywhere bool) bool {
	rest, ok := strings.CutPrefix("/"+strings.TrimPrefix(name, "/"), strings.TrimSuffix(path, "/")+"/")
	return ok && (anywhere || !strings.Contains(rest, "/"))
}

func wrongKey(key string) error {
	return &Error{Code: "InvalidFilterKey", Message: fmt.Sprintf("The following filter key is not valid: %s.", key)}
}

func wrongOption(option string) error {
	return &Error{Code: "InvalidFilterOption", Message: fmt.Sprintf("The following filter option is not valid: %s.", option)}
}
