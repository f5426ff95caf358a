package finding

import (
	"fmt"
	"testing"

	"github.com/amiscope/amiscope/model"
)

// TestPilesFindWhatLiesInThem: whatever part of a pile it lies in, a finding is found
// again, and what is not there is not.
func TestPilesFindWhatLiesInThem(t *testing.T) {
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	for _, n := range []int{0, 1, partSize - 1, partSize, partSize + 1, 3 * partSize} {
		var p pile
		for i := range n {
			p.add(held{&Target{Scope: scope, ID: fmt.Sprintf("ami-%05d", 2*i)}, fmt.Sprint(i)})
		}
		if p.len() != n {
			t.Fatalf("a pile of %d has %d", n, p.len())
		}
		for i := range n {
			if at, ok := p.find(scope, fmt.Sprintf("ami-%05d", 2*i)); !ok || at != i || p.at(at).evidence != fmt.Sprint(i) {
				t.Errorf("number %d of %d is found at %d (%v)", i, n, at, ok)
			}
			if at, ok := p.find(scope, fmt.Sprintf("ami-%05d", 2*i+1)); ok {
				t.Errorf("what is not in a pile of %d is found at %d", n, at)
			}
		}
		if _, ok := p.find(model.Scope{Account: "222222222222"}, "ami-00000"); ok {
			t.Errorf("a pile of %d has something of another scope", n)
		}
	}
}

// TestFindingsKeepWhatIsAccepted: only accepted findings say who accepted them.
func TestFindingsKeepWhatIsAccepted(t *testing.T) {
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	a := &Accepted{Rule: checks[0].ID, ID: "ami-1"}
	f := &Findings{severity: make([]model.Severity, len(checks)), accepted: map[acceptance]*Accepted{{checks[0].ID, "ami-1"}: a}}
	h := held{&Target{Scope: scope, ID: "ami-1"}, "evidence"}
	if x := f.finding(0, Acknowledged, h); x.Accepted != a || x.Rule != &checks[0].Rule {
		t.Errorf("an accepted finding is %+v", x)
	}
	if x := f.finding(0, Open, h); x.Accepted != nil {
		t.Errorf("an open finding is accepted by %+v", x.Accepted)
	}
}
