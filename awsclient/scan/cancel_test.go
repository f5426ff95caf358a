package scan_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
)

// soon is what a cancelled scan may take on a busy machine; 100 ms and one page
// are meant.
const soon = time.Second

// A cancel ends calls that would take 30 s, waits for the bucket's tokens, and
// the pages that a slow reader holds back.
func TestRunEndsSoonAfterCancel(t *testing.T) {
	defer goleak.VerifyNone(t)
	buckets := scan.NewBuckets()
	for name, read := range map[string]script{
		"calls": func(ctx context.Context, _ model.Scope, _ model.Kind, _ func(model.Page)) error {
			select {
			case <-time.After(30 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		"tokens": func(ctx context.Context, s model.Scope, _ model.Kind, _ func(model.Page)) error {
			for {
				if err := buckets.Wait(ctx, s.Account, "r", "ec2:DescribeStoreImageTasks"); err != nil { // 0.5 a second
					return err
				}
			}
		},
		"pages": func(ctx context.Context, _ model.Scope, _ model.Kind, page func(model.Page)) error {
			for ctx.Err() == nil {
				page(model.Page{Calls: 1})
			}
			return ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			begun, done := make(chan struct{}, 1000), make(chan error)
			go func() {
				done <- scan.Run(ctx, read, requests(200, model.Images, model.Snapshots), options(0), func(e model.Event) {
					if _, ok := e.(model.Began); ok {
						begun <- struct{}{}
						return
					}
					<-ctx.Done() // a reader that takes no page
				})
			}()
			<-begun
			start := time.Now()
			cancel()
			err := <-done
			if took := time.Since(start); took > soon || !errors.Is(err, context.Canceled) {
				t.Errorf("%v after the cancel: %v", took, err)
			}
		})
	}
}
