package wire

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
)

// sameDocs compares SDK documents.
var sameDocs = cmp.Exporter(func(reflect.Type) bool { return true })

func formRequest(body string) *Request {
	return &Request{Method: http.MethodPost, Path: "/", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(body)}
}

func TestDecodeEC2(t *testing.T) {
	for name, c := range map[string]struct {
		form string
		want ec2.DescribeImagesInput
	}{
		"nothing":         {"Action=DescribeImages&Version=2016-11-15", ec2.DescribeImagesInput{}},
		"scalars":         {"MaxResults=1000&IncludeDisabled=true&NextToken=", ec2.DescribeImagesInput{MaxResults: aws.Int32(1000), IncludeDisabled: aws.Bool(true), NextToken: aws.String("")}},
		"list":            {"Owner.1=self&Owner.2=amazon", ec2.DescribeImagesInput{Owners: []string{"self", "amazon"}}},
		"order and gaps":  {"Owner.10=c&Owner.9=b&Owner.2=a", ec2.DescribeImagesInput{Owners: []string{"a", "b", "c"}}},
		"huge index":      {"Owner.4294967295=a", ec2.DescribeImagesInput{Owners: []string{"a"}}},
		"empty list":      {"Owner=", ec2.DescribeImagesInput{Owners: []string{}}},
		"nested":          {"Filter.1.Name=state&Filter.1.Value.1=available&Filter.1.Value.2=disabled", ec2.DescribeImagesInput{Filters: []types.Filter{{Name: aws.String("state"), Values: []string{"available", "disabled"}}}}},
		"old signature":   {"Owner.1=self&AWSAccessKeyId=a&Signature=b&SignatureMethod=c&SignatureVersion=2&Timestamp=d&SecurityToken=e", ec2.DescribeImagesInput{Owners: []string{"self"}}},
		"first of twice":  {"NextToken=a&NextToken=b", ec2.DescribeImagesInput{NextToken: aws.String("a")}},
		"hostile as sent": {"NextToken=%1b%5b31m%0a%c2%9b%e2%80%ae", ec2.DescribeImagesInput{NextToken: aws.String("\x1b[31m\n\u009b\u202e")}},
	} {
		t.Run(name, func(t *testing.T) {
			var got ec2.DescribeImagesInput
			if err := newEC2().Decode(formRequest(c.form), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, sameDocs); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParametersInURL(t *testing.T) {
	r := &Request{Query: url.Values{"Action": {"DescribeImages"}, "Owner.1": {"self"}, "X-Amz-Signature": {"0"}}}
	var got ec2.DescribeImagesInput
	p := newEC2()
	if err := p.Decode(r, &got); err != nil || p.Operation(r) != "DescribeImages" || !cmp.Equal(got.Owners, []string{"self"}) {
		t.Errorf("got %v %v, operation %s", got.Owners, err, p.Operation(r))
	}
}

func TestQueryIgnoresUnknownParameters(t *testing.T) {
	var got iam.ListAccountAliasesInput
	if err := newQuery("x").Decode(formRequest("Nonsense.1=a&Marker=b"), &got); err != nil || *got.Marker != "b" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReplyEC2(t *testing.T) {
	started := time.Date(2026, 11, 23, 18, 0, 0, 5e6, time.FixedZone("", 3600))
	resp, err := newEC2().Reply("DescribeSnapshots", "id-1", &ec2.DescribeSnapshotsOutput{
		Snapshots: []types.Snapshot{{
			SnapshotId: aws.String("snap-1"), State: types.SnapshotStateCompleted, Encrypted: aws.Bool(false),
			VolumeSize: aws.Int32(8), StartTime: &started, Description: aws.String("a<b>&\"c\""), Tags: []types.Tag{},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<DescribeSnapshotsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id-1</requestId>` +
		`<snapshotSet><item><description>a&lt;b&gt;&amp;&#34;c&#34;</description><encrypted>false</encrypted><snapshotId>snap-1</snapshotId>` +
		`<startTime>2026-11-23T17:00:00.005Z</startTime><status>completed</status><tagSet></tagSet><volumeSize>8</volumeSize></item></snapshotSet>` +
		`</DescribeSnapshotsResponse>`
	if diff := cmp.Diff(want, string(resp.Body)); diff != "" {
		t.Error(diff)
	}
	if resp.Status != 200 || resp.Header.Get("Content-Type") != "text/xml;charset=UTF-8" || resp.Header.Get("X-Amzn-Requestid") != "id-1" {
		t.Errorf("got %d %v", resp.Status, resp.Header)
	}
}

func TestMapsInQueryAnswers(t *testing.T) {
	resp, err := newQuery("n").Reply("GetAccountSummary", "i", &iam.GetAccountSummaryOutput{SummaryMap: map[string]int32{"Users": 2, "Roles": 1}})
	want := "<SummaryMap><entry><key>Roles</key><value>1</value></entry><entry><key>Users</key><value>2</value></entry></SummaryMap>"
	if err != nil || !strings.Contains(string(resp.Body), want) {
		t.Errorf("got %s, %v", resp.Body, err)
	}
}

// What XML cannot hold becomes U+FFFD; the answer stays well formed.
func TestHostileText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain":             {"golden-2026.11.01", "golden-2026.11.01"},
		"markup":            {"</item><script>&amp;", "</item><script>&amp;"},
		"lines":             {"a\r\nb\tc", "a\r\nb\tc"},
		"escape sequence":   {"\x1b]0;owned\x07", "\ufffd]0;owned\ufffd"},
		"NUL and not UTF-8": {"\x00\xff", "\ufffd\ufffd"},
		"C1 and bidi":       {"\u009b\u202e\u2066", "\u009b\u202e\u2066"},
		"wide, combining":   {"映像é👩‍👩‍👧", "映像é👩‍👩‍👧"},
		"spaces":            {"  a  ", "  a  "},
		"CDATA":             {"]]>", "]]>"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := newEC2().Reply("CreateTags", "i", &ec2.CopyImageOutput{ImageId: &c.text})
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Text string `xml:"imageId"`
			}
			if err := xml.Unmarshal(resp.Body, &got); err != nil || got.Text != c.want {
				t.Errorf("got %q, %v, want %q", got.Text, err, c.want)
			}
		})
	}
}

func TestNoWireForm(t *testing.T) {
	for name, out := range map[string]any{
		"channel": &struct{ C chan int }{make(chan int)},
		"union":   &struct{ U fmt.Stringer }{time.Second},
		"list":    &struct{ L []uint16 }{[]uint16{1}},
		"map":     &struct{ M map[string]any }{map[string]any{"a": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range []Protocol{newQuery("n"), jsonRPC{}} {
				if resp, err := p.Reply("X", "i", out); err == nil {
					t.Errorf("answered %s", resp.Body)
				}
			}
		})
	}
}

func TestScope(t *testing.T) {
	const credential = "AKIA1/20261123/eu-west-1/ec2/aws4_request"
	want := Scope{"AKIA1", "eu-west-1", "ec2"}
	header := func(s string) *Request { return &Request{Header: http.Header{"Authorization": {s}}} }
	for name, c := range map[string]struct {
		request *Request
		want    Scope
		ok      bool
	}{
		"header":     {header("AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host, Signature=0"), want, true},
		"no spaces":  {header("AWS4-HMAC-SHA256 Credential=" + credential + ",SignedHeaders=host,Signature=0"), want, true},
		"only":       {header("AWS4-HMAC-SHA256 Credential=" + credential), want, true},
		"presigned":  {&Request{Query: url.Values{"X-Amz-Credential": {credential}}}, want, true},
		"none":       {&Request{}, Scope{}, false},
		"basic":      {header("Basic YTpi"), Scope{}, false},
		"short":      {header("AWS4-HMAC-SHA256 Credential=AKIA1/20261123/ec2/aws4_request, "), Scope{}, false},
		"no key":     {header("AWS4-HMAC-SHA256 Credential=/20261123/eu-west-1/ec2/aws4_request, "), Scope{}, false},
		"long":       {header("AWS4-HMAC-SHA256 Credential=a/" + credential + ", "), Scope{}, false},
		"just words": {header("Credential="), Scope{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := c.request.Scope()
			if got != c.want || ok != c.ok {
				t.Errorf("got %+v %t", got, ok)
			}
		})
	}
}

func TestGuess(t *testing.T) {
	s := NewServices()
	for name, c := range map[string]struct {
		request *Request
		like    string
	}{
		"EC2":    {formRequest("Action=A&Version=2016-11-15"), "ec2"},
		"query":  {formRequest("Action=A&Version=2011-06-15"), "sts"},
		"broken": {formRequest("%zz"), "sts"},
		"URL":    {&Request{Query: url.Values{"Action": {"A"}, "Version": {"2016-11-15"}}}, "ec2"},
		"target": {&Request{Header: http.Header{"X-Amz-Target": {"A.B"}}}, "organizations"},
		"else":   {&Request{Method: http.MethodGet, Path: "/"}, "account"},
	} {
		t.Run(name, func(t *testing.T) {
			want, _ := s.ByScope(c.like)
			if got := s.Guess(c.request); reflect.TypeOf(got) != reflect.TypeOf(want.Protocol) ||
				got.Refuse(UnknownKey, "") != want.Protocol.Refuse(UnknownKey, "") {
				t.Errorf("got the protocol %T", got)
			}
		})
	}
}
