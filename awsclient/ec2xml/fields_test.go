package ec2xml

import (
	"context"
	"fmt"
	"hash/crc32"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
)

// TestEveryField fails when the SDK knows a field that is not decoded here: an
// answer in which all fields of all its types are set must come back whole.
func TestEveryField(t *testing.T) {
	images, snapshots := &ec2.DescribeImagesOutput{}, &ec2.DescribeSnapshotsOutput{}
	fields := fill(reflect.ValueOf(images).Elem(), "i") + fill(reflect.ValueOf(snapshots).Elem(), "s")
	if fields < 240 {
		t.Errorf("only %d fields were filled", fields)
	}
	mux := fakeaws.NewMux()
	fakeaws.Handle(mux, "EC2", "DescribeImages", func(context.Context, fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return images, nil
	})
	fakeaws.Handle(mux, "EC2", "DescribeSnapshots", func(context.Context, fakeaws.Call, *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
		return snapshots, nil
	})
	rec := &recorder{transport: mux.Transport()}
	caller := newSDK()
	caller.client = ec2.New(caller.client.Options(), func(o *ec2.Options) { o.HTTPClient = rec })
	// The SDK's own results are checked too: the encoder must know every field.
	wantImages, err := caller.images(t.Context(), nil)
	same(t, images, wantImages, err)
	wantSnapshots, err := caller.snapshots(t.Context(), nil)
	same(t, snapshots, wantSnapshots, err)

	d := NewDecoder()
	gotImages, ok := d.Images(rec.bodies[0])
	if !ok {
		t.Error("images declined")
	}
	same(t, images, gotImages, nil)
	gotSnapshots, ok := d.Snapshots(rec.bodies[1])
	if !ok {
		t.Error("snapshots declined")
	}
	same(t, snapshots, gotSnapshots, nil)
}

// fill sets everything within v to values that differ from each other, and
// tells how many they are.
func fill(v reflect.Value, path string) (fields int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		return fill(v.Index(0), path+".0") + fill(v.Index(1), path+".1")
	case reflect.Struct:
		return fillStruct(v, path)
	case reflect.String:
		v.SetString("<" + path + "> & ü")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(crc32.ChecksumIEEE([]byte(path)) >> 1))
	default:
		panic(fmt.Sprintf("%s is a %s, which no decoder here reads", path, v.Type()))
	}
	return 1
}

func fillStruct(v reflect.Value, path string) (fields int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(int64(crc32.ChecksumIEEE([]byte(path))), 0).UTC()))
		return 1
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			fields += fill(v.Field(i), path+"."+f.Name)
		}
	}
	return fields
}
