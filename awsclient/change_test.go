package awsclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// What the world of deeds holds: an image with a snapshot, others that are
// disabled, protected and in the Recycle Bin, and snapshots that stand alone.
const (
	deedImage, deedDisabled, deedProtected, deedBinned = "ami-0000de01", "ami-0000de02", "ami-0000de03", "ami-0000de04"
	deedDisk, deedSpare, deedBinnedDisk                = "snap-0000de11", "snap-0000de12", "snap-0000de13"
)

func deedWorld(w *fleet.Fleet, s, other model.Scope) {
	image := func(id fleet.ID, name string, life fleet.Life, disks ...fleet.ID) fleet.Image {
		return fleet.Image{ID: id, Owner: s.Account, Region: s.Region, Name: name, Life: life, Snapshots: disks, Tags: []fleet.Tag{{Key: "team", Value: "a"}}}
	}
	disk := func(id fleet.ID) fleet.Snapshot {
		return fleet.Snapshot{ID: id, Owner: s.Account, Region: s.Region, State: "completed", Tier: "standard", Start: at(1), Size: fleet.Size{GiB: 8, Bytes: 1 << 30}}
	}
	shared := disk(0xde11)
	shared.Permissions = []fleet.Permission{{Account: other.Account}}
	first := image(0xde01, "one", fleet.Life{Deprecation: fleet.Time(time.Now().AddDate(1, 0, 0).UnixMilli())}, 0xde11)
	first.Permissions = []fleet.Permission{{Account: other.Account}}
	w.Images = append(w.Images, first, image(0xde02, "two", fleet.Life{State: "disabled"}), image(0xde03, "three", fleet.Life{Protection: "enabled-without-cooldown"}))
	w.Snapshots = append(w.Snapshots, shared, disk(0xde12))
	w.BinnedImages = append(w.BinnedImages, fleet.BinnedImage{Image: image(0xde04, "four", fleet.Life{}), Entered: at(2), Exits: at(30)})
	w.BinnedSnapshots = append(w.BinnedSnapshots, fleet.BinnedSnapshot{Snapshot: disk(0xde13), Entered: at(2), Exits: at(30)})
}

// deedCall is a call, and what it is made with.
type deedCall struct{ api, input string }

// deedCalls makes each of the calls that plans make, in an order in which each is
// allowed.
func deedCalls(s, other model.Scope) []deedCall {
	in := strings.NewReplacer(
		"IMAGE", deedImage, "DISABLED", deedDisabled, "PROTECTED", deedProtected, "BINNED", deedBinned, "DISK", deedDisk, "SPARE", deedSpare, "LOST", deedBinnedDisk,
		"REGION", s.Region, "OTHER", other.Account, "DATE", time.Now().AddDate(2, 0, 0).UTC().Format("2006-01-02T15:04:05Z"),
	).Replace
	return []deedCall{
		{"ec2:CopyImage", in(`{"SourceRegion":"REGION","SourceImageId":"IMAGE","Name":"copy","CopyImageTags":true}`)},
		{"ec2:CreateTags", in(`{"Resources":["IMAGE"],"Tags":[{"Key":"env","Value":"prod"},{"Key":"none","Value":""}]}`)},
		{"ec2:DeleteTags", in(`{"Resources":["IMAGE"],"Tags":[{"Key":"team"}]}`)},
		{"ec2:ModifyImageAttribute", in(`{"ImageId":"IMAGE","LaunchPermission":{"Remove":[{"UserId":"OTHER"}]}}`)},
		{"ec2:ModifySnapshotAttribute", in(`{"SnapshotId":"DISK","Attribute":"createVolumePermission","OperationType":"remove","UserIds":["OTHER"]}`)},
		{"ec2:DisableImageDeprecation", in(`{"ImageId":"IMAGE"}`)},
		{"ec2:EnableImageDeprecation", in(`{"ImageId":"IMAGE","DeprecateAt":"DATE"}`)},
		{"ec2:DisableImage", in(`{"ImageId":"IMAGE"}`)},
		{"ec2:EnableImage", in(`{"ImageId":"DISABLED"}`)},
		{"ec2:DisableImageDeregistrationProtection", in(`{"ImageId":"PROTECTED"}`)},
		{"ec2:EnableImageDeregistrationProtection", in(`{"ImageId":"PROTECTED","WithCooldown":true}`)},
		{"ec2:RestoreSnapshotFromRecycleBin", in(`{"SnapshotId":"LOST"}`)},
		{"ec2:RestoreImageFromRecycleBin", in(`{"ImageId":"BINNED"}`)},
		{"ec2:DeregisterImage", in(`{"ImageId":"IMAGE","DeleteAssociatedSnapshots":true}`)},
		{"ec2:DeleteSnapshot", in(`{"SnapshotId":"SPARE"}`)},
	}
}

func (c deedCall) call() plan.Call { return plan.Call{API: c.api, Input: json.RawMessage(c.input)} }

// TestCallMakesWhatThePlanSays: each call that plans can make goes out once, with
// what its input says and nothing else, and before that it can be asked for.
func TestCallMakesWhatThePlanSays(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, deedWorld)
	all := deedCalls(h.scope, h.other)
	if len(all) != len(changes()) {
		t.Fatalf("%d calls are tested, of %d", len(all), len(changes()))
	}
	for _, c := range all {
		if a, err := h.client.Call(t.Context(), h.scope, c.call(), "", true); err != nil || a.Request == "" {
			t.Fatalf("%s, dry: %v, %v", c.api, a, err)
		}
		a, err := h.client.Call(t.Context(), h.scope, c.call(), "token", false)
		if err != nil || a.Request == "" {
			t.Fatalf("%s: %v, %v", c.api, a, err)
		}
		made := h.server.Mutations()
		dry, real := made[len(made)-2], made[len(made)-1]
		if dry.Code != "DryRunOperation" || real.Code != "" || "ec2:"+real.Operation != c.api || real.Account != h.scope.Account || real.Region != h.scope.Region {
			t.Errorf("%s became %+v and %+v", c.api, dry, real)
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(c.input), &want); err != nil {
			t.Fatal(err)
		}
		if c.api == "ec2:CopyImage" {
			want["ClientToken"] = "token"
			if !strings.HasPrefix(a.Result.Image, "ami-") {
				t.Errorf("the copy is %q", a.Result.Image)
			}
		}
		if d := cmp.Diff(want, real.Input); d != "" {
			t.Errorf("%s: %s", c.api, d)
		}
		if d := cmp.Diff(map[string]string{deedDisk: "skipped"}, a.Result.Snapshots); c.api == "ec2:DeregisterImage" && d != "" && a.Result.Snapshots[deedDisk] != "success" {
			t.Errorf("%s: %s", c.api, d)
		}
	}
	if made := h.server.Mutations(); len(made) != 2*len(all) {
		t.Errorf("%d calls were made", len(made))
	}
}

// TestCallSendsNothingThatItDoesNotUnderstand.
func TestCallSendsNothingThatItDoesNotUnderstand(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, deedWorld)
	for _, c := range []struct {
		name, api, input string
		scope            model.Scope
		want             model.ErrorKind
	}{
		{"a field that AWS has not", "ec2:DeregisterImage", `{"ImageId":"ami-1","Force":true}`, h.scope, model.Invalid},
		{"one of another call", "ec2:DeleteSnapshot", `{"ImageId":"ami-1"}`, h.scope, model.Invalid},
		{"one of another kind", "ec2:DeregisterImage", `{"ImageId":["ami-1"]}`, h.scope, model.Invalid},
		{"what is missing", "ec2:DeregisterImage", `{}`, h.scope, model.Invalid},
		{"nothing", "ec2:DeregisterImage", ``, h.scope, model.Invalid},
		{"two inputs", "ec2:DeregisterImage", `{"ImageId":"ami-1"}{"ImageId":"ami-2"}`, h.scope, model.Invalid},
		{"a dry run that seems a deed", "ec2:DeregisterImage", `{"ImageId":"ami-1","dryRun":true}`, h.scope, model.Invalid},
		{"a token of its own", "ec2:CopyImage", `{"SourceRegion":"r","SourceImageId":"ami-1","Name":"abc","ClientToken":"x"}`, h.scope, model.Invalid},
		{"a call of no plan", "ec2:TerminateInstances", `{"InstanceIds":["i-1"]}`, h.scope, model.Unsupported},
		{"an account without a login", "ec2:DeregisterImage", `{"ImageId":"ami-1"}`, model.Scope{Account: "999999999999", Region: "eu-west-1"}, model.Expired},
	} {
		for _, dry := range []bool{false, true} {
			_, err := h.client.Call(t.Context(), c.scope, plan.Call{API: c.api, Input: json.RawMessage(c.input)}, "", dry)
			e, ok := errors.AsType[*model.OpError](err)
			if !ok || e.Kind != c.want && (!dry || c.input != "{}") || e.Hint() == "" {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	if made := h.server.Mutations(); len(made) != 0 {
		t.Errorf("%v was sent", made)
	}
}

// TestALostAnswerLeavesOpenWhatWasDone: whatever AWS says to the attempt after it.
func TestALostAnswerLeavesOpenWhatWasDone(t *testing.T) {
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	for _, c := range deedCalls(model.Scope{Region: "us-east-1"}, model.Scope{Account: prod}) {
		h := handMade(t, fakeaws.Options{}, Options{}, deedWorld)
		c.input = strings.ReplaceAll(strings.ReplaceAll(c.input, "us-east-1", h.scope.Region), prod, h.other.Account)
		var lost atomic.Int32
		h.losing(func(body string) error {
			if strings.Contains(body, "Action="+strings.TrimPrefix(c.api, "ec2:")+"&") && lost.Add(1) == 1 {
				return reset
			}
			return nil
		})
		_, err := h.client.Call(t.Context(), h.scope, c.call(), "token", false)
		e, _ := errors.AsType[*model.OpError](err)
		made := h.server.Mutations()
		switch {
		case lost.Load() != 2 || len(made) != 1 || made[0].Code != "":
			t.Errorf("%s: %d attempts made %+v", c.api, lost.Load(), made)
		case err != nil && (e == nil || e.Kind != model.Network || !strings.Contains(err.Error(), "an answer was lost") || !strings.Contains(err.Error(), "reset")):
			t.Errorf("%s: %v", c.api, err)
		case err == nil && (strings.Contains(c.api, "Deregister") && !strings.Contains(c.api, "Protection") || strings.Contains(c.api, "Restore")):
			t.Errorf("%s was done twice", c.api)
		}
	}
}

// TestAnOutageIsNoRefusal: what AWS has not done it does at the next attempt, and
// where there is no next one, nobody knows.
func TestAnOutageIsNoRefusal(t *testing.T) {
	call := plan.Call{API: "ec2:DisableImage", Input: json.RawMessage(`{"ImageId":"` + deedImage + `"}`)}
	for _, c := range []struct {
		name  string
		fault fakeaws.Fault
		want  model.ErrorKind
		done  bool
	}{
		{"always out of order", fakeaws.Fault{Kind: fakeaws.FaultServer}, model.Network, false},
		{"always reset", fakeaws.Fault{Kind: fakeaws.FaultReset}, model.Network, true},
		{"always a gateway's page", fakeaws.Fault{Kind: fakeaws.FaultGateway}, model.Network, true},
		{"always cut", fakeaws.Fault{Kind: fakeaws.FaultCut}, model.Network, true},
		{"always a page of a hotel", fakeaws.Fault{Kind: fakeaws.FaultHTML}, model.Network, true},
		{"always blank", fakeaws.Fault{Kind: fakeaws.FaultBlank}, model.Network, true},
		{"always too many", fakeaws.Fault{Kind: fakeaws.FaultThrottle, Share: 1}, model.Throttled, false},
		{"always expired", fakeaws.Fault{Kind: fakeaws.FaultExpired}, model.Expired, false},
		{"denied", fakeaws.Fault{Kind: fakeaws.FaultDenied}, model.Denied, false},
	} {
		c.fault.Rule.Operation = "DisableImage"
		h := handMade(t, fakeaws.Options{Faults: []fakeaws.Fault{c.fault}}, Options{}, deedWorld)
		a, err := h.client.Call(t.Context(), h.scope, call, "", false)
		e, _ := errors.AsType[*model.OpError](err)
		if e == nil || e.Kind != c.want || e.Hint() == "" || a.Request == "" && !c.done {
			t.Errorf("%s: request %q, %v", c.name, a.Request, err)
		}
		if made := h.server.Mutations(); len(made) != 1 || (made[0].Code == "") != c.done {
			t.Errorf("%s: %+v", c.name, made)
		}
	}
}

// losing lets requests through, and what lose says is their answer.
func (h hand) losing(lose func(body string) error) {
	through := h.server.Transport()
	for _, s := range h.client.accounts {
		s.clients = map[string]*clients{} // made anew
		s.cfg.HTTPClient = newSlurper(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			resp, err := through.RoundTrip(r)
			if lost := lose(string(body) + "&"); lost != nil {
				return nil, lost
			}
			return resp, err
		})})
	}
}

// TestADryRunTellsDenials.
func TestADryRunTellsDenials(t *testing.T) {
	h := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ec2:D*"}}}, Options{}, deedWorld)
	for _, c := range deedCalls(h.scope, h.other) {
		_, err := h.client.Call(t.Context(), h.scope, c.call(), "", true)
		e, _ := errors.AsType[*model.OpError](err)
		if denied := strings.HasPrefix(c.api, "ec2:D"); denied != (err != nil) || denied && (e.Kind != model.Denied || !strings.Contains(e.Hint(), "allow "+c.api)) {
			t.Errorf("%s: %v", c.api, err)
		}
	}
}

// TestAnEndpointWithoutDryRuns is not taken for one that allows.
func TestAnEndpointWithoutDryRuns(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, deedWorld)
	h.between(func(*http.Request, string) (int, string) {
		return http.StatusOK, "<DisableImageResponse><return>true</return></DisableImageResponse>"
	})
	_, err := h.client.Call(t.Context(), h.scope, plan.Call{API: "ec2:DisableImage", Input: json.RawMessage(`{"ImageId":"ami-1"}`)}, "", true)
	if e, _ := errors.AsType[*model.OpError](err); e == nil || e.Kind != model.Unsupported {
		t.Errorf("%v", err)
	}
}

// serveDisable answers DisableImage with what Return says.
func (w *world) serveDisable(done *bool) {
	fakeaws.Handle(w.mux, "EC2", "DisableImage", func(context.Context, fakeaws.Call, *ec2.DisableImageInput) (*ec2.DisableImageOutput, error) {
		return &ec2.DisableImageOutput{Return: done}, nil
	})
}

// TestAnswersThatSayNo are errors, and open ones: AWS does not say why.
func TestAnswersThatSayNo(t *testing.T) {
	w := newWorld()
	w.serveDisable(aws.Bool(false))
	fakeaws.Handle(w.mux, "EC2", "EnableImageDeregistrationProtection", func(context.Context, fakeaws.Call, *ec2.EnableImageDeregistrationProtectionInput) (*ec2.EnableImageDeregistrationProtectionOutput, error) {
		return &ec2.EnableImageDeregistrationProtectionOutput{Return: aws.String("False")}, nil
	})
	fakeaws.Handle(w.mux, "EC2", "CopyImage", func(context.Context, fakeaws.Call, *ec2.CopyImageInput) (*ec2.CopyImageOutput, error) {
		return &ec2.CopyImageOutput{}, nil
	})
	c := client(t, demo(w.mux.Transport()))
	discover(t, c)
	for api, input := range map[string]string{
		"ec2:DisableImage": `{"ImageId":"ami-1"}`, "ec2:EnableImageDeregistrationProtection": `{"ImageId":"ami-1"}`,
		"ec2:CopyImage": `{"SourceRegion":"eu-west-1","SourceImageId":"ami-1","Name":"abc"}`,
	} {
		_, err := c.Call(t.Context(), model.Scope{Account: dev, Region: "eu-west-1"}, plan.Call{API: api, Input: json.RawMessage(input)}, "", false)
		e, _ := errors.AsType[*model.OpError](err)
		if e == nil || e.Code != "" || !slices.Contains([]model.ErrorKind{model.Unknown, model.Network}, e.Kind) {
			t.Errorf("%s: %v", api, err)
		}
	}
}

// TestRefusalsOfDeeds: what EC2 refuses is told in its words, with what to do.
func TestRefusalsOfDeeds(t *testing.T) {
	const modify, deregister, remove, copied = "ModifyImageAttribute", "DeregisterImage", "DeleteSnapshot", "CopyImage"
	for _, c := range []struct {
		operation, code, message string
		status                   int
		want                     model.ErrorKind
		hint                     string
	}{
		{deregister, "OperationNotPermitted", "The image 'ami-1' has deregistration protection enabled", 400, model.Protected, "turn its deregistration protection off first"},
		{deregister, "OperationNotPermitted", "The image is in the cooldown period of its deregistration protection", 400, model.Protected, "its protection ends 24 hours"},
		{deregister, "AuthFailure", "This image is managed by AWS Backup and cannot be deleted via EC2 APIs.", 403, model.Protected, "delete its recovery point in AWS Backup"},
		{deregister, "AuthFailure", "Not authorized for image:ami-1", 403, model.Denied, "only the account that owns it"},
		{deregister, "AuthFailure", "AWS was not able to validate the provided access credentials", 401, model.Expired, "AWS refuses these credentials"},
		{deregister, "InvalidAMIID.NotFound", "The image id '[ami-1]' does not exist", 400, model.NotFound, "refresh"},
		{deregister, "InvalidAMIID.Unavailable", "The image ID 'ami-1' is no longer available", 400, model.NotFound, "refresh"},
		{remove, "InvalidSnapshot.InUse", "The snapshot snap-1 is currently in use by ami-1", 400, model.InUse, "something still uses it"},
		{remove, "OperationNotPermitted", "The snapshot snap-1 is locked and can't be deleted", 400, model.Protected, "it is locked"},
		{remove, "InvalidParameterValue", "This snapshot is managed by the AWS Backup service and cannot be deleted via EC2 APIs.", 400, model.Protected, "delete its recovery point in AWS Backup"},
		{modify, "OperationNotPermitted", "You can't publicly share this image because block public access for AMIs is enabled", 400, model.Invalid, "the region blocks public access"},
		{modify, "OperationNotPermitted", "Images with encrypted snapshots can't be shared publicly", 400, model.Invalid, "what is encrypted cannot be public"},
		{modify, "InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.", 400, model.Invalid, "copy it with a key of your own"},
		{modify, "InvalidAMIAttributeItemValue", "Invalid attribute item value \"1\" for userId item type.", 400, model.Invalid, "AWS knows no such account"},
		{modify, "ResourceLimitExceeded", "An image can be shared with at most 1000 entities", 400, model.Unknown, "a quota of the account is used up"},
		{copied, "InvalidAMIName.Duplicate", "AMI name web is already in use by AMI ami-2", 400, model.Invalid, "the name is taken"},
		{copied, "ResourceLimitExceeded", "Too many snapshot copies in progress. The limit is 20 for this destination region.", 400, model.Throttled, "a quota of the account"},
		{copied, "InvalidRequest", "You do not have permission to access the storage of this ami", 400, model.Invalid, "ask its owner to share the snapshots"},
		{copied, "RequestLimitExceeded", "Request limit exceeded.", 503, model.Throttled, "AWS is throttling"},
		{"CreateTags", "TagLimitExceeded", "ami-1 has reached its tag limit: 50", 400, model.Invalid, "a quota of the account"},
		{"RestoreImageFromRecycleBin", "IncorrectState", "The image can't be restored: its snapshot snap-1 must be restored first", 400, model.Invalid, "restore its snapshots first"},
		{"DisableImageDeprecation", "OperationNotPermitted", "The deprecation of the public image can't be cancelled: make it private first", 400, model.Invalid, "AWS does not lift the deprecation of a public image"},
	} {
		h := handMade(t, fakeaws.Options{}, Options{}, deedWorld)
		h.between(func(*http.Request, string) (int, string) {
			return c.status, "<Response><Errors><Error><Code>" + c.code + "</Code><Message>" + c.message + "</Message></Error></Errors><RequestID>r-1</RequestID></Response>"
		})
		all := deedCalls(h.scope, h.other)
		i := slices.IndexFunc(all, func(d deedCall) bool { return d.api == "ec2:"+c.operation })
		a, err := h.client.Call(t.Context(), h.scope, all[i].call(), "", false)
		e, _ := errors.AsType[*model.OpError](err)
		if e == nil || e.Kind != c.want || e.Code != c.code || !strings.HasPrefix(e.Hint(), c.hint) || !strings.Contains(e.Error(), c.message) || a.Request != "r-1" {
			t.Errorf("%s: %q: %v: %s", c.operation, a.Request, e, e.Hint())
		}
	}
}
