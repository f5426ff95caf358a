package awsclient

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// answers stands between a client and its AWS: it may answer itself.
type answers struct {
	next http.RoundTripper
	own  func(r *http.Request, body string) (status int, answer string) // status 0: the AWS answers
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if status, answer := a.own(r, string(body)); status > 0 {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
	}
	return a.next.RoundTrip(r)
}

// between puts own before the AWS of a hand-made world, after its accounts were
// found.
func (h hand) between(own func(r *http.Request, body string) (status int, answer string)) {
	for _, s := range h.client.accounts {
		s.clients = map[string]*clients{} // made anew
		s.cfg.HTTPClient = newSlurper(&http.Client{Transport: &answers{h.server.Transport(), own}})
	}
}

// TestAnotherDocumentIsNoEmptySource: a pass over what is no answer of AWS must
// not sweep.
func TestAnotherDocumentIsNoEmptySource(t *testing.T) {
	for _, k := range model.Swept() {
		for _, document := range []string{"{}", `{"message":"sign in first"}`, `<?xml version="1.0"?><error/>`, "[]"} {
			h := handMade(t, fakeaws.Options{}, paths, everything)
			h.between(func(*http.Request, string) (int, string) { return http.StatusOK, document })
			err := h.client.Read(t.Context(), h.scope, k, func(p model.Page) { t.Errorf("%s from %s: told %+v", k, document, p) })
			if op := asOpError(err); op == nil || op.Kind != model.Network || op.Op != k.Calls()[0] {
				t.Errorf("%s from %s: %v", k, document, err)
			}
		}
	}
}

// TestWhatServicesHideIsAskedFor, where AWS knows how to ask for it.
func TestWhatServicesHideIsAskedFor(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, allPaths(), everything)
	asked, refused := 0, false
	h.between(func(_ *http.Request, body string) (int, string) {
		if !strings.Contains(body, "IncludeManagedResources=true") {
			return 0, ""
		}
		asked++
		if refused {
			return http.StatusBadRequest, `<Response><Errors><Error><Code>UnknownParameter</Code><Message>The parameter IncludeManagedResources is not recognized</Message></Error></Errors><RequestID>1</RequestID></Response>`
		}
		return 0, ""
	})
	h.tellsEverything(t)
	if asked == 0 {
		t.Error("not asked for")
	}
	h.client.numbers.seen = nil
	refused = true
	h.tellsEverything(t)
}

// TestWhatGoesWhileItIsListed is gone, and no failure.
func TestWhatGoesWhileItIsListed(t *testing.T) {
	const gone = `{"__type":"ResourceNotFoundException","message":"gone"}`
	h := handMade(t, fakeaws.Options{}, paths, everything)
	h.between(func(r *http.Request, body string) (int, string) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/clusters/empty/node-groups"), strings.HasSuffix(r.URL.Path, "/node-groups/pinned"):
			return http.StatusNotFound, gone
		case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetParameters") && strings.Contains(body, "golden-old"):
			return http.StatusOK, `{"Parameters":[],"InvalidParameters":["golden-old"]}`
		}
		return 0, ""
	})
	for _, k := range []model.Kind{model.NodeGroups, model.Parameters} {
		want := slices.DeleteFunc(everythingTold()[k], func(line string) bool {
			return strings.HasPrefix(line, "main/pinned") || strings.HasPrefix(line, "golden-old")
		})
		if got, err := h.read(t, h.scope, k); !slices.Equal(got, want) || err != nil {
			t.Errorf("%s: %v, %v", k, got, err)
		}
	}
}

// TestNamesOfParameters: a name that cannot be one spoils no other, and what AWS
// answers by another form of the name is found.
func TestNamesOfParameters(t *testing.T) {
	const shared = "arn:aws:ssm:us-east-1:222222222222:parameter/base"
	h := handMade(t, fakeaws.Options{PageLimit: 100}, Options{}, func(w *fleet.Fleet, s, _ model.Scope) {
		for i, image := range []string{"resolve:ssm:no name!", "resolve:ssm:" + shared, "resolve:ssm:/good:3", "resolve:ssm:/lost"} {
			w.Templates = append(w.Templates, fleet.Template{ID: webTemplate + fleet.ID(i), Owner: s.Account, Region: s.Region, Name: "t", Versions: []fleet.TemplateVersion{{Number: 1, Image: image}}})
		}
		w.Parameters = append(w.Parameters, fleet.Parameter{Owner: s.Account, Region: s.Region, Name: "/good", Value: ami1, DataType: "aws:ec2:image", Version: 3})
	})
	calls := 0
	h.between(func(r *http.Request, body string) (int, string) {
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetParameters") {
			return 0, ""
		}
		calls++
		switch {
		case strings.Contains(body, "no name!"):
			return http.StatusBadRequest, `{"__type":"ValidationException","message":"Invalid parameter name"}`
		case strings.Contains(body, shared):
			return http.StatusOK, `{"Parameters":[{"Name":"/base","ARN":"arn:of:another:form","Value":"` + ami2 + `","Type":"String"}],"InvalidParameters":[]}`
		}
		return 0, ""
	})
	got, err := h.read(t, h.scope, model.Templates)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"by no name! version 1 of 1 default broken: no name! cannot be the name of a parameter",
		ami2 + " by " + shared + " version 1 of 1 default",
		ami1 + " by /good:3 version 1 of 1 default",
		"by /lost version 1 of 1 default broken: the parameter /lost does not exist",
	} {
		if !strings.HasSuffix(got[i], "name t "+want) {
			t.Errorf("%s, want %s", got[i], want)
		}
	}
	if calls != 5 {
		t.Errorf("%d calls, want one of four names and four of one", calls)
	}
}

// TestAnAnswerAboutOtherParameters is none.
func TestAnAnswerAboutOtherParameters(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, everything)
	h.between(func(r *http.Request, _ string) (int, string) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetParameters") {
			return http.StatusOK, `{"Parameters":[],"InvalidParameters":[]}`
		}
		return 0, ""
	})
	for _, k := range []model.Kind{model.Templates, model.Parameters} {
		if _, err := h.read(t, h.scope, k); asOpError(err) == nil || asOpError(err).Op != "ssm:GetParameters" || asOpError(err).Kind != model.Network {
			t.Errorf("%s: %v", k, err)
		}
	}
}

func TestAnswered(t *testing.T) {
	out := &ssm.GetParametersOutput{
		Parameters: []ssmtypes.Parameter{
			{Name: aws.String("/a"), Value: aws.String(" " + ami1 + "\n")},
			{Name: aws.String("/a"), Selector: aws.String(":2"), Value: aws.String(ami2)},
			{Name: aws.String("/b"), ARN: aws.String("arn:b"), Selector: aws.String(":prod"), Value: aws.String(ami3)},
			{Name: aws.String("/c"), Value: aws.String(ami1), Type: ssmtypes.ParameterTypeSecureString},
			{Name: aws.String("/d"), Value: aws.String("later")},
		},
		InvalidParameters: []string{"/e"},
	}
	for name, want := range map[string]parameter{
		"/a":         {image: ami1},
		"/a:2":       {image: ami2},
		"arn:b:prod": {image: ami3},
		"/c":         {broken: "the value of the parameter /c is encrypted"},
		"/d":         {broken: "the parameter /d holds no id of an image"},
		"/e":         {broken: "the parameter /e does not exist", missing: true},
	} {
		if got, ok := answered(out, name, false); !ok || got != want {
			t.Errorf("%s: %+v, %t", name, got, ok)
		}
	}
	for _, name := range []string{"/b", "/f", "/a:3"} {
		if got, ok := answered(out, name, false); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestAnEndpointThatCannotFilterParameters lists all of them.
func TestAnEndpointThatCannotFilterParameters(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, allPaths(), everything)
	h.between(func(r *http.Request, body string) (int, string) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeParameters") && strings.Contains(body, "DataType") {
			return http.StatusBadRequest, `{"__type":"ValidationException","message":"Value DataType failed to satisfy constraint"}`
		}
		return 0, ""
	})
	if got, err := h.read(t, h.scope, model.Parameters); !slices.Equal(got, everythingTold()[model.Parameters]) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
