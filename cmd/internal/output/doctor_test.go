package output

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// consulted is an account with a call that is allowed everywhere, one that is
// denied in a region, and what could not be looked at.
func consulted() Diagnosis {
	acct, name, policy := "111122223333", "acme\x1b[31m", `{"Effect":"Allow"}`
	at := func(region, call, state string) CheckDocument {
		c := CheckDocument{Account: acct, AccountName: &name, Call: call, For: []string{"read"}, What: "things", State: state, Loss: "things are missing", Policy: &policy}
		if region != "" {
			c.Region = &region
		}
		return c
	}
	in := func(region, state string) ExaminedDocument {
		return ExaminedDocument{Source: "profile dev", Account: &acct, Region: &region, State: state}
	}
	return Diagnosis{
		Checks: []CheckDocument{
			at("", "iam:A", "allowed"),
			at("r1", "ec2:B", "allowed"), at("r1", "ec2:C", "denied"),
			at("r2", "ec2:B", "allowed"), at("r2", "ec2:C", "allowed"),
		},
		Scopes: []ExaminedDocument{
			in("r1", Examined), in("r2", Examined), in("r3", Closed), in("r4", Disabled), in("r5", Disabled),
			{Source: "profile old", State: Unreached},
		},
	}
}

func TestDoctor(t *testing.T) {
	for format, want := range map[Format]string{
		Table: `ACCOUNT       NAME          REGIONS        CALL   STATE      FOR     WITHOUT IT          POLICY
111122223333  acme\x1b[31m  -              iam:A  allowed    things
111122223333  acme\x1b[31m  all 2 regions  ec2:B  allowed    things
111122223333  acme\x1b[31m  r2             ec2:C  allowed    things
111122223333  acme\x1b[31m  r1             ec2:C  denied     things  things are missing  {"Effect":"Allow"}
111122223333  profile dev   1 region       -      closed     -       -                   -
111122223333  profile dev   2 regions      -      disabled   -       -                   -
-             profile old   -              -      unreached  -       -                   -
`,
		CSV: `account,name,region,call,state,what,loss,policy
111122223333,acme\x1b[31m,,iam:A,allowed,things,things are missing,"{""Effect"":""Allow""}"
111122223333,acme\x1b[31m,r1,ec2:B,allowed,things,things are missing,"{""Effect"":""Allow""}"
111122223333,acme\x1b[31m,r1,ec2:C,denied,things,things are missing,"{""Effect"":""Allow""}"
111122223333,acme\x1b[31m,r2,ec2:B,allowed,things,things are missing,"{""Effect"":""Allow""}"
111122223333,acme\x1b[31m,r2,ec2:C,allowed,things,things are missing,"{""Effect"":""Allow""}"
`,
	} {
		var b bytes.Buffer
		if err := (Style{Format: format, Now: now}).Doctor(&b, consulted()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("%s: %s", format, d)
		}
	}
	for format, lines := range map[Format]int{Markdown: 2 + 4 + 3, JSONL: len(consulted().Checks)} {
		var b bytes.Buffer
		if err := (Style{Format: format, Now: now}).Doctor(&b, consulted()); err != nil || strings.Count(b.String(), "\n") != lines {
			t.Errorf("%s: %v\n%s", format, err, b.String())
		}
	}
	var b bytes.Buffer
	if err := (Style{Format: JSON, Now: now}).Doctor(&b, consulted()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Checks []CheckDocument
		Scopes []ExaminedDocument
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(consulted(), Diagnosis{got.Checks, got.Scopes}); d != "" {
		t.Error(d)
	}
	if strings.ContainsRune(b.String(), '\x1b') {
		t.Error("what AWS said reaches the terminal raw")
	}
}
