package finding

import (
	"testing"

	"github.com/amiscope/amiscope/model"
)

// TestPilesFindWhatLiesInThem: whatever part of a pile it lies in, a finding is found
// again, and what is not there is not.
func TestPilesFindWhatLiesInThem(t *testing.T) {
	for _, n := range []uint32{0, 1, partSize - 1, partSize, partSize + 1, 3 * partSize} {
		var p pile
		for i := range n {
			p.add(held{2 * i, i})
		}
		if p.len() != int(n) {
			t.Fatalf("a pile of %d has %d", n, p.len())
		}
		for i := range n {
			if at, ok := find(p, 2*i); !ok || at != int(i) || p.at(at).text != i {
				t.Errorf("number %d of %d is found at %d (%v)", i, n, at, ok)
			}
			if at, ok := find(p, 2*i+1); ok {
				t.Errorf("what is not in a pile of %d is found at %d", n, at)
			}
		}
		if _, ok := find(p, 2*n); ok {
			t.Errorf("a pile of %d has more", n)
		}
	}
}

// TestFindingsKeepWhatIsAccepted: only accepted findings say who accepted them.
func TestFindingsKeepWhatIsAccepted(t *testing.T) {
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	a := &Accepted{Rule: checks[0].ID, ID: "ami-1"}
	f := &Findings{
		severity: make([]model.Severity, len(checks)), texts: []string{"evidence"},
		accepted: map[acceptance]*Accepted{{checks[0].ID, "ami-1"}: a},
	}
	on := &Target{Scope: scope, ID: "ami-1"}
	if x := f.finding(0, Acknowledged, on, 0); x.Accepted != a || x.Rule != &checks[0].Rule || x.Evidence != "evidence" {
		t.Errorf("an accepted finding is %+v", x)
	}
	if x := f.finding(0, Open, on, 0); x.Accepted != nil {
		t.Errorf("an open finding is accepted by %+v", x.Accepted)
	}
}
