//go:build contract

package awstest

import (
	"encoding/json"
	"net"
	"net/url"
	"testing"
)

func TestMotoAndTheCommandLine(t *testing.T) {
	moto := Moto(t)
	env := []string{
		"AWS_ENDPOINT_URL=" + moto.URL, "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
	}
	register := func() string {
		moto.Reset(t)
		moto.Seed(t, 42)
		return registerImage(t, env)
	}
	first := register()
	if got := images(t, env); got != 1 {
		t.Errorf("%d images after one was registered", got)
	}
	if again := register(); again != first {
		t.Errorf("the same seed gave %s and %s", first, again)
	}
	moto.Reset(t)
	if got := images(t, env); got != 0 {
		t.Errorf("%d images after a reset", got)
	}
}

func TestMotoEndsWithItsTest(t *testing.T) {
	var address string
	t.Run("server", func(t *testing.T) {
		u, err := url.Parse(Moto(t).URL)
		if err != nil {
			t.Fatal(err)
		}
		address = u.Host
	})
	if c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
		_ = c.Close()
		t.Errorf("%s still listens", address)
	}
}

func registerImage(t *testing.T, env []string) string {
	t.Helper()
	var answer struct {
		ImageID string `json:"ImageId"`
	}
	out := AWSCLI(t, env, "ec2", "register-image", "--name", "one", "--root-device-name", "/dev/sda1")
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.ImageID
}

func images(t *testing.T, env []string) int {
	t.Helper()
	var answer struct{ Images []json.RawMessage }
	if err := json.Unmarshal([]byte(AWSCLI(t, env, "ec2", "describe-images", "--owners", "self")), &answer); err != nil {
		t.Fatal(err)
	}
	return len(answer.Images)
}
