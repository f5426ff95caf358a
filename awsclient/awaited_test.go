package awsclient

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// slowLogin is an AWS that says who asks only when it may.
func slowLogin(t *testing.T, asked chan<- string, may <-chan struct{}) *Client {
	t.Helper()
	alone(t, "", "")
	w := newWorld()
	w.mux.Before(func(ctx context.Context, c fakeaws.Call, _ *http.Request) error {
		if c.Operation != "GetCallerIdentity" {
			return nil
		}
		asked <- c.Account
		select {
		case <-may:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	fakeaws.Handle(w.mux, "EC2", "DescribeImageAttribute", func(_ context.Context, _ fakeaws.Call, in *ec2.DescribeImageAttributeInput) (*ec2.DescribeImageAttributeOutput, error) {
		return &ec2.DescribeImageAttributeOutput{ImageId: in.ImageId}, nil
	})
	return client(t, demo(w.mux.Transport()))
}

// What the cache shows is asked about while logins are still being tried: that waits
// for its account, and fails only when none of them leads there.
func TestAnImageWaitsForItsAccount(t *testing.T) {
	for name, tt := range map[string]struct {
		account string
		reached bool
	}{"found in the end": {dev, true}, "not found": {prod, false}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, may := make(chan string, 1), make(chan struct{})
				c := slowLogin(t, asked, may)
				discovered := make(chan error, 1)
				go func() { discovered <- c.Discover(t.Context(), func(model.Event) {}) }()
				<-asked
				told := make(chan *model.LaunchPermissions, 1)
				go func() {
					p, err := c.ReadPermissions(t.Context(), model.Scope{Account: tt.account, Region: "us-east-1"}, "ami-1")
					if err != nil {
						t.Error(err)
					}
					told <- p
				}()
				synctest.Wait() // until nothing goes on any more
				select {
				case p := <-told:
					t.Fatalf("it was told %+v before the login was through", p)
				default:
				}
				close(may)
				if p := <-told; (p.Err == nil) != tt.reached {
					t.Errorf("reached %v, but it was told: %v", tt.reached, p.Err)
				}
				if err := <-discovered; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Who waits for an account goes when he is called away.
func TestWaitingForAnAccountEnds(t *testing.T) {
	asked, may := make(chan string, 1), make(chan struct{})
	c := slowLogin(t, asked, may)
	ctx, cancel := context.WithCancel(t.Context())
	discovered := make(chan error, 1)
	go func() { discovered <- c.Discover(t.Context(), func(model.Event) {}) }()
	<-asked
	cancel()
	if p, err := c.ReadPermissions(ctx, model.Scope{Account: dev, Region: "us-east-1"}, "ami-1"); err == nil {
		t.Errorf("it was told %+v", p)
	}
	close(may)
	if err := <-discovered; err != nil {
		t.Error(err)
	}
}
