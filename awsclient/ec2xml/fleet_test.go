package ec2xml

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// TestFleets decodes every page of images and snapshots of several companies,
// their hostile texts included.
func TestFleets(t *testing.T) {
	for _, c := range []struct {
		fleet     fleet.Config
		pageLimit int
	}{
		{fleet.Config{}, 0},
		{fleet.Config{Accounts: 2, Regions: 2, Images: 3, Seed: 2}, 1},
		{fleet.Config{Accounts: 3, Regions: 20, Images: 250, Seed: 3}, 7},
		{fleet.Config{Accounts: 1, Regions: 1, Images: 2500, Seed: 4}, 0},
	} {
		t.Run(fmt.Sprintf("%+v", c.fleet), func(t *testing.T) {
			o := fakeaws.Demo(c.fleet)
			o.PageLimit = c.pageLimit
			d, s := NewDecoder(), newSDK()
			for _, body := range pages(t, fakeaws.New(o)) {
				if images, snapshots := compare(t, d, s, body); images != understood || snapshots != understood {
					t.Fatalf("declined %.2000s", body)
				}
			}
		})
	}
}

// pages are the answers to all calls that read a fleet.
func pages(t testing.TB, server *fakeaws.Server) [][]byte {
	t.Helper()
	rec := &recorder{transport: server.Transport()}
	for _, a := range server.Accounts() {
		for _, region := range server.Regions() {
			rec.read(t, server, a.ID, region)
		}
	}
	return rec.bodies
}

// recorder keeps the bodies of answers.
type recorder struct {
	transport http.RoundTripper
	bodies    [][]byte
}

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	resp, err := r.transport.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	r.bodies = append(r.bodies, body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, err
}

func (r *recorder) read(t testing.TB, server *fakeaws.Server, account, region string) {
	t.Helper()
	key, secret := server.Credentials(account)
	client := ec2.New(ec2.Options{
		Region: region, HTTPClient: r, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}, nil
		}),
	})
	images := ec2.NewDescribeImagesPaginator(client, &ec2.DescribeImagesInput{
		Owners: []string{"self"}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true), MaxResults: aws.Int32(1000),
	})
	for images.HasMorePages() {
		if _, err := images.NextPage(t.Context()); err != nil {
			break // some scopes are denied
		}
	}
	snapshots := ec2.NewDescribeSnapshotsPaginator(client, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, MaxResults: aws.Int32(1000)})
	for snapshots.HasMorePages() {
		if _, err := snapshots.NextPage(t.Context()); err != nil {
			break
		}
	}
}

// TestTerseAnswers: stand-ins for AWS lay their answers out in other ways,
// and leave out what AWS always sends.
func TestTerseAnswers(t *testing.T) {
	d, s := NewDecoder(), newSDK()
	for name, body := range map[string]string{
		"indented": `<?xml version="1.0" encoding="UTF-8"?>
<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2013-10-15/">
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <imagesSet>
    <item>
      <imageId>ami-0123456789abcdef0</imageId>
      <imageLocation>amazon/a</imageLocation>
      <imageState>available</imageState>
      <imageOwnerId>123456789012</imageOwnerId>
      <isPublic>true</isPublic>
      <architecture>x86_64</architecture>
      <platform/>
      <stateReason/>
      <blockDeviceMapping>
        <item>
          <deviceName>/dev/sda1</deviceName>
          <ebs>
            <snapshotId>snap-1</snapshotId>
            <volumeSize>15</volumeSize>
            <deleteOnTermination>False</deleteOnTermination>
            <volumeType>standard</volumeType>
          </ebs>
        </item>
      </blockDeviceMapping>
      <tagSet/>
    </item>
    <item><imageId>ami-1</imageId></item>
    <item/>
  </imagesSet>
</DescribeImagesResponse>`,
		"snapshots": `<DescribeSnapshotsResponse>
  <snapshotSet>
    <item><snapshotId>snap-1</snapshotId><startTime>2026-11-23T18:00:00.000Z</startTime><volumeSize></volumeSize></item>
  </snapshotSet></DescribeSnapshotsResponse>`,
		"short snapshots": `<DescribeSnapshotsResponse>
  <snapshotSet>
    <item><snapshotId>snap-1</snapshotId><startTime>2026-11-23T18:00:00.000Z</startTime><volumeSize>8</volumeSize><tagSet>
    </tagSet></item>
    <item></item>
  </snapshotSet><nextToken></nextToken></DescribeSnapshotsResponse>`,
	} {
		t.Run(name, func(t *testing.T) {
			_, snapshots := compare(t, d, s, []byte(body))
			if empty := name == "snapshots"; (snapshots == declined) != empty {
				t.Errorf("understood: %t", snapshots == understood)
			}
		})
	}
}
