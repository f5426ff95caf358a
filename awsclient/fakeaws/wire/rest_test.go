package wire

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/google/go-cmp/cmp"
)

func eksREST() restJSON { return restJSON{jsonForm{lower: true}, eksRoutes()} }

func TestRoutes(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, want string
		labels             map[string]string
	}{
		"no label":          {"GET", "/clusters", "ListClusters", nil},
		"a label":           {"GET", "/clusters/prod/node-groups", "ListNodegroups", map[string]string{"clusterName": "prod"}},
		"two labels":        {"GET", "/clusters/prod/node-groups/web", "DescribeNodegroup", map[string]string{"clusterName": "prod", "nodegroupName": "web"}},
		"escaped slash":     {"GET", "/clusters/a%2Fb%20c/node-groups", "ListNodegroups", map[string]string{"clusterName": "a/b c"}},
		"broken escape":     {"GET", "/clusters/%zz/node-groups", "", nil},
		"empty label":       {"GET", "/clusters//node-groups", "", nil},
		"another method":    {"POST", "/clusters", "", nil},
		"another operation": {"GET", "/clusters/prod/addons", "", nil},
		"too long":          {"GET", "/clusters/prod/node-groups/web/x", "", nil},
		"too short":         {"GET", "/", "", nil},
		"nothing":           {"GET", "", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			op, labels := eksREST().route(&Request{Method: c.method, Path: c.path})
			if op != c.want {
				t.Errorf("got the operation %q, want %q", op, c.want)
			}
			if diff := cmp.Diff(c.labels, labels); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRESTInputs(t *testing.T) {
	var got eks.ListNodegroupsInput
	r := &Request{
		Method: http.MethodGet, Path: "/clusters/prod/node-groups",
		Query: url.Values{"maxResults": {"7"}, "nextToken": {"a b&c"}, "clusterName": {"not this one"}, "unknown": {"x"}},
	}
	if err := eksREST().Decode(r, &got); err != nil {
		t.Fatal(err)
	}
	want := eks.ListNodegroupsInput{ClusterName: aws.String("prod"), MaxResults: aws.Int32(7), NextToken: aws.String("a b&c")}
	if diff := cmp.Diff(want, got, sameDocs); diff != "" {
		t.Error(diff)
	}
	var lists eks.ListClustersInput
	r = &Request{Method: http.MethodGet, Path: "/clusters", Query: url.Values{"include": {"all", "b"}}}
	if err := eksREST().Decode(r, &lists); err != nil || !cmp.Equal(lists.Include, []string{"all", "b"}) {
		t.Errorf("got %v, %v", lists.Include, err)
	}
}

// A call with a body has its input there, and not in the query.
func TestRESTBodyCounts(t *testing.T) {
	p := restJSON{jsonForm{lower: true}, batchRoutes()}
	var got batch.DescribeComputeEnvironmentsInput
	r := &Request{
		Method: http.MethodPost, Path: "/v1/describecomputeenvironments", Query: url.Values{"maxResults": {"1"}},
		Body: []byte(`{"computeEnvironments":["a"],"maxResults":2,"MaxResults":3}`),
	}
	if err := p.Decode(r, &got); err != nil {
		t.Fatal(err)
	}
	if *got.MaxResults != 2 || !cmp.Equal(got.ComputeEnvironments, []string{"a"}) {
		t.Errorf("got %+v", got)
	}
}

func TestRESTMistakes(t *testing.T) {
	for name, query := range map[string]url.Values{
		"no number": {"maxResults": {"many"}},
		"too large": {"maxResults": {"4294967296"}},
		"empty":     {"maxResults": {""}},
	} {
		t.Run(name, func(t *testing.T) {
			err := eksREST().Decode(&Request{Method: http.MethodGet, Path: "/clusters", Query: query}, &eks.ListClustersInput{})
			var param *ParamError
			if !errors.As(err, &param) || param.Name != "maxResults" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// FuzzREST reads arbitrary paths, queries and bodies: it must end in an input
// or an error. What a path has for a member is in the input.
func FuzzREST(f *testing.F) {
	f.Add("GET", "/clusters/prod/node-groups/web", "maxResults=5&nextToken=a", "")
	f.Add("GET", "/clusters/%2e%2e/node-groups/%zz", "include=all&include=b", "{}")
	f.Add("DELETE", "//", "maxResults=-1&text=1&list=a&map=b&inside=c&blob=AAAA&time=0", `{"text":"a","inside":{"flag":true}}`)
	f.Add("POST", "/v1/describecomputeenvironments", "", `{"computeEnvironments":[null,"a"],"maxResults":1e2}`)
	p := restJSON{jsonForm{lower: true}, map[string]string{"GET /{text}": "One", "GET /clusters/{clusterName}/node-groups/{nodegroupName}": "DescribeNodegroup"}}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		r := &Request{Method: method, Path: path, Query: values, Body: []byte(body)}
		var group eks.DescribeNodegroupInput
		err = p.Decode(r, &group)
		if _, labels := p.route(r); err == nil && labels["nodegroupName"] != aws.ToString(group.NodegroupName) && labels["nodegroupName"] != "" {
			t.Errorf("%q is read as the node group %q", path, aws.ToString(group.NodegroupName))
		}
		_ = p.Decode(r, &everyKind{})
		_ = p.Decode(r, &batch.DescribeComputeEnvironmentsInput{})
	})
}
