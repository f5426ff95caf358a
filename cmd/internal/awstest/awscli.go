package awstest

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// AWSCLI runs the aws command with the arguments and returns its standard
// output. The environment is PATH, a HOME of its own and env (endpoint, keys,
// region): no profile, proxy or metadata service of the machine is used. A
// failing command fails the test with what it said.
//
// Version 1 of the command reads AWS_DEFAULT_REGION and not AWS_REGION.
func AWSCLI(t testing.TB, env []string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		t.Fatalf("the contract tests need the AWS command line (pip install awscli): %v", err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"LANG=C.UTF-8",
		"AWS_PAGER=",
		"AWS_EC2_METADATA_DISABLED=true",
	}, env...)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, problem.String())
	}
	return out.String()
}
