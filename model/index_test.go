package model_test

import (
	"fmt"
	"testing"

	"github.com/amiscope/amiscope/model"
)

// TestIndexFindsWhatWasPut: however many records there are, each is found, also
// where several have one id, and none is found that was not put.
func TestIndexFindsWhatWasPut(t *testing.T) {
	if at, ok := (model.Index{}).Find("ami-1", func(int) bool { return true }); ok {
		t.Errorf("the zero value finds %d", at)
	}
	for _, n := range []int{0, 1, 6, 7, 100, 12_289} {
		x := model.NewIndex(n)
		id := func(at int) string { return fmt.Sprintf("ami-%05x", at/2) } // two of each
		for at := range n {
			x.Put(id(at), at)
		}
		for at := range n {
			if got, ok := x.Find(id(at), func(i int) bool { return i == at }); !ok || got != at {
				t.Fatalf("number %d of %d is found at %d (%v)", at, n, got, ok)
			}
			if got, ok := x.Find(id(at)+"z", func(i int) bool { return id(i) == id(at)+"z" }); ok {
				t.Fatalf("what is not among %d is found at %d", n, got)
			}
		}
	}
}
