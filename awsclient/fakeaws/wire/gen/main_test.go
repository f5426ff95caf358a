package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTableIsFresh fails when the SDK in go.mod has other names, or another
// version, than the table was made of: run go generate in package wire.
func TestTableIsFresh(t *testing.T) {
	want, err := generate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "ec2names.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("ec2names.txt is stale, run go generate (-want +got):\n%s", diff)
	}
}

const serializers = `package ec2
func awsEc2query_serializeOpDocumentDescribeInput(v *DescribeInput, value query.Value) error {
	object := value.Object()
	_ = object
	if v.Filters != nil {
		objectKey := object.FlatKey("Filter")
		if err := awsEc2query_serializeDocumentFilterList(v.Filters, objectKey); err != nil {
			return err
		}
	}
	if len(v.Kind) > 0 {
		objectKey := object.Key("Type")
		objectKey.String(string(v.Kind))
	}
	return nil
}
func awsEc2query_serializeDocumentFilterList(v []types.Filter, value query.Value) error {
	array := value.Array("Filter")
	for i := range v {
		av := array.Value()
		if err := awsEc2query_serializeDocumentFilter(&v[i], av); err != nil {
			return err
		}
	}
	return nil
}
func awsEc2query_serializeDocumentFilter(v *types.Filter, value query.Value) error {
	object := value.Object()
	if v.Name != nil {
		objectKey := object.Key("Name")
		objectKey.String(*v.Name)
	}
	return nil
}
`

func TestInputs(t *testing.T) {
	got, err := parseInputs(t, serializers)
	if err != nil {
		t.Fatal(err)
	}
	want := names{"DescribeInput": {"Filters": "Filter", "Kind": "Type"}, "Filter": {"Name": "Name"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestInputsOfUnknownShape(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"list not flattened":  {`object.FlatKey("Filter")`, `object.Key("Filter")`, "list true but flattened false"},
		"scalar flattened":    {`object.Key("Type")`, `object.FlatKey("Type")`, "list false but flattened true"},
		"list of lists":       {"awsEc2query_serializeDocumentFilter(&v[i]", "awsEc2query_serializeDocumentFilterList(v[i]", "a list of lists"},
		"unknown function":    {"awsEc2query_serializeDocumentFilter(&v[i]", "awsEc2query_serializeDocumentOther(&v[i]", "which is not there"},
		"name computed":       {`object.Key("Type")`, `object.Key(typeName)`, "no literal"},
		"key in other place":  {`objectKey := object.Key("Type")`, `use(object.Key("Type"))`, "2 keys but 1 fields"},
		"two fields":          {"string(v.Kind)", "string(v.Other)+string(v.Kind)", "in one place"},
		"other kind":          {"serializeOpDocumentDescribeInput", "serializeUnionDescribeInput", "unknown kind"},
		"document twice":      {"v *types.Filter", "v *types.DescribeInput", "two documents"},
		"other kind of value": {"v *types.Filter", "v func()", "unknown type"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseInputs(t, changed(t, serializers, c.old, c.new))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

const deserializers = `package ec2
func awsEc2query_deserializeOpErrorDescribe(response *smithyhttp.Response, metadata *middleware.Metadata) error { return nil }
func awsEc2query_deserializeOpDocumentDescribeOutput(v **DescribeOutput, decoder smithyxml.NodeDecoder) error {
	var sv *DescribeOutput
	for {
		switch {
		case strings.EqualFold("groupSet", t.Name.Local):
			if err := awsEc2query_deserializeDocumentGroupList(&sv.Groups, nodeDecoder); err != nil {
				return err
			}
		case strings.EqualFold("return", t.Name.Local):
			sv.Return = ptr.Bool(xtv)
		default:
			err = decoder.Decoder.Skip()
		}
	}
}
func awsEc2query_deserializeDocumentGroupList(v *[]string, decoder smithyxml.NodeDecoder) error {
	for {
		switch {
		case strings.EqualFold("groupId", t.Name.Local):
			sv = append(sv, col)
		default:
		}
	}
}
func awsEc2query_deserializeDocumentGroupListUnwrapped(v *[]string, decoder smithyxml.NodeDecoder) error { return nil }
`

func TestOutputs(t *testing.T) {
	got, err := parseOutputs(t, deserializers)
	if err != nil {
		t.Fatal(err)
	}
	want := names{"DescribeOutput": {"Groups": "groupSet/groupId", "Return": "return"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOutputsOfUnknownShape(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no comparison":   {`strings.EqualFold("return", t.Name.Local)`, `t.Name.Local == "return"`, "compares no name"},
		"name computed":   {`EqualFold("return"`, `EqualFold(name`, "without a literal name"},
		"no field":        {"sv.Return =", "other =", "no field of sv"},
		"field twice":     {"sv.Return =", "sv.Groups =", "2 elements but 1 fields"},
		"no element name": {`case strings.EqualFold("groupId", t.Name.Local):`, "default:", "0 element names"},
		"other kind":      {"deserializeOpDocumentDescribeOutput", "deserializeUnionDescribeOutput", "unknown kind"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseOutputs(t, changed(t, deserializers, c.old, c.new))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// A later SDK may have no such functions at all.
func TestSourcesGone(t *testing.T) {
	dir := t.TempDir()
	if _, err := readInputs(dir); err == nil {
		t.Error("no serializers.go, and no error")
	}
	file := filepath.Join(dir, "deserializers.go")
	if err := os.WriteFile(file, []byte(deserializers), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := readOutputs(dir)
	if err == nil || !strings.Contains(err.Error(), "has the SDK changed its generator?") {
		t.Errorf("got %v", err)
	}
}

func TestTable(t *testing.T) {
	all := names{
		"A": {"Filters": "Filter", "Name": "Name"},
		"B": {"Filters": "Filter", "Name": "Title"},
		"C": {"Filters": "Filters"},
	}
	var b bytes.Buffer
	writeSection(&b, "in", all, sameName)
	want := "[in]\n* Filters=Filter\nB Name=Title\nC Filters=Filters\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func changed(t *testing.T, source, old, replacement string) string {
	t.Helper()
	if !strings.Contains(source, old) {
		t.Fatalf("no %q in the source", old)
	}
	return strings.Replace(source, old, replacement, 1)
}

func parseInputs(t *testing.T, source string) (names, error) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "serializers.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return inputsOf(functionsOf(f, serializePrefix))
}

func parseOutputs(t *testing.T, source string) (names, error) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "deserializers.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return outputsOf(functionsOf(f, deserializePrefix))
}
