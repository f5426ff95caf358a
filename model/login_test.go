package model

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRelogins groups what one login mends, whether a way in was lost or a pass
// failed, and nothing else; what is found again is mended.
func TestRelogins(t *testing.T) {
	expired := func(session string) *OpError {
		e := &OpError{Kind: Expired, Err: errors.New("expired")}
		if session != "" {
			e.Login = Login{Name: session, Command: []string{"aws", session}}
		}
		return e
	}
	lost := func(source string, err *OpError) Lost { return Lost{Unreached{Source: source, Err: err}} }
	denied := expired("corp")
	denied.Kind = Denied
	scope := Scope{"111111111111", "eu-west-1"}
	inv := Inventory{}.Fold(
		lost("b", expired("corp")), lost("a", expired("corp")), lost("c", expired("labs")), lost("keys", expired("")), lost("role", denied),
		Found{Account: Account{ID: scope.Account, Source: "d"}, Regions: []Region{{scope.Region, true}}},
		Page{Gen: 1, Scope: scope, Kind: Images, Last: true, Err: expired("labs")},
		Page{Gen: 1, Scope: scope, Kind: Snapshots, Last: true, Err: expired("labs")},
	)
	corp, labs := expired("corp").Login, expired("labs").Login
	want := []Relogin{{Login: corp, Sources: []string{"a", "b"}}, {Login: labs, Sources: []string{"c", "d"}}}
	if diff := cmp.Diff(want, inv.Relogins()); diff != "" {
		t.Error(diff)
	}
	inv = inv.Fold(
		Found{Account: Account{ID: "222222222222", Source: "a"}, Also: []string{"b"}},
		Page{Gen: 2, Scope: scope, Kind: Images, Last: true}, Page{Gen: 2, Scope: scope, Kind: Snapshots, Last: true},
	)
	if diff := cmp.Diff([]Relogin{{Login: labs, Sources: []string{"c"}}}, inv.Relogins()); diff != "" {
		t.Error(diff)
	}
}
