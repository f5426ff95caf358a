package plan_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/amiscope/amiscope/model/plan"
)

func TestCommands(t *testing.T) {
	shared := facts(func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} })
	template := facts(func(f *plan.Facts) {
		f.Snapshots = append(f.Snapshots, snapshot("snap-t"))
		f.Snapshots[1].Named = []string{"template web v1"}
	})
	production := func(x *plan.Target) { x.Account, x.Before.Owner, x.Before.Snapshots[0].Owner = prod, prod, prod }
	binned := facts(func(f *plan.Facts) { f.State, f.Snapshots[0].State = plan.Binned, plan.Binned })
	head := "# with credentials of account 111111111111 (dev)"
	for _, c := range []struct {
		name string
		plan plan.Plan
		want []string
	}{
		{"nothing", decide(plan.Unprotect, plan.Options{}, setting(), target("1")), nil},
		{"delete", decide(plan.Delete, plan.Options{}, setting(), target("1"), target("2", template), target("3", production)), []string{
			head,
			"aws ec2 deregister-image --region eu-west-1 --image-id ami-1 --delete-associated-snapshots",
			"aws ec2 deregister-image --region eu-west-1 --image-id ami-2",
			"aws ec2 delete-snapshot --region eu-west-1 --snapshot-id snap-2",
			"# with credentials of account 222222222222 (acme-prod)",
			"aws ec2 deregister-image --region eu-west-1 --image-id ami-3 --delete-associated-snapshots",
		}},
		{"copy", decide(plan.Copy, plan.Options{Regions: []string{"us-east-1"}, Permissions: true, Key: "alias/images"}, setting(), target("1", shared, facts(func(f *plan.Facts) { f.Description = "it's $HOME" }))), []string{
			head,
			`image_1=$(aws ec2 copy-image --region us-east-1 --source-region eu-west-1 --source-image-id ami-1 --name web-1 --description 'it'\''s $HOME' --encrypted --kms-key-id alias/images --copy-image-tags --query ImageId --output text)`,
			`aws ec2 wait image-available --region us-east-1 --image-ids "$image_1"`,
			`aws ec2 modify-image-attribute --region us-east-1 --image-id "$image_1" --launch-permission '{"Add":[{"UserId":"333333333333"}]}'`,
		}},
		{"copy what reads like a file", decide(plan.Copy, plan.Options{Regions: []string{"us-east-1"}}, setting(), target("1", facts(func(f *plan.Facts) { f.Description = "file:///etc/passwd\n\u202e'${1.ImageId}'" }))), []string{
			head,
			`image_1=$(aws ec2 copy-image --region us-east-1 --cli-input-json '{"SourceRegion":"eu-west-1","SourceImageId":"ami-1","Name":"web-1","Description":"file:///etc/passwd\n\u202e'\''${1.ImageId}'\''","CopyImageTags":true}' --query ImageId --output text)`,
		}},
		{"tag", decide(plan.Tag, plan.Options{Set: map[string]string{"A": "ü 𝄞"}, Remove: []string{"Team"}}, setting(), target("1")), []string{
			head,
			`aws ec2 create-tags --region eu-west-1 --resources ami-1 --tags '[{"Key":"A","Value":"\u00fc \ud834\udd1e"}]'`,
			`aws ec2 delete-tags --region eu-west-1 --resources ami-1 --tags '[{"Key":"Team"}]'`,
		}},
		{"snapshots", decide(plan.Share, plan.Options{Accounts: []string{friend, prod}, Snapshots: true}, setting(), target("1")), []string{
			head,
			`aws ec2 modify-image-attribute --region eu-west-1 --image-id ami-1 --launch-permission '{"Add":[{"UserId":"222222222222"},{"UserId":"333333333333"}]}'`,
			`aws ec2 modify-snapshot-attribute --region eu-west-1 --snapshot-id snap-1 --attribute createVolumePermission --operation-type add --user-ids 222222222222 333333333333`,
		}},
		{"deprecate", decide(plan.Deprecate, plan.Options{At: at(day)}, setting(), target("1")), []string{
			head, "aws ec2 enable-image-deprecation --region eu-west-1 --image-id ami-1 --deprecate-at 2026-11-27T10:00:00Z",
		}},
		{"protect", decide(plan.Protect, plan.Options{Cooldown: true}, setting(), target("1")), []string{
			head, "aws ec2 enable-image-deregistration-protection --region eu-west-1 --image-id ami-1 --with-cooldown",
		}},
		{"restore", decide(plan.Restore, plan.Options{}, setting(), target("1", binned)), []string{
			head,
			"aws ec2 restore-snapshot-from-recycle-bin --region eu-west-1 --snapshot-id snap-1",
			"aws ec2 wait snapshot-completed --region eu-west-1 --snapshot-ids snap-1",
			"aws ec2 restore-image-from-recycle-bin --region eu-west-1 --image-id ami-1",
		}},
	} {
		same(t, c.name, plan.Commands(c.plan), c.want)
	}
}

// What the shell makes of a command are the words that were meant.
func TestCommandsInAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	for _, description := range []string{"plain", "it's", "-x", "$(touch x) `id` \\ \" !", "  two  ", "*?[a]", "a'b'c''d"} {
		p := decide(plan.Copy, plan.Options{Regions: []string{"us-east-1"}}, setting(), target("1", facts(func(f *plan.Facts) { f.Description = description })))
		line := plan.Commands(p)[1]
		script := "aws() { printf '%s\\n' \"$@\"; }\n" + line + "\nprintf '%s' \"$image_1\""
		out, err := exec.CommandContext(t.Context(), sh, "-c", script).Output()
		if err != nil {
			t.Fatal(err)
		}
		want := "--description\n" + description + "\n"
		if strings.HasPrefix(description, "-") {
			want = `"Description":"` + description + `"`
		}
		if !strings.Contains(string(out), want) {
			t.Errorf("%q came as\n%s", description, out)
		}
	}
}

// Nothing hostile in the name of an account ends the comment that names it.
func TestCommandsWithHostileNames(t *testing.T) {
	s := setting()
	s.Accounts[dev] = plan.AccountRule{Name: "dev\nrm -rf"}
	p := decide(plan.Disable, plan.Options{}, s, target("1"))
	same(t, "comment", plan.Commands(p)[0], "# with credentials of account 111111111111")
}
