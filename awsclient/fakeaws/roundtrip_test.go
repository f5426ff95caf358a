package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	direct "github.com/aws/aws-sdk-go-v2/service/ebs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
)

const (
	testAccount = "111122223333"
	testKey     = "AKIADEMO" + testAccount
	testRegion  = "eu-central-1"
)

// testConfig calls m in process, never retries and has the given access key.
func testConfig(m *Mux, key string) aws.Config {
	return aws.Config{
		Region:     testRegion,
		HTTPClient: &http.Client{Transport: m.Transport()},
		Retryer:    func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: "x"}, nil
		}),
	}
}

// TestEveryOperation sends a filled input through the real client of every
// operation and has a filled output come back.
func TestEveryOperation(t *testing.T) {
	m := NewMux()
	cfg := testConfig(m, testKey)
	for _, c := range []struct {
		service string
		client  any
		fewest  int // operations
	}{
		{"EC2", ec2.NewFromConfig(cfg), 811},
		{"STS", sts.NewFromConfig(cfg), 11},
		{"IAM", iam.NewFromConfig(cfg), 180},
		{"Organizations", organizations.NewFromConfig(cfg), 63},
		{"Account", account.NewFromConfig(cfg), 15},
		{"Auto Scaling", autoscaling.NewFromConfig(cfg), 66},
		{"SSM", ssm.NewFromConfig(cfg), 8},
		{"EKS", eks.NewFromConfig(cfg), 3},
		{"Batch", batch.NewFromConfig(cfg), 1},
		{"EBS", direct.NewFromConfig(cfg), 2},
		{"imagebuilder", imagebuilder.NewFromConfig(cfg), 4},
		{"Pricing", pricing.NewFromConfig(cfg), 1},
		{"Cost Explorer", costexplorer.NewFromConfig(cfg), 2},
		{"CloudTrail", cloudtrail.NewFromConfig(cfg), 1},
		{"rbin", rbin.NewFromConfig(cfg), 2},
	} {
		ops := operationsOf(c.client)
		if len(ops) < c.fewest {
			t.Errorf("%s has %d operations, want at least %d", c.service, len(ops), c.fewest)
		}
		for _, op := range ops {
			if slices.Contains(unsigned, op.name) || !served(c.service, op.name) {
				continue
			}
			op.serve(m, c.service)
			t.Run(c.service+"/"+op.name, func(t *testing.T) { t.Parallel(); op.check(t) })
		}
	}
}

// served reports whether an operation can be spoken: of some services only those
// that tell who uses an image.
func served(service, operation string) bool {
	some := map[string][]string{
		"SSM": {
			"DescribeParameters", "GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory",
			"PutParameter", "LabelParameterVersion", "DeleteParameters",
		},
		"EKS":           {"ListClusters", "ListNodegroups", "DescribeNodegroup"},
		"Batch":         {"DescribeComputeEnvironments"},
		"Pricing":       {"GetProducts"},
		"Cost Explorer": {"GetDimensionValues", "GetCostAndUsage"},
		"CloudTrail":    {"LookupEvents"},
		"EBS":           {"ListSnapshotBlocks", "ListChangedBlocks"},
		"imagebuilder":  {"ListImageRecipes", "ListContainerRecipes", "ListImages", "ListImageBuildVersions"},
		"rbin":          {"ListRules", "GetRule"},
	}[service]
	return some == nil || slices.Contains(some, operation)
}

// unsigned are the operations that clients call without a signature, which
// says nothing about the account: they are refused, see TestUnsigned.
var unsigned = []string{"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}

// roundTrip is one operation of a client, and what went through the wire.
type roundTrip struct {
	name      string
	method    reflect.Value
	in, out   reflect.Value // as sent
	decoded   any           // input as the handler got it
	callOfOut Call
}

func operationsOf(client any) []*roundTrip {
	var ops []*roundTrip
	v := reflect.ValueOf(client)
	for i := range v.NumMethod() {
		ft := v.Method(i).Type()
		if ft.NumIn() != 3 || ft.NumOut() != 2 {
			continue // Options and the like
		}
		in, out := reflect.New(ft.In(1).Elem()), reflect.New(ft.Out(0).Elem())
		fill(in.Elem(), "in")
		fill(out.Elem(), "out")
		ops = append(ops, &roundTrip{name: v.Type().Method(i).Name, method: v.Method(i), in: in, out: out})
	}
	return ops
}

func (op *roundTrip) serve(m *Mux, service string) {
	m.register(operationKey{service, op.name}, operation{
		input: func() any { return reflect.New(op.in.Type().Elem()).Interface() },
		serve: func(_ context.Context, call Call, in any) (any, error) {
			op.decoded, op.callOfOut = in, call
			return op.out.Interface(), nil
		},
	})
}

func (op *roundTrip) check(t *testing.T) {
	results := op.method.Call([]reflect.Value{reflect.ValueOf(t.Context()), op.in})
	if err, ok := reflect.TypeAssert[error](results[1]); ok && err != nil {
		t.Fatal(err)
	}
	metadata := results[0].Elem().FieldByName("ResultMetadata")
	metadata.SetZero()
	equal(t, "input", op.in.Interface(), op.decoded)
	equal(t, "output", op.out.Interface(), results[0].Interface())
	if op.callOfOut.Account != testAccount || op.callOfOut.AccessKey != testKey {
		t.Errorf("called as %+v", op.callOfOut)
	}
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%s differs (-want +got):\n%s", what, cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })))
	}
}

// fill gives v, and everything in it, values that differ from each other, but
// no dry run, which never reaches a handler. A type inside itself stays empty.
func fill(v reflect.Value, path string, within ...reflect.Type) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path, within...)
	case reflect.Struct:
		fillStruct(v, path, within)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(path + "\x00\xff"))
			return
		}
		if v.Type().Elem().Kind() == reflect.Interface {
			return // a list of unions: only in IAM's SimulatePrincipalPolicy, which nothing here serves
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), fmt.Sprintf("%s.%d", path, i), within...)
		}
	case reflect.Interface: // a union: only in operations that are not served here
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, path+".value", within...)
		v.SetMapIndex(reflect.ValueOf(path+".key").Convert(v.Type().Key()), value)
	default:
		fillScalar(v, path)
	}
}

func fillStruct(v reflect.Value, path string, within []reflect.Type) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000+number(path), 250_000_000).UTC()))
		return
	}
	for _, t := range within {
		if t == v.Type() {
			return
		}
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && f.Name != "ResultMetadata" && f.Name != "DryRun" {
			fill(v.Field(i), path+"."+f.Name, append(within, v.Type())...)
		}
	}
}

func fillScalar(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("<" + path + "> & \"ü\"\n\u0085\u202e")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(-number(path))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(number(path)) + 0.5)
	default:
		panic("cannot fill " + v.Type().String())
	}
}

// number is a small number made of a path.
func number(path string) int64 {
	n := int64(7)
	for _, b := range []byte(path) {
		n = (n*31 + int64(b)) % 1_000_003
	}
	return n
}
