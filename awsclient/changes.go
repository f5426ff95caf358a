package awsclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/model/plan"
)

// order is how a call is to be made.
type order struct {
	api   string
	input []byte // JSON, with AWS's names
	token string // "" for none
	dry   bool
}

// change makes one of the calls that change something.
type change func(context.Context, *ec2.Client, order) (plan.Result, error)

// changes are those that plans make, by API. Each names one method of the client:
// anything that finds methods by name would keep all of them in the program.
func changes() map[string]change {
	return map[string]change{
		"ec2:CopyImage":                     making((*ec2.Client).CopyImage, copied),
		"ec2:DeregisterImage":               making((*ec2.Client).DeregisterImage, deregistered),
		"ec2:DeleteSnapshot":                making((*ec2.Client).DeleteSnapshot, nil),
		"ec2:ModifyImageAttribute":          making((*ec2.Client).ModifyImageAttribute, nil),
		"ec2:ModifySnapshotAttribute":       making((*ec2.Client).ModifySnapshotAttribute, nil),
		"ec2:CreateTags":                    making((*ec2.Client).CreateTags, nil),
		"ec2:DeleteTags":                    making((*ec2.Client).DeleteTags, nil),
		"ec2:RestoreSnapshotFromRecycleBin": making((*ec2.Client).RestoreSnapshotFromRecycleBin, nil),
		"ec2:RestoreImageFromRecycleBin":    making((*ec2.Client).RestoreImageFromRecycleBin, func(o *ec2.RestoreImageFromRecycleBinOutput) (r plan.Result, err error) { return r, refused(o.Return) }),
		"ec2:EnableImage":                   making((*ec2.Client).EnableImage, func(o *ec2.EnableImageOutput) (r plan.Result, err error) { return r, refused(o.Return) }),
		"ec2:DisableImage":                  making((*ec2.Client).DisableImage, func(o *ec2.DisableImageOutput) (r plan.Result, err error) { return r, refused(o.Return) }),
		"ec2:EnableImageDeprecation":        making((*ec2.Client).EnableImageDeprecation, func(o *ec2.EnableImageDeprecationOutput) (r plan.Result, err error) { return r, refused(o.Return) }),
		"ec2:DisableImageDeprecation":       making((*ec2.Client).DisableImageDeprecation, func(o *ec2.DisableImageDeprecationOutput) (r plan.Result, err error) { return r, refused(o.Return) }),
		"ec2:EnableImageDeregistrationProtection": making((*ec2.Client).EnableImageDeregistrationProtection, func(o *ec2.EnableImageDeregistrationProtectionOutput) (r plan.Result, err error) {
			return r, spoken(o.Return)
		}),
		"ec2:DisableImageDeregistrationProtection": making((*ec2.Client).DisableImageDeregistrationProtection, func(o *ec2.DisableImageDeregistrationProtectionOutput) (r plan.Result, err error) {
			return r, spoken(o.Return)
		}),
	}
}

// method is one of the client's.
type method[I, O any] func(*ec2.Client, context.Context, *I, ...func(*ec2.Options)) (*O, error)

// making is the change that a method makes; told reads its answer, nil where that
// says nothing.
func making[I, O any](do method[I, O], told func(*O) (plan.Result, error)) change {
	return func(ctx context.Context, c *ec2.Client, o order) (plan.Result, error) {
		in := new(I)
		if err := o.read(in); err != nil {
			return plan.Result{}, fmt.Errorf("%w: %w", errInput, err)
		}
		out, err := do(c, ctx, in)
		if err != nil || o.dry || told == nil {
			return plan.Result{}, err
		}
		return told(out)
	}
}

// errInput is in the error of a call that a plan does not say as AWS takes it.
var errInput = errors.New("the plan's input does not fit the call")

// read puts an order into an input of the SDK's, whose fields have AWS's names. What
// the input does not have is an error, and so is what no plan says.
func (o order) read(in any) error {
	d := json.NewDecoder(bytes.NewReader(o.input))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one")
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(o.input, &names); err != nil {
		return err
	}
	for name := range names {
		if strings.EqualFold(name, "DryRun") || strings.EqualFold(name, "ClientToken") {
			return fmt.Errorf("%s is not a plan's to say", name)
		}
	}
	return json.Unmarshal(o.ours(), in)
}

// ours is what we add to an input.
func (o order) ours() []byte {
	switch {
	case o.dry:
		return []byte(`{"DryRun":true}`)
	case o.api == "ec2:CopyImage" && o.token != "":
		return fmt.Appendf(nil, `{"ClientToken":%q}`, o.token)
	}
	return []byte(`{}`)
}

// copied is what the answer to a copy says. Without an id nobody can follow it.
func copied(o *ec2.CopyImageOutput) (plan.Result, error) {
	if aws.ToString(o.ImageId) == "" {
		return plan.Result{}, errForeign
	}
	return plan.Result{Image: *o.ImageId}, nil
}

// deregistered is what became of an image's snapshots. That they were not deleted
// does not fail the call.
func deregistered(o *ec2.DeregisterImageOutput) (plan.Result, error) {
	var r plan.Result
	for _, s := range o.DeleteSnapshotResults {
		if r.Snapshots == nil {
			r.Snapshots = map[string]string{}
		}
		r.Snapshots[aws.ToString(s.SnapshotId)] = string(s.ReturnCode)
	}
	return r, refused(o.Return)
}

// refused is the error of an answer that is false. One that says nothing is as good
// as true: there would be an error.
func refused(answer *bool) error {
	if answer != nil && !*answer {
		return errNotDone
	}
	return nil
}

// spoken is a result of the calls whose answer is a text, for which EC2 lists no
// values; its examples have true.
func spoken(answer *string) error {
	return refused(aws.Bool(!strings.EqualFold(aws.ToString(answer), "false")))
}
