package wire

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	joined := time.UnixMilli(1_700_000_000_250).UTC()
	out := &organizations.ListAccountsOutput{Accounts: []orgtypes.Account{{
		Id: aws.String("111122223333"), Name: aws.String("\x1b<b>"), State: orgtypes.AccountStateActive, JoinedTimestamp: &joined,
	}}}
	resp, err := jsonRPC{}.Reply("ListAccounts", "i", out)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Accounts":[{"Id":"111122223333","JoinedTimestamp":1700000000.25,"Name":"\u001b\u003cb\u003e","State":"ACTIVE"}]}`
	if diff := cmp.Diff(want, string(resp.Body)); diff != "" {
		t.Error(diff)
	}
	var back organizations.ListAccountsOutput
	if err := (jsonForm{}).decodeJSON(resp.Body, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out, &back, sameDocs); diff != "" {
		t.Error(diff)
	}
}

func TestTimesOfAccountAreTexts(t *testing.T) {
	created := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	service, _ := NewServices().ByScope("account")
	resp, err := service.Protocol.Reply("GetAccountInformation", "i", &account.GetAccountInformationOutput{AccountCreatedDate: &created})
	if want := `{"AccountCreatedDate":"2020-01-02T03:04:05.000Z"}`; err != nil || string(resp.Body) != want {
		t.Errorf("got %s, %v, want %s", resp.Body, err, want)
	}
}

// everyKind has what a member can be.
type everyKind struct {
	Text   *string
	Flag   *bool
	Number *int64
	Short  *int32
	Real   *float64
	Time   *time.Time
	Blob   []byte
	List   []string
	Map    map[string]everyKind
	Enum   types.ImageState
	Inside *everyKind
}

func TestJSONMistakes(t *testing.T) {
	for _, body := range []string{
		`{`, `[]`, `1`, `"a"`, `{} {}`, `{"Text":1}`, `{"Text":{}}`, `{"Text":[]}`, `{"Flag":"true"}`, `{"Flag":1}`, `{"Number":"1"}`,
		`{"Number":1.5}`, `{"Short":2147483648}`, `{"Number":true}`, `{"Time":{}}`, `{"Time":"yesterday"}`, `{"Time":1e999}`, `{"Blob":[1]}`,
		`{"Blob":"*"}`, `{"List":{}}`, `{"List":[1]}`, `{"Map":[]}`, `{"Map":{"a":1}}`, `{"Inside":{"Inside":{"Enum":1}}}`,
	} {
		if err := (jsonForm{}).decodeJSON([]byte(body), &everyKind{}); err == nil {
			t.Errorf("%s: no error", body)
		}
	}
}

func TestJSONKinds(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_001).UTC()
	want := everyKind{
		Text: aws.String("a"), Flag: aws.Bool(false), Number: aws.Int64(1 << 60), Short: aws.Int32(-1), Real: aws.Float64(1.5), Time: &at,
		Blob: []byte{0, 255}, List: []string{}, Map: map[string]everyKind{"k": {Enum: "x"}}, Inside: &everyKind{},
	}
	body, err := jsonForm{}.encodeJSON(&want)
	if err != nil {
		t.Fatal(err)
	}
	var got everyKind
	if err := (jsonForm{}).decodeJSON(body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
